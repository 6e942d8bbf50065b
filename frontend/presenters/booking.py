"""Booked times and first meetings, in words: for who books, and for who comes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from frontend import words
from frontend.presenters.agreements import bands_said
from marketplace.models import BookedTime, Booking, BookingMove, MilestoneShare, Payer, Visit, VisitPart
from marketplace.rules.tables import BOOKING_FINAL
from marketplace.selectors.booked import money_is_asked_on, speaks_for
from marketplace.selectors.free_times import DAYS_SHOWN, FURTHEST_DAYS, FreeDay, free_days, soonest_day
from marketplace.services.booking_ends import CostOfCancelling, cost_of_cancelling
from people.models import Person
from people.policies import may_act_for
from people.selectors import people_decided_for
from pooling.models import Call, Portion
from providers.models import Enterprise, Listing

State = Booking.State
STILL_OPEN = frozenset({"planned", "covered"})
"""A payer's part of a visit that is still to come."""
SAID = {
    "slot_held": "We keep this time for you.",
    "lapsed": "You did not book it. The time is free again.",
    "requested": "We have asked. Not everybody has said yes yet.",
    "confirmed": "It is agreed.",
    "declined": "They said no this time. You pay nothing.",
    "expired": "Not everybody answered in time. You pay nothing.",
    "cancelled": "It is called off.",
    "delivered": "The visit was made.",
    "query": "Nobody has told us whether anybody came.",
    "asking": "The visit was made. Say if it was right.",
    "paid_out": "Over. Everything is settled.",
    "met": "You have met.",
}
SAID_ALONE = {"requested": "We have asked. They have not said yes yet.", "expired": "They did not answer in time. You pay nothing."}
"""Where only the provider's answer is missing."""


@dataclass(frozen=True, slots=True)
class TimesPage:
    """Days with free times, and the times of the day that was picked. `earlier` and `later`: other fortnights, where there are any."""

    days: list[FreeDay]
    day: FreeDay | None
    earlier: date | None
    later: date | None


@dataclass(frozen=True, slots=True)
class ForWhom:
    """Somebody this person may book for, beside themselves: their usual services, by number and title."""

    person: Person
    services: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One date of a booking: when, how it stands, and what may be done about it."""

    time: BookedTime
    when: str
    said: str
    share_id: int | None
    pay_id: int | None
    may_cancel: bool
    may_move: bool
    move: BookingMove | None
    mine: bool


@dataclass(frozen=True, slots=True)
class BookingPage:
    booking: Booking
    title: str
    said: str
    who: str
    lines: list[TimeLine]
    is_provider: bool
    may_say_met: bool
    may_ask: bool
    """May ask for it, or take it back: it is theirs, or they decide so for who it is for."""
    may_say: bool
    """May say what happened, as who pays or for them."""
    whose: str
    """For whom they look at it; empty for themselves, and for who comes."""
    asked_on: date | None
    """The day on which its money, or that of its next week, will be asked for."""

    @property
    def is_open(self) -> bool:
        return self.booking.state not in BOOKING_FINAL


def moment(when: datetime) -> str:
    """ "Wednesday 18 March at 10am"."""
    return f"{words.day(when)} at {words.clock(when)}"


def portions_of(person: Person) -> list[Portion]:
    """The parts of their budget that somebody may pay a booking from."""
    rows = Portion.objects.filter(budget__person=person, budget__superseded=False).select_related("budget", "holder")
    return list(rows.order_by("pk"))


def times(listing: Listing, person: Person, *, asked: date | None, picked: date | None, minutes: int, at: datetime, is_free: bool) -> TimesPage:
    """A fortnight of free times from the soonest day that this person's money can be here for."""
    today = words.local_date(at)
    mine = [] if is_free else portions_of(person)
    soonest = min((soonest_day(portions=[one], today=today) for one in mine), default=soonest_day(portions=(), today=today))
    return times_between(listing, soonest, today + timedelta(days=FURTHEST_DAYS), asked=asked, picked=picked, minutes=minutes, at=at)


def times_between(listing: Listing, soonest: date, last: date, *, asked: date | None, picked: date | None, minutes: int, at: datetime) -> TimesPage:
    """A fortnight of free times between two days."""
    first = min(max(asked or picked or soonest, soonest), max(last, soonest))
    first -= timedelta(days=(first - soonest).days % DAYS_SHOWN)
    after = first + timedelta(days=DAYS_SHOWN)
    shown = (min(after, last + timedelta(days=1)) - first).days
    days = free_days(listing=listing, first=first, days=shown, minutes=minutes, at=at, soonest=soonest) if shown > 0 else []
    return TimesPage(
        days=days,
        day=next((one for one in days if one.day == picked), None),
        earlier=first - timedelta(days=DAYS_SHOWN) if first > soonest else None,
        later=after if after <= last else None,
    )


def checked(booking: Booking, price_pence: int) -> dict[str, Any]:
    """What the check page shows, of a booking as it would be."""
    agreement = booking.agreement
    assert agreement is not None
    first = booking.times.get(number=1)
    worker = first.slot.worker.known_as if first.slot else agreement.enterprise.name
    free_until = first.starts_at - timedelta(hours=max((int(band["under_hours"]) for band in agreement.bands), default=0))
    rows = [
        {"key": "Who comes", "value": f"{worker}, {agreement.enterprise.name}"},
        {"key": "What", "value": agreement.title},
        {"key": "When", "value": f"{moment(first.starts_at)}, {words.duration(booking.minutes)}"},
    ]
    if booking.weeks > 1:
        rows.append({"key": "How often", "value": f"{words.count(booking.weeks, 'week')}, the same day and time"})
    return {
        "rows": rows,
        "price_pence": price_pence,
        "most_pence": price_pence * booking.weeks,
        "free_until": moment(free_until),
        "bands": bands_said(agreement),
        "clashes": [moment(one.starts_at) for one in booking.times.filter(clashed_at__isnull=False)],
    }


def page(booking: Booking, person: Person, at: datetime) -> BookingPage:
    """One booking as this person may see it."""
    is_provider = booking.enterprise.owner_id == person.pk or booking.enterprise.workers.filter(person=person, state="active").exists()
    related = ("slot__worker", "visit__milestone")
    rows = list(booking.times.select_related(*related).prefetch_related("moves__slot__worker", "moves__yeses").order_by("number"))
    speaks = None if is_provider else speaks_for(booking, person, decision="visits", at=at)
    whose = booking.person if speaks is None else speaks
    side = BookingMove.Side.PROVIDER if is_provider else BookingMove.Side.PERSON if speaks is not None else ""
    shares = _shares(booking, whose) if speaks is not None else {}
    first = rows[0]
    said = booking.person_met_at if not is_provider else booking.provider_met_at
    return BookingPage(
        booking=booking,
        title=f"Meet {booking.enterprise.name}" if booking.kind == Booking.Kind.MEET else booking.listing.title,
        said=said_of(booking, for_provider=is_provider),
        who=words.names(_payers(booking)) if is_provider else _comes(first, booking.enterprise),
        lines=[_line(one, booking, shares.get(one.visit.milestone_id) if one.visit else None, at, side=side) for one in rows],
        is_provider=is_provider,
        may_say_met=bool(side) and booking.kind == Booking.Kind.MEET and booking.state == State.CONFIRMED and first.starts_at <= at and said is None,
        may_ask=not is_provider and may_act_for(by=person, person=booking.person, decision="promises", at=at),
        may_say=speaks is not None,
        whose="" if is_provider or whose == person else whose.known_as,
        asked_on=money_is_asked_on(booking) if booking.state == State.CONFIRMED and not is_provider else None,
    )


def _payers(booking: Booking) -> list[str]:
    if booking.agreement is None:
        return [booking.person.known_as]
    payers = booking.agreement.payers.taking_part().select_related("person").order_by("pk")
    return [one.person.known_as for one in payers] or [booking.person.known_as]


def for_whom(person: Person, at: datetime) -> list[ForWhom]:
    """The people this person may book for. Two queries."""
    people = people_decided_for(person, decision="promises", at=at)
    used: dict[int, dict[int, str]] = defaultdict(dict)
    if people:
        on_sale = Listing.objects.on_sale().filter(charge=Listing.Charge.PAID)
        rows = Payer.objects.filter(person__in=people, agreement__listing__in=on_sale).order_by("-pk")
        for who, listing, title in rows.values_list("person", "agreement__listing", "agreement__listing__title")[:50]:
            used[who].setdefault(listing, title)
    return [ForWhom(one, list(used[one.pk].items())[:3]) for one in people]


def lines(rows: QuerySet[Booking], *, for_provider: bool, helped: Collection[int] = ()) -> list[dict[str, Any]]:
    """A list of bookings, newest first. `helped`: people, by number, whose bookings say whose they are."""
    found = []
    for row in rows.select_related("listing", "enterprise", "person", "cluster").prefetch_related("times")[:50]:
        first = row.times.all()[0]
        meet = row.kind == Booking.Kind.MEET
        title = ("A first meeting" if meet else row.listing.title) if for_provider else f"{'Meet ' if meet else ''}{row.enterprise.name}"
        title = f"For {row.person.known_as}: {title}" if row.person_id in helped else title
        waits = row.state == State.REQUESTED if for_provider else row.state in {State.SLOT_HELD, State.QUERY}
        found.append({"pk": row.pk, "title": title, "when": moment(first.starts_at), "said": said_of(row, for_provider=for_provider), "waits": waits})
    return found


def said_of(row: Booking, *, for_provider: bool) -> str:
    """How it stands, in a sentence for that side."""
    if for_provider and row.state in {State.REQUESTED, State.DECLINED, State.MET}:
        return {"requested": "They wait for your yes or no.", "declined": "You said no.", "met": "You have met."}[row.state]
    alone = row.cluster is None or row.cluster.is_own
    return (SAID_ALONE if alone else {}).get(row.state) or SAID[row.state]


def cost(time: BookedTime, person: Person, at: datetime) -> CostOfCancelling:
    """What calling it off costs this person now."""
    return cost_of_cancelling(time=time, person=person, at=at)


def _shares(booking: Booking, person: Person) -> dict[int, Any]:
    """This person's part of each week, and whether they have said something about its visit already."""
    if booking.agreement is None:
        return {}
    rows = MilestoneShare.objects.filter(milestone__agreement=booking.agreement, payer__person=person, split_from__isnull=True)
    has_said = Exists(VisitPart.objects.filter(share__payer=OuterRef("payer"), visit__milestone=OuterRef("milestone")))
    return {row.milestone_id: row for row in rows.select_related("call").annotate(has_said=has_said)}


def _line(time: BookedTime, booking: Booking, share: Any, at: datetime, *, side: str) -> TimeLine:
    """`side`: of who looks, as in a move; empty for who may only look."""
    is_provider = side == BookingMove.Side.PROVIDER
    planned = time.visit is not None and time.visit.state == Visit.State.PLANNED and time.starts_at > at and booking.state == State.CONFIRMED
    moves: Sequence[BookingMove] = [one for one in time.moves.all() if one.state == BookingMove.State.ASKED]
    move = moves[0] if moves else None
    meets = booking.kind == Booking.Kind.MEET and booking.state in {State.REQUESTED, State.CONFIRMED} and time.starts_at > at
    return TimeLine(
        time=time,
        when=moment(time.starts_at),
        said=_stands(time),
        pay_id=share.call_id if side and share is not None and share.call is not None and share.call.state == Call.State.CALLED else None,
        share_id=share.pk if share is not None and booking.state in {State.ASKING, State.DELIVERED, State.PAID_OUT, State.CONFIRMED} else None,
        may_cancel=bool(side) and (meets or (planned and (is_provider or _may_be_called_off(share)))),
        may_move=planned and bool(side) and move is None,
        move=move,
        mine=move is not None and _has_said_yes(move, share, is_provider=is_provider),
    )


def _has_said_yes(move: BookingMove, share: Any, *, is_provider: bool) -> bool:
    """Who asked, and who has answered: the others' answer is waited for."""
    if is_provider:
        return move.provider_yes_at is not None
    return share is not None and any(one.payer_id == share.payer_id for one in move.yeses.all())


def _may_be_called_off(share: Any) -> bool:
    """A part that is still to come, of which nothing is said yet."""
    return share is not None and share.state in STILL_OPEN and not share.has_said


def _stands(time: BookedTime) -> str:
    if time.clashed_at is not None:
        return "They are not free then. No visit, and nothing to pay."
    if time.visit is None:
        return ""
    if time.visit.state == Visit.State.CALLED_OFF:
        return "Called off."
    week = time.visit.milestone.state
    if time.visit.state != Visit.State.PLANNED:
        return ""
    return {"funded": "The money is held.", "funding_due": "The money is asked for.", "short": "The money is not here yet."}.get(week, "")


def _comes(time: BookedTime, enterprise: Enterprise) -> str:
    return f"{time.slot.worker.known_as}, {enterprise.name}" if time.slot is not None else enterprise.name
