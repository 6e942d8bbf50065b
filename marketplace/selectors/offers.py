"""Offers as the group compares them after the close, and as their provider writes them."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import JSONObject

from marketplace.models import Brief, BriefLot, BriefPayer, Conflict, Offer, Score
from marketplace.rules.offering import Terms, most_visit_pence, total_score, weekly_pence
from marketplace.rules.weeks import spread_weekdays, visit_pence
from people.models import Person
from providers.models import Enterprise, Listing
from providers.selectors import CheckShown, papers_of, price_pence
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Given:
    """One member's points by one criterion, with the reason. The group reads them."""

    known_as: str
    criterion: str
    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One offer beside the others of its part. `weekly_pence`, `most_pence`: everybody together. `score`: 0 to 100, 0 where nobody scored."""

    offer: Offer
    enterprise_name: str
    weekly_pence: int
    most_pence: int
    each_weekly_pence: int
    checks: tuple[CheckShown, ...]
    is_ready: bool
    score: int
    given: tuple[Given, ...]
    ties: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class LotOffers:
    """One part of a brief and its offers, best score first."""

    lot: BriefLot
    offers: tuple[Compared, ...]
    winner: Offer | None


def lacks_a_check(offer: Offer, *, category: str, on: date) -> bool:
    """The provider is stopped, or lacks a check that the work needs on that day: its own, or those of whoever comes (it needs one who has all)."""
    return not may_work(offer.enterprise, category=category, on=on)


def may_work(enterprise: Enterprise, *, category: str, on: date) -> bool:
    """Live, with its own papers and somebody who comes with all of theirs."""
    kind = Term.objects.get(kind=Term.Kind.CATEGORY, slug=category)
    return enterprise.state == "live" and not papers_of(enterprise, kind, on=on)[0]


def eligible(brief: Brief, *, on: date) -> list[Offer]:
    """Offers that were sent in and whose provider's checks are live on that day: what the group may choose from."""
    rows = Offer.objects.filter(brief=brief, state="submitted").select_related("enterprise").order_by("pk")
    return [one for one in rows if not lacks_a_check(one, category=brief.category, on=on)]


def is_beside(offer: Offer) -> bool:
    """Another offer of its part was chosen, and nothing is signed yet: its provider reads why, and may say that it was not fair."""
    chosen = offer.state == Offer.State.SHORTLISTED and offer.brief.state in {Brief.State.EVALUATING, Brief.State.AWARD_PENDING}
    return chosen and offer.lot.offers.winners().exists()


_GIVEN = (
    Score.objects.filter(offer=OuterRef("pk"))
    .order_by("pk")
    .values(json=JSONObject(known_as="membership__person__known_as", criterion="criterion", points="points", reason="reason"))
)
_TIED = Conflict.objects.filter(offer=OuterRef("pk")).order_by("pk").values(json=JSONObject(known_as="person__known_as", kind="kind"))


def side_by_side(brief: Brief, person: Person, *, on: date) -> list[LotOffers]:
    """What `person` may compare, part by part: nothing before the close. A fixed number of queries."""
    rows = list(
        Offer.objects.visible_to(person)
        .ran()
        .filter(brief=brief)
        .annotate(given=ArraySubquery(_GIVEN), tied=ArraySubquery(_TIED))
        .select_related("enterprise", "lot", "agreement")
        .prefetch_related("enterprise__checks", "enterprise__workers")
        .order_by("pk")
    )
    kind = Term.objects.get(kind=Term.Kind.CATEGORY, slug=brief.category)
    weights = {str(one["slug"]): int(one["weight"]) for one in brief.criteria}
    found = []
    payers = BriefPayer.objects.taking_part().filter(brief=OuterRef("brief")).order_by().values("brief").annotate(people=Count("pk"))
    lots: Any = brief.lots.annotate(people=Subquery(payers.values("people"))).order_by("number")
    for lot in lots:
        mine = [one for one in rows if one.lot_id == lot.pk]
        compared = [_compared(brief, lot, one, lot.people or 0, weights, kind, on) for one in mine]
        best_first = sorted(compared, key=lambda one: (-one.score, one.weekly_pence, one.offer.pk))
        found.append(LotOffers(lot, tuple(best_first), next((one for one in mine if one.is_winner), None)))
    return found


def _compared(brief: Brief, lot: BriefLot, offer: Any, people: int, weights: dict[str, int], kind: Term, on: date) -> Compared:
    """`offer`: with what was `given` and who is `tied`, as `side_by_side` reads them."""
    given = [Given(**one) for one in offer.given]
    weekly = weekly_pence(visit_pence=offer.visit_pence, visits_per_week=lot.visits_per_week, together=brief.together, people=people)
    points: dict[str, list[int]] = {}
    for one in given:
        points.setdefault(one.criterion, []).append(one.points)
    missing, shown = papers_of(offer.enterprise, kind, on=on)
    return Compared(
        offer=offer,
        enterprise_name=offer.enterprise.name,
        weekly_pence=weekly,
        most_pence=weekly * brief.weeks,
        each_weekly_pence=-(-weekly // max(people, 1)),
        checks=shown,
        is_ready=offer.enterprise.state == "live" and not missing,
        score=total_score(points, weights),
        given=tuple(given),
        ties=tuple(f"{one['known_as']}: {Conflict.Kind(one['kind']).label.rstrip('.').lower()}" for one in offer.tied),
        people=people,
    )


def filled_in(*, brief: Brief, lot: BriefLot, enterprise: Enterprise) -> tuple[Terms, time | None]:
    """An offer from the provider's own service of that kind: its price for so many people, its days, its words; within what the group can pay."""
    people = brief.payers.taking_part().count()
    most = most_visit_pence(
        weekly_ceiling_pence=lot.weekly_ceiling_pence, visits_per_week=lot.visits_per_week, together=brief.together, people=people
    )
    listing = _own_service(enterprise, brief.category)
    price = _price(listing, people if brief.together else 1, lot.minutes) if listing is not None else None
    first = brief.starts_on
    days = list(lot.weekdays or (listing.weekdays if listing is not None else []))[: lot.visits_per_week]
    weekdays = tuple(days) if len(days) == lot.visits_per_week else spread_weekdays(first, lot.visits_per_week)
    names = [one.known_as for one in enterprise.workers.filter(state="active").order_by("pk")]
    words = (listing.description or listing.title) if listing is not None else enterprise.about
    visits, weeks = _so_many(lot.visits_per_week, "visit"), _so_many(brief.weeks, "week")
    by_when = f"From the first week: {visits} a week, {_how_long(lot.minutes)} each, for {weeks}."
    return Terms(min(price or most, most), first, weekdays, words, ", ".join(names), by_when), None


def _so_many(number: int, what: str) -> str:
    """ "1 week", "6 weeks"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _how_long(minutes: int) -> str:
    """ "2 hours", "1 hour 30 minutes"."""
    hours, rest = divmod(minutes, 60)
    said = [(hours, "hour"), (rest, "minute")]
    return " ".join(_so_many(number, what) for number, what in said if number)


def _own_service(enterprise: Enterprise, category: str) -> Listing | None:
    rows = enterprise.listings.filter(category__slug=category, charge=Listing.Charge.PAID).prefetch_related("group_prices")
    return rows.filter(state="live").order_by("pk").first() or rows.order_by("pk").first()


def _price(listing: Listing, people: int, minutes: int) -> int | None:
    whole = price_pence(listing, people) if people else listing.price_pence
    return None if whole is None else visit_pence(price_pence=whole, unit=listing.unit, minutes=minutes)
