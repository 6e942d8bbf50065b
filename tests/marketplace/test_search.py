"""Finding a service: what fits is found nearest first, in an order nobody can buy; the numbers beside the choices are those of the found."""

from typing import Any

import pytest

from marketplace.selectors.search import Asked, Found, find
from providers.models import Enterprise, Listing
from providers.services import enterprises, listings
from tests import cast, worlds
from tests.cast import AT, SOUTHWARK
from vocabulary.models import Term

pytestmark = pytest.mark.django_db
TODAY = AT.date()


def provider(number: int, outcode: str = "SE15", kind: str = "micro", **more: Any) -> Enterprise:
    owner = cast.somebody(f"maker{number}@example.com", f"Maker{number} Green")
    made = enterprises.register(name=f"Number {number}", outcode=outcode, council_code=SOUTHWARK, kind=kind, by=owner, at=AT, **more)
    for paper in ("community",) if kind == "community" else ("identity", "insurance", "dbs_basic"):
        cast.show_paper(made, paper)
    return made


def words(kind: str, *slugs: str) -> list[Term]:
    return list(Term.objects.filter(kind=kind, slug__in=slugs))


def service(enterprise: Enterprise, title: str, category: str = "garden_repairs", **more: Any) -> Listing:
    fields = {"price_pence": 2000, "by": enterprise.owner, "at": AT, **more}
    listing = listings.save(enterprise=enterprise, title=title, category=cast.category(category), **fields)
    return listings.publish(listing=listing, by=enterprise.owner, at=AT)


def make() -> dict[str, Listing]:
    """Four providers and a lunch club: at SE15, SE5 (a mile off), SE22 (a mile and a half) and SE18 (six)."""
    somali = words("language", "somali", "english")
    club = provider(4, kind="community")
    return {
        "garden": service(provider(1), "Gardens big and small", outcomes=words("outcome", "home_kept"), weekdays=[1, 2], parts_of_day=["morning"]),
        "cook": service(provider(2, "SE5"), "Cooking in your home", "meals", languages=somali, group_prices={2: 2400}, price_pence=1500),
        "far": service(provider(3, "SE18", radius_miles=3), "Gardening with a van", weekdays=[6]),
        "club": service(club, "Lunch club", "meals", charge="free", price_pence=0, access=words("access", "step_free", "toilet")),
        "swap": service(provider(5, "SE22", "community"), "An hour of repairs", charge="time", price_pence=0, access=words("access", "step_free")),
    }


world = worlds.kept(make)


@pytest.fixture
def made(world: dict[str, Listing]) -> Any:
    return worlds.again(world)


def titles(found: Found) -> list[str]:
    return [card.title for card in found.cards]


def look(**asked: Any) -> list[str]:
    return sorted(titles(find(Asked(**{"outcode": "SE15", "miles": 10, **asked}), on=TODAY)))


GARDEN, COOK, FAR, CLUB, SWAP = "Gardens big and small", "Cooking in your home", "Gardening with a van", "Lunch club", "An hour of repairs"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {GARDEN, COOK, FAR, CLUB, SWAP}),
        ({"miles": 1}, {GARDEN, CLUB}),
        ({"miles": 3}, {GARDEN, COOK, CLUB, SWAP}),
        ({"miles": None}, {GARDEN, COOK, CLUB, SWAP}),
        ({"outcode": "SE18", "miles": None}, {FAR}),
        ({"words": "garden"}, {GARDEN, FAR, SWAP}),
        ({"words": "GARDENS van"}, {FAR}),
        ({"words": "Somali"}, {COOK}),
        ({"words": "the"}, {GARDEN, COOK, FAR, CLUB, SWAP}),
        ({"words": "eating well meals"}, set()),
        ({"category": "meals"}, {COOK, CLUB}),
        ({"category": "no_such"}, set()),
        ({"outcome": "home_kept"}, {GARDEN}),
        ({"weekday": 6}, {COOK, FAR, CLUB, SWAP}),
        ({"weekday": 1}, {GARDEN, COOK, CLUB, SWAP}),
        ({"part": "evening"}, {COOK, FAR, CLUB, SWAP}),
        ({"language": "somali"}, {COOK}),
        ({"language": "english"}, {GARDEN, COOK, FAR, CLUB, SWAP}),
        ({"access": ("step_free",)}, {CLUB, SWAP}),
        ({"access": ("step_free", "toilet")}, {CLUB}),
        ({"charge": "free"}, {CLUB}),
        ({"charge": "time"}, {SWAP}),
        ({"charge": "paid", "most_pence": 1999}, {COOK}),
        ({"most_pence": 0}, {CLUB, SWAP}),
        ({"groups": True}, {COOK, CLUB, SWAP}),
        ({"checked": True}, {GARDEN, COOK, FAR}),
        ({"groups": True, "checked": True}, {COOK}),
        ({"outcode": "M1"}, set()),
        ({"outcode": "ZZ9"}, set()),
    ],
)
def test_each_choice_leaves_what_fits(made: dict[str, Listing], asked: dict[str, Any], found: set[str]) -> None:
    assert look(**asked) == sorted(found)


def test_nearest_first_and_the_card_says_it_all(made: dict[str, Listing]) -> None:
    found = find(Asked("SE15", miles=10), on=TODAY)
    assert [round(card.miles, 1) for card in found.cards] == sorted(round(card.miles, 1) for card in found.cards)
    assert titles(found)[2:] == [COOK, SWAP, FAR]
    card = found.cards[2]
    assert (card.listing_id, card.enterprise, card.category, card.languages) == (made["cook"].pk, "Number 2", "meals", ("English", "Somali"))
    assert (card.price_for(1), card.price_for(2), card.price_for(3)) == (1500, 2400, None)
    assert [(check.kind, check.seen_on) for check in card.checks] == [("identity", TODAY), ("insurance", TODAY), ("dbs_basic", TODAY)]
    club = next(card for card in found.cards if card.title == CLUB)
    assert (club.is_community, club.charge, club.price_for(1), club.access) == (True, "free", None, ("No steps", "A toilet for wheelchair users"))
