"""Services: written by the owner, shown only with every paper live, found near a place at a price for so many together."""

from datetime import timedelta

import pytest

from audit.errors import NotAllowed, Refusal
from audit.models import Fact
from places.postcodes import UnknownOutcode
from providers.models import Enterprise, Listing, SearchRow
from providers.selectors import price_pence
from providers.services import enterprises, listings
from providers.services.listings import (
    CategoryIsMissing,
    ChecksAreMissing,
    MinutesAreWrong,
    PriceIsWrong,
    ProviderIsStopped,
    RadiusIsWrong,
    TimesAreWrong,
    TitleIsMissing,
)
from tests import cast
from tests.cast import AT, SOUTHWARK
from vocabulary.models import Term

pytestmark = pytest.mark.django_db
TODAY = AT.date()


def gardener(number: int = 1, outcode: str = "SE15", radius_miles: int = 3) -> Enterprise:
    """Somebody who works alone in gardens, with both papers."""
    owner = cast.somebody(f"gardener{number}@example.com", f"Gil{number} Green")
    enterprise = enterprises.register(
        name=f"Gil{number}'s gardens", outcode=outcode, council_code=SOUTHWARK, radius_miles=radius_miles, by=owner, at=AT
    )
    cast.show_paper(enterprise, "identity")
    cast.show_paper(enterprise, "insurance")
    return enterprise


def write(enterprise: Enterprise, **more: object) -> Listing:
    fields = {"title": "Gardens", "category": cast.category("garden_repairs"), "price_pence": 2000, "by": enterprise.owner, "at": AT}
    return listings.save(**{"enterprise": enterprise, **fields, **more})  # type: ignore[arg-type]


def on_sale(enterprise: Enterprise, **more: object) -> Listing:
    return listings.publish(listing=write(enterprise, **more), by=enterprise.owner, at=AT)


def test_a_service_is_shown_once_every_paper_is_live() -> None:
    owner = cast.somebody("fatuma@example.com", "Fatuma Ali")
    fatuma = enterprises.register(name="Fatuma", outcode="SE15", council_code=SOUTHWARK, by=owner, at=AT)
    listing = write(fatuma)
    with pytest.raises(ChecksAreMissing) as caught:
        listings.publish(listing=listing, by=owner, at=AT)
    assert caught.value.sentence == "People can find this when we have seen: who you are and your insurance."
    assert caught.value.missing == ["identity", "insurance"]
    cast.show_paper(fatuma, "identity")
    cast.show_paper(fatuma, "insurance")
    listings.publish(listing=listing, by=owner, at=AT)
    fatuma.refresh_from_db()
    assert fatuma.state == "live"
    assert Fact.objects.get(kind="providers.listing_published").payload == {"listing": listing.pk, "enterprise": fatuma.pk}
    listings.publish(listing=listing, by=owner, at=AT)
    assert Fact.objects.filter(kind="providers.listing_published").count() == 1


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"title": " "}, TitleIsMissing, "title"),
        ({"price_pence": 99}, PriceIsWrong, "price"),
        ({"price_pence": -2000}, PriceIsWrong, "price"),
        ({"price_pence": 10**9}, PriceIsWrong, "price"),
        ({"group_prices": {3: 900}}, PriceIsWrong, "group_prices"),
        ({"group_prices": {3: 6001}}, PriceIsWrong, "group_prices"),
        ({"group_prices": {9: 9000}}, PriceIsWrong, "group_prices"),
        ({"group_prices": {1: 2000}}, PriceIsWrong, "group_prices"),
        ({"minutes": 5}, MinutesAreWrong, "minutes"),
        ({"radius_miles": 0}, RadiusIsWrong, "radius_miles"),
        ({"weekdays": [0]}, TimesAreWrong, "weekdays"),
        ({"parts_of_day": ["dawn"]}, TimesAreWrong, "weekdays"),
        ({"outcode": "SE99"}, UnknownOutcode, "outcode"),
    ],
)
def test_each_wrong_thing_gets_a_sentence_and_its_field(wrong: dict[str, object], refusal: type[Refusal], field: str) -> None:
    with pytest.raises(refusal) as caught:
        write(gardener(), **wrong)
    assert caught.value.field == field
    assert caught.value.sentence.endswith(".")
    assert not Listing.objects.exists()


def test_a_group_price_typed_per_person_is_noticed() -> None:
    with pytest.raises(PriceIsWrong, match=r"For 3 people you wrote £9.00. One person alone pays £20.00."):
        write(gardener(), group_prices={3: 900})


def test_a_language_is_no_kind_of_help() -> None:
    with pytest.raises(CategoryIsMissing):
        write(gardener(), category=Term.objects.get(slug="somali"))


def test_only_the_owner_writes_shows_and_takes_down() -> None:
    enterprise = gardener()
    listing = on_sale(enterprise)
    for by in (cast.stranger(), cast.hodan(), cast.priya()):
        with pytest.raises(NotAllowed):
            write(enterprise, by=by)
        with pytest.raises(NotAllowed):
            listings.publish(listing=listing, by=by, at=AT)
        with pytest.raises(NotAllowed):
            listings.pause(listing=listing, by=by, at=AT)
    with pytest.raises(NotAllowed):
        write(gardener(2), listing=listing)
    assert listings.pause(listing=listing, by=cast.operator(), at=AT).state == "paused"


def test_a_service_that_moves_to_work_with_more_papers_is_taken_down() -> None:
    enterprise = gardener()
    listing = on_sale(enterprise)
    assert write(enterprise, listing=listing, price_pence=2100).state == "live"
    assert write(enterprise, listing=listing, category=cast.category("personal_care")).state == "draft"


def test_prices_for_so_many_together() -> None:
    listing = cast.home_visits()
    assert [price_pence(listing, people) for people in (1, 2, 3, 4)] == [2000, 2400, 2700, None]


def test_a_stopped_provider_is_not_found_and_shows_nothing() -> None:
    enterprise = gardener()
    listing = on_sale(enterprise)
    enterprises.suspend(enterprise=enterprise, reason="A concern is being looked at.", by=cast.operator(), at=AT)
    assert not SearchRow.objects.exists()
    with pytest.raises(ProviderIsStopped):
        listings.publish(listing=listing, by=enterprise.owner, at=AT)
    enterprises.resume(enterprise=enterprise, by=cast.operator(), at=AT)
    listings.publish(listing=listing, by=enterprise.owner, at=AT)
    assert SearchRow.objects.get().listing_id == listing.pk


def test_drafts_are_seen_by_their_owner_and_operators() -> None:
    draft = write(gardener())
    for person in (draft.enterprise.owner, cast.operator()):
        assert draft in Listing.objects.visible_to(person)
    for person in (cast.stranger(), cast.hodan(), None):
        assert draft not in Listing.objects.visible_to(person)
    shown = listings.publish(listing=draft, by=draft.enterprise.owner, at=AT + timedelta(minutes=1))
    assert shown in Listing.objects.visible_to(None)
