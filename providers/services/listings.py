"""Services on sale: writing one, showing it, taking it down."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts, trail
from people.models import Person
from places.postcodes import outcode_of
from providers.models import Enterprise, GroupPrice, Listing
from providers.policies import may_run
from providers.rules import PARTS_OF_DAY, WEEKDAYS, in_words, price_problem
from providers.selectors import missing_to_publish
from providers.services import search_rows
from vocabulary.models import Term


class TitleIsMissing(Refusal):
    code = "title_is_missing"
    sentence = "Write what you do in a few words. For example, “Cooking in your home”."
    field = "title"


class CategoryIsMissing(Refusal):
    code = "category_is_missing"
    sentence = "Pick the kind of help that fits best."
    field = "category"


class PriceIsWrong(Refusal):
    code = "price_is_wrong"
    field = "price"


class ChargeIsWrong(Refusal):
    code = "charge_is_wrong"
    sentence = "A community group gives things free or for time. Pick one of the two."
    field = "charge"


class TimesAreWrong(Refusal):
    code = "times_are_wrong"
    sentence = "Pick days from Monday to Sunday, and mornings, afternoons, evenings or nights."
    field = "weekdays"


class MinutesAreWrong(Refusal):
    code = "minutes_are_wrong"
    sentence = "Write how long one visit takes, from 15 minutes to 24 hours."
    field = "minutes"


class RadiusIsWrong(Refusal):
    code = "radius_is_wrong"
    sentence = "Write how far you go in miles, from 1 to 60."
    field = "radius_miles"


class ChecksAreMissing(Refusal):
    """`missing` holds the kinds of check."""

    code = "checks_are_missing"

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__(f"People can find this when we have seen: {in_words(missing)}.")


class ProviderIsStopped(Refusal):
    code = "provider_is_stopped"
    sentence = "Your page is stopped for now. Ring us to talk about it."


def save(
    *,
    enterprise: Enterprise,
    title: str,
    category: Term,
    price_pence: int,
    by: Person,
    at: datetime,
    listing: Listing | None = None,
    description: str = "",
    charge: str = "paid",
    unit: str = "hour",
    minutes: int = 60,
    outcode: str = "",
    radius_miles: int | None = None,
    languages: Sequence[Term] = (),
    access: Sequence[Term] = (),
    outcomes: Sequence[Term] = (),
    weekdays: Sequence[int] = (),
    parts_of_day: Sequence[str] = (),
    group_prices: Mapping[int, int] | None = None,
) -> Listing:
    """Writes a service, new or `listing` changed; a new one is not shown until `publish`.

    `group_prices`: how many people together → what they pay in all, in pence, per unit. Where and how far default to the provider's own.
    Agreements keep the copy they were signed with. A shown one that moves to a kind of help with more papers is taken down until they are seen.
    `charge`: "paid", or "free" or "time" without a price; a community group's is never paid.
    Raises NotAllowed, TitleIsMissing, CategoryIsMissing, ChargeIsWrong, PriceIsWrong, TimesAreWrong, MinutesAreWrong, RadiusIsWrong, UnknownOutcode.
    """
    groups, radius = dict(group_prices or {}), enterprise.radius_miles if radius_miles is None else radius_miles
    _check(title, category, minutes, radius, weekdays, parts_of_day)
    _check_price(enterprise, charge, price_pence, groups)
    with transaction.atomic():
        row = _row(listing, enterprise, by)
        row.title, row.description, row.category = " ".join(title.split())[:80], description.strip(), category
        row.unit, row.charge, row.price_pence, row.minutes = Listing.Unit(unit), Listing.Charge(charge), price_pence, minutes
        row.outcode, row.radius_miles = outcode_of(outcode or row.enterprise.outcode), radius
        row.weekdays, row.parts_of_day = sorted(set(weekdays)), [part for part in PARTS_OF_DAY if part in parts_of_day]
        if row.state == Listing.State.LIVE and missing_to_publish(listing=row, on=london_date(at)):
            row.state = Listing.State.DRAFT
        row.save()
        for words, said in ((row.languages, languages), (row.access, access), (row.outcomes, outcomes)):
            words.set(said)
        _set_group_prices(row, groups)
        search_rows.refresh(listings=Listing.objects.filter(pk=row.pk))
        _note(row, "save_listing", by, at, price_pence=price_pence)
    return row


def publish(*, listing: Listing, by: Person, at: datetime) -> Listing:
    """Shows it to people, from now on. Raises NotAllowed, ProviderIsStopped, ChecksAreMissing (its sentence says which)."""
    with transaction.atomic():
        row, owner = _locked(listing)
        if not may_run(by=by, enterprise=owner):
            raise NotAllowed
        if owner.state == Enterprise.State.SUSPENDED:
            raise ProviderIsStopped
        missing = missing_to_publish(listing=row, on=london_date(at))
        if missing:
            raise ChecksAreMissing(missing)
        if row.state == Listing.State.LIVE and owner.state == Enterprise.State.LIVE:
            return row
        row.state, row.published_at = Listing.State.LIVE, at
        row.save(update_fields=["state", "published_at"])
        owner.state = Enterprise.State.LIVE
        owner.save(update_fields=["state"])
        search_rows.refresh(listings=Listing.objects.filter(enterprise=owner))
        _note(row, "publish_listing", by, at)
        payload = {"listing": row.pk, "enterprise": owner.pk}
        facts.record(kind="providers.listing_published", subject=f"listing:{row.pk}", payload=payload, at=at, council_code=row.council_code)
    return row


def pause(*, listing: Listing, by: Person, at: datetime) -> Listing:
    """Takes it down for now; agreements go on. The owner or an operator. Raises NotAllowed."""
    with transaction.atomic():
        row, owner = _locked(listing)
        if not may_run(by=by, enterprise=owner) and not by.is_operator:
            raise NotAllowed
        if row.state == Listing.State.LIVE:
            row.state = Listing.State.PAUSED
            row.save(update_fields=["state"])
            search_rows.refresh(listings=Listing.objects.filter(pk=row.pk))
            _note(row, "pause_listing", by, at)
    return row


def _check(
    title: str,
    category: Term,
    minutes: int,
    radius: int,
    weekdays: Sequence[int],
    parts_of_day: Sequence[str],
) -> None:
    if not title.strip():
        raise TitleIsMissing
    if category.kind != Term.Kind.CATEGORY:
        raise CategoryIsMissing
    if not 15 <= minutes <= 1440:
        raise MinutesAreWrong
    if not 1 <= radius <= 60:
        raise RadiusIsWrong
    if not (WEEKDAYS.issuperset(weekdays) and set(PARTS_OF_DAY).issuperset(parts_of_day)):
        raise TimesAreWrong


def _check_price(enterprise: Enterprise, charge: str, price_pence: int, groups: dict[int, int]) -> None:
    if charge not in Listing.Charge.values:
        raise ChargeIsWrong("Say if it is paid, free or for time.")
    if enterprise.is_community and charge == Listing.Charge.PAID:
        raise ChargeIsWrong
    if problem := price_problem(price_pence, groups, charge):
        raise PriceIsWrong(problem[1], field=problem[0])


def _row(listing: Listing | None, enterprise: Enterprise, by: Person) -> Listing:
    owner = Enterprise.objects.locked().get(pk=enterprise.pk)
    if not may_run(by=by, enterprise=owner):
        raise NotAllowed
    if listing is None:
        return Listing(enterprise=owner, council_code=owner.council_code)
    row = Listing.objects.locked().get(pk=listing.pk)
    if row.enterprise_id != owner.pk:
        raise NotAllowed
    row.enterprise = owner
    return row


def _set_group_prices(listing: Listing, groups: dict[int, int]) -> None:
    listing.group_prices.all().delete()
    GroupPrice.objects.bulk_create(GroupPrice(listing=listing, people=people, pence=pence) for people, pence in sorted(groups.items()))


def _locked(listing: Listing) -> tuple[Listing, Enterprise]:
    """Enterprise first: the same order everywhere."""
    owner = Enterprise.objects.locked().get(pk=listing.enterprise_id)
    row = Listing.objects.locked().select_related("category").get(pk=listing.pk)
    row.enterprise = owner
    return row, owner


def _note(listing: Listing, verb: str, by: Person, at: datetime, **detail: int) -> None:
    trail.write(
        by=by,
        verb=f"providers.{verb}",
        about_kind="listing",
        about_id=listing.pk,
        at=at,
        council_code=listing.council_code,
        detail={"enterprise": listing.enterprise_id, **detail},
    )
