"""Finding a service: what fits is found nearest first, in an order nobody can buy; the numbers beside the choices are those of the found."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.errors import NotAllowed
from marketplace.selectors import quote, search
from marketplace.selectors.search import Asked, Found, find
from marketplace.services import agreements
from marketplace.services.proposing import ServiceIsNotOnSale
from places.models import Outcode
from providers import search as asking
from providers.models import Enterprise, Listing, SearchRow, SearchWord
from providers.selectors import missing_to_publish, price_pence
from providers.services import enterprises, listings, payouts, search_rows
from tests import cast, cast_pooling, worlds
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


def many(like: Listing, count: int) -> list[int]:
    """So many more of the same provider, on sale; their numbers."""
    copied = ("enterprise_id", "council_code", "category_id", "price_pence", "state", "outcode")
    same = {name: getattr(like, name) for name in copied}
    rows = Listing.objects.bulk_create(Listing(**same, title=f"Weeding {number}") for number in range(count))
    search_rows.refresh(listings=Listing.objects.filter(pk__in=[row.pk for row in rows]))
    return [row.pk for row in rows]


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


# --- the order ---


def test_among_equals_the_order_is_the_same_on_every_page_and_another_the_next_week(made: dict[str, Listing]) -> None:
    more = set(many(made["garden"], 25))
    first, second = (find(Asked("SE15", miles=1), on=TODAY, page=page) for page in (1, 2))
    everything = [card.listing_id for card in (*first.cards, *second.cards)]
    assert (len(first.cards), first.count, first.pages, len(set(everything))) == (20, 27, 2, 27)
    assert more < set(everything)
    again = [card.listing_id for page in (1, 2) for card in find(Asked("SE15", miles=1), on=TODAY + timedelta(days=6), page=page).cards]
    next_week = [card.listing_id for page in (1, 2) for card in find(Asked("SE15", miles=1), on=TODAY + timedelta(days=7), page=page).cards]
    assert again == everything
    assert next_week != everything
    assert sorted(next_week) == sorted(everything)
    assert find(Asked("SE15", miles=1), on=TODAY, page=3).cards == find(Asked("SE15", miles=1), on=TODAY, page=0).cards == ()


def test_nothing_about_money_changes_the_order(made: dict[str, Listing]) -> None:
    rows = [service(provider(50 + number), f"Weeding {number}") for number in range(8)]
    before = titles(find(Asked("SE15", miles=1), on=TODAY))
    for number, row in enumerate(rows):
        listings.save(
            enterprise=row.enterprise,
            listing=row,
            title=row.title,
            category=row.category,
            price_pence=1000 + 777 * number,
            by=row.enterprise.owner,
            at=AT,
        )
    Enterprise.objects.filter(pk=rows[0].enterprise_id).update(radius_miles=60, people_count=1)
    assert titles(find(Asked("SE15", miles=1), on=TODAY)) == before


# --- the numbers beside the choices ---


def number_of(found: Found, name: str) -> dict[str, int]:
    return {option.value: option.count for facet in found.facets if facet.name == name for option in facet.options if option.count}


# What is asked for, and of which choices one picks one: those count without their own choice.
ASKED_FOR: list[dict[str, Any]] = [
    {},
    {"category": "meals"},
    {"charge": "paid", "weekday": 6},
    {"words": "garden", "part": "morning"},
    {"access": ("step_free",), "language": "english"},
    {"groups": True, "miles": None},
    {"outcome": "home_kept", "checked": True},
]


@pytest.mark.parametrize("asked", ASKED_FOR)
def test_each_number_is_what_one_gets_by_pressing_it(made: dict[str, Listing], asked: dict[str, Any]) -> None:
    found = find(Asked(**{"outcode": "SE15", "miles": 10, **asked}), on=TODAY)
    for facet in found.facets:
        for option in facet.options:
            pressed: dict[str, Any] = {facet.name: option.value}
            if facet.name == "access":
                pressed = {"access": (*asked.get("access", ()), option.value)}
            elif facet.name == "trait":
                pressed = {option.value: True}
            elif facet.name == "weekday":
                pressed = {"weekday": int(option.value)}
            if option.count or option.value in {"meals", "free", "7", "toilet", "hoist"}:
                assert len(look(**{**asked, **pressed})) == option.count, (facet.name, option.value)


def test_numbers_come_in_the_order_of_the_vocabulary_and_what_has_none_stays(made: dict[str, Listing]) -> None:
    found = find(Asked("SE15", miles=10, category="meals"), on=TODAY)
    category = found.facets[0]
    assert [option.value for option in category.options] == list(Term.objects.categories().order_by("position").values_list("slug", flat=True))
    assert number_of(found, "category") == {"garden_repairs": 3, "meals": 2}
    assert number_of(found, "charge") == {"paid": 1, "free": 1}


def test_above_the_limit_the_nearest_are_counted(made: dict[str, Listing], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 3)
    found = find(Asked("SE15", miles=10), on=TODAY)
    assert (found.count, found.is_more_than, titles(found)[2]) == (3, True, COOK)
    assert sum(number_of(found, "charge").values()) <= 4


CHOSEN: list[dict[str, Any]] = [
    {"category": "meals", "language": "english", "charge": "free"},
    {"category": "garden_repairs", "weekday": 6, "charge": "paid", "checked": True},
    {"words": "garden", "part": "morning", "charge": "paid", "category": "garden_repairs"},
    {"words": "the", "miles": None, "category": "meals", "outcome": "home_kept", "weekday": 1},
]


@pytest.mark.parametrize("asked", CHOSEN)
@pytest.mark.parametrize(("most", "enough"), [(1001, 3_000), (2, 2), (1, 1), (3, 4)])
def test_who_chose_much_is_answered_the_same_by_one_walk(
    made: dict[str, Listing], monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], most: int, enough: int
) -> None:
    question = replace(search._question(Asked(**{"outcode": "SE15", "miles": 10, **asked}), search._terms(), TODAY), most=most)
    monkeypatch.setattr(asking, "MANY", 9)
    walks = [asking.ask(question, freed=search._ONE_OF)]
    monkeypatch.setattr(asking, "MANY", 3)
    monkeypatch.setattr(asking, "ENOUGH", enough)
    assert [asking.ask(question, freed=search._ONE_OF)] == walks


# --- spelling ---


@pytest.mark.parametrize(
    ("typed", "understood", "found"),
    [
        ("gardning", "gardening", [FAR]),
        ("Somlai", "somali", [COOK]),
        ("coking", "cooking", [COOK, CLUB]),
        ("repiar with hours", "repairs with hours", [SWAP]),
        ("hours", "", [SWAP]),
        ("xylophone", "", []),
        ("gardening", "", [FAR]),
        ("ca", "", []),
    ],
)
def test_spelling_is_put_right_when_little_is_found(made: dict[str, Listing], typed: str, understood: str, found: list[str]) -> None:
    search_rows.count_words(on=TODAY)
    got = find(Asked("SE15", words=typed, miles=10), on=TODAY)
    if understood and found:
        assert got.put_right == understood
        assert set(found) <= set(titles(got))
    else:
        assert (got.put_right, got.count) == ("", len(look(words=typed)))


def test_words_are_counted_once_a_day(made: dict[str, Listing]) -> None:
    assert search_rows.count_words(on=TODAY) > 20
    assert search_rows.count_words(on=TODAY) == 0
    assert search_rows.count_words(on=TODAY + timedelta(days=1)) > 20
    counted = dict(SearchWord.objects.values_list("word", "times"))
    assert (counted["gardening"], counted["gardens"], counted["bengali"]) == (3, 3, 0)  # the stem stands in three of them


# --- what stops being on sale ---


def test_who_is_stopped_taken_down_or_alone_without_papers_is_gone_at_once(made: dict[str, Listing]) -> None:
    cook, garden = made["cook"], made["garden"]
    enterprises.suspend(enterprise=cook.enterprise, reason="A complaint", by=cast.operator(), at=AT)
    assert COOK not in look()
    listings.pause(listing=garden, by=garden.enterprise.owner, at=AT)
    assert GARDEN not in look()
    worker = made["far"].enterprise.workers.get()
    enterprises.worker_leaves(worker=worker, by=made["far"].enterprise.owner, at=AT)
    assert look() == sorted([CLUB, SWAP])
    enterprises.resume(enterprise=cook.enterprise, by=cast.operator(), at=AT)
    assert COOK not in look()
    listings.publish(listing=cook, by=cook.enterprise.owner, at=AT)
    assert COOK in look()


def test_on_the_day_after_its_last_paper_counts_it_is_gone(made: dict[str, Listing]) -> None:
    last = date(2027, 2, 1)
    asked = Asked("SE15", miles=10, checked=True)
    assert FAR in titles(find(asked, on=last))
    assert titles(find(asked, on=last + timedelta(days=1))) == []
    cast.show_paper(made["far"].enterprise, "insurance", expires_on=date(2027, 2, 2))
    assert titles(find(asked, on=last + timedelta(days=1))) == [FAR]


def test_search_agrees_with_the_papers_themselves(made: dict[str, Listing]) -> None:
    """The one statement against the rules, paper by paper: more people, regulated work, a paper that proves another."""
    team = provider(70, works_alone=False, people_count=2)
    enterprises.add_worker(enterprise=team, known_as="Bo", by=team.owner, at=AT)
    service(team, "Two of us")
    care = provider(71)
    for paper in ("references", "dbs_enhanced"):
        cast.show_paper(care, paper)
    service(care, "Washing", "personal_care")
    enterprises.change(
        enterprise=care, by=care.owner, at=AT, name="Care", about="", outcode="SE15", radius_miles=3, works_alone=False, people_count=2
    )
    for day in (TODAY, date(2027, 2, 1), date(2027, 2, 2), date(2028, 3, 1), date(2029, 3, 1)):
        wanted = {row.pk for row in Listing.objects.on_sale() if not missing_to_publish(listing=row, on=day)}
        assert {row.pk for row in SearchRow.objects.filter(papers_until__gte=day)} == wanted, day


def test_a_row_is_written_only_where_it_changed_and_all_at_once(made: dict[str, Listing]) -> None:
    assert search_rows.refresh(listings=Listing.objects.all()) == 0
    SearchRow.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        assert search_rows.refresh(listings=Listing.objects.all()) == 5
    assert len(asked) == 1


def test_an_outcode_we_do_not_know_stands_in_the_middle_of_its_area_until_we_do(made: dict[str, Listing]) -> None:
    service(provider(80, "M20"), "Manchester gardens")
    assert titles(find(Asked("M1", miles=5), on=TODAY)) == ["Manchester gardens"]
    Outcode.objects.create(code="M20", latitude="53.42", longitude="-2.40", town="Didsbury")
    Outcode.objects.create(code="M1", latitude="53.48", longitude="-2.23", town="Manchester")
    assert search_rows.refresh_due(at=AT) > 0
    found = find(Asked("M1", miles=20), on=TODAY).cards[0]
    assert 8 < found.miles < 9


def test_a_database_from_before_there_was_search_is_filled_by_the_timer(made: dict[str, Listing]) -> None:
    SearchRow.objects.all().delete()
    assert look() == []
    assert search_rows.refresh_due(at=AT) >= 5
    assert len(look()) == 5


# --- how it is asked ---


def test_the_number_of_queries_is_fixed(made: dict[str, Listing]) -> None:
    with CaptureQueriesContext(connection) as asked:
        find(Asked("SE15", words="garden", category="garden_repairs", weekday=1), on=TODAY)
    assert len(asked) == 5  # two are too few: whether they are misspelled is asked
    with CaptureQueriesContext(connection) as asked:
        find(Asked("SE15", miles=10, charge="paid"), on=TODAY)
    assert len(asked) == 4
    search_rows.count_words(on=TODAY)
    with CaptureQueriesContext(connection) as asked:
        find(Asked("SE15", miles=10, words="gardning"), on=TODAY)
    assert len(asked) == 6


# --- no money for what is free ---


def test_what_is_free_or_for_time_has_no_price_and_a_community_group_nothing_else(made: dict[str, Listing]) -> None:
    club = made["club"].enterprise
    with pytest.raises(listings.ChargeIsWrong):
        service(club, "Dinner", "meals", price_pence=500)
    with pytest.raises(listings.PriceIsWrong):
        service(club, "Dinner", "meals", charge="free", price_pence=500)
    with pytest.raises(listings.PriceIsWrong):
        service(club, "Dinner", "meals", charge="time", price_pence=0, group_prices={2: 500})
    with pytest.raises(NotAllowed, match="takes no money"):
        payouts.begin_onboarding(enterprise=club, return_url="", refresh_url="", by=club.owner, at=AT)


def test_nothing_free_can_be_agreed_for_money(made: dict[str, Listing]) -> None:
    club = made["club"]
    assert price_pence(club, 1) is None
    assert quote(listing=club, people=1, together=True, visits_per_week=1, minutes=60) is None
    group, members = cast_pooling.group(cast.amina(), cast.yusuf(), at=AT)
    with pytest.raises(ServiceIsNotOnSale, match="nothing to pay"):
        agreements.propose(
            cluster=group,
            listing=club,
            together=True,
            visits_per_week=1,
            minutes=60,
            weeks=4,
            starts_on=TODAY + timedelta(days=30),
            keep_going={"who_to_ring": "Ruth", "what_i_want": "Ring me"},
            payers=members,
            by=cast.amina(),
            at=AT,
        )
