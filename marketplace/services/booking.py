"""Booking a time: held while somebody reads, then asked for, alone or with a group (state-machines.md 9, docs/adr/0022).

Asking writes an agreement of one visit a week, and each payer's own yes is the yes to that agreement: no money moves here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Agreement, BookedTime, Booking
from marketplace.rules.dates import BOOKING_ANSWER_DAYS, BOOKING_ANSWER_HOURS, LONDON
from marketplace.rules.tables import BOOKING, NEW, NotNow, after
from marketplace.selectors.free_times import FURTHEST_DAYS, MEET_MINUTES, free_workers, is_in_hours, soonest_day
from marketplace.services import booking_series, booking_states
from marketplace.services.agreements import make_void
from marketplace.services.plans import price_of_visit
from marketplace.services.proposing import ServiceIsNotOnSale, propose
from marketplace.services.signing import PriceHasChanged, sign_as_payer
from marketplace.services.writing import log
from people.models import Person
from people.policies import may_act_for
from pooling.models import Cluster, Membership, Portion
from pooling.rules import Relative
from pooling.selectors import free_of_debt
from pooling.services import own, pledges
from pooling.services.transactions import all_or_nothing
from providers.models import Listing, Slot, Worker
from providers.services import slots

MOST_HELD = 2
"""So many times one person may keep at once without having asked for them: looking is free, keeping others out is not."""


class TimeIsNotFree(Refusal):
    """Not a time at which they come."""

    code = "time_not_free"
    sentence = "This is not one of their free times. Choose another."
    field = "time"


class TooManyHeld(Refusal):
    code = "too_many_held"
    sentence = "We keep two times for you already. Book one of them, or let one go. Then choose again."
    field = "time"


class MoneyComesTooLate(Refusal):
    """The way this person pays takes longer than there is."""

    code = "money_comes_too_late"
    field = "portion"


@all_or_nothing
def hold_slot(
    *,
    listing: Listing,
    starts_at: datetime,
    by: Person,
    at: datetime,
    person: Person | None = None,
    kind: str = Booking.Kind.VISIT,
    weeks: int = 1,
) -> Booking:
    """Keeps a free time for a quarter of an hour. `person` (default: `by`): whose booking it is. Two at the same moment: one gets it.

    The same time again, while it is kept for them: the same booking. Raises NotAllowed, ServiceIsNotOnSale, TimeIsNotFree, TooManyHeld, SlotIsTaken.
    """
    who = person or by
    _may_book(by, who, listing, at)
    minutes = MEET_MINUTES if kind == Booking.Kind.MEET else listing.minutes
    if kind == Booking.Kind.VISIT:
        price_of_visit(listing=listing, people=1, together=True, minutes=minutes)
    _is_a_day_for_it(starts_at, weeks, at)
    Person.objects.locked().get(pk=who.pk)
    held = Booking.objects.filter(person=who, state=Booking.State.SLOT_HELD, times__slot__in=Slot.objects.taken(at))
    if there := held.filter(listing=listing, kind=kind, weeks=weeks, times__starts_at=starts_at).first():
        return there
    if held.count() >= MOST_HELD:
        raise TooManyHeld
    slot = slots.hold(workers=_free(listing, starts_at, minutes, at), starts_at=starts_at, minutes=minutes, by=by, at=at)
    booking = Booking.objects.create(
        kind=kind,
        state=after(BOOKING, NEW, "hold_slot"),
        listing=listing,
        enterprise=listing.enterprise,
        council_code=who.council_code,
        person=who,
        held_by=by,
        held_at=at,
        minutes=minutes,
        weeks=weeks,
    )
    BookedTime.objects.create(booking=booking, council_code=booking.council_code, starts_at=starts_at, slot=slot)
    log(by=by, verb="hold_slot", row=booking, at=at, on_behalf_of=who, listing=listing.pk, slot=slot.pk)
    return booking


@all_or_nothing
def let_go(*, booking: Booking, by: Person, at: datetime) -> Booking:
    """Not this time after all: it is free at once. Raises NotAllowed, NotNow."""
    row = _mine(booking, by, at)
    return booking_states.move(booking=row, verb="let_go", by=by, at=at)


@all_or_nothing
def request(
    *,
    booking: Booking,
    portion: Portion,
    related: Relative,
    keep_going: Mapping[str, str],
    by: Person,
    at: datetime,
    most_pence: int | None = None,
) -> Booking:
    """Asks for it alone, with this person's own yes to the price and the most it can cost, from one part of their budget. No money moves.

    `most_pence`: the most it could cost on the page they read. Raises NotAllowed, NotNow, SlotIsTaken (held too long), PriceHasChanged,
    MoneyComesTooLate, and what `own_place`, `propose`, `promise` and `sign_as_payer` raise.
    """
    row = _mine(booking, by, at)
    _is_paid_for(row)
    _keep(row, by, at)
    place = own.own_place(person=row.person, by=by, at=at)
    agreement = _propose(row, place.cluster, [place], keep_going, by, at)
    payer = agreement.payers.get()
    if most_pence is not None and payer.ceiling_pence != most_pence:
        raise PriceHasChanged
    if free_of_debt(place.pk, portion.pk, portion.council_code) < payer.weekly_pence:
        _comes_in_time(row, portion, at)
    day = london_date(row.times.get(number=1).starts_at)
    pledge = pledges.promise(membership=place, portion=portion, weekly_pence=payer.weekly_pence, weeks=row.weeks, starts_on=day, by=by, at=at)
    sign_as_payer(agreement=agreement, pledge=pledge, related=related, by=by, at=at)
    row.refresh_from_db()
    return row


@all_or_nothing
def ask_group(
    *, booking: Booking, cluster: Cluster, payers: Sequence[Membership], keep_going: Mapping[str, str], by: Person, at: datetime
) -> Booking:
    """Asks for it with a group: one visit together at the price for so many. Each payer says their own yes or no to the agreement.

    `by` is in the group, or decides for somebody who is. Raises NotAllowed, NotNow, SlotIsTaken, and what `propose` raises.
    """
    row = _mine(booking, by, at)
    _is_paid_for(row)
    if cluster.is_own or not cluster.memberships.inside().filter(person=row.person).exists():
        raise NotAllowed("Only people in the group can do this.")
    _keep(row, by, at)
    _propose(row, cluster, payers, keep_going, by, at)
    return row


@all_or_nothing
def take_back(*, booking: Booking, by: Person, at: datetime) -> Booking:
    """Whoever asked takes it back before the provider has said yes: nobody pays anything. Raises NotAllowed, NotNow."""
    row = _mine(booking, by, at)
    if row.state != Booking.State.REQUESTED:
        raise NotNow("They have said yes already. You can still cancel it: first we show you what that costs.")
    if row.agreement is None:
        return booking_states.move(booking=row, verb="take_back", by=by, at=at)
    make_void(agreement=Agreement.objects.locked().get(pk=row.agreement.pk), verb="refuse", reason="They took it back.", by=by, at=at)
    row.refresh_from_db()
    return row


# --- inside ---


def _may_book(by: Person, who: Person, listing: Listing, at: datetime) -> None:
    if not may_act_for(by=by, person=who, decision="promises", at=at):
        raise NotAllowed("Only the person who pays can book this, or somebody who may decide for them.")
    if policies.is_linked_to(person=by, enterprise=listing.enterprise) or policies.is_linked_to(person=who, enterprise=listing.enterprise):
        raise NotAllowed("You work with this provider, so you can't book it.")


def _is_a_day_for_it(starts_at: datetime, weeks: int, at: datetime) -> None:
    day, today = london_date(starts_at), london_date(at)
    if day < soonest_day(portions=(), today=today) or (day - today).days > FURTHEST_DAYS or not 1 <= weeks <= 52:
        raise TimeIsNotFree


def _free(listing: Listing, starts_at: datetime, minutes: int, at: datetime) -> list[Worker]:
    """Who could come then, asked again under their locks. Raises SlotIsTaken, or TimeIsNotFree where nobody ever could."""
    is_paid = listing.charge == Listing.Charge.PAID
    if listing.state != "live" or listing.enterprise.state != "live" or not is_paid:
        raise ServiceIsNotOnSale
    slots.lock_workers(list(Worker.objects.filter(enterprise=listing.enterprise_id).active()))
    found = free_workers(listing=listing, starts_at=starts_at, minutes=minutes, at=at)
    if found:
        return found
    raise slots.SlotIsTaken if is_in_hours(listing=listing, starts_at=starts_at, minutes=minutes, at=at) else TimeIsNotFree


def _mine(booking: Booking, by: Person, at: datetime) -> Booking:
    row = booking_states.locked(booking.pk)
    _may_book(by, row.person, row.listing, at)
    return row


def _is_paid_for(row: Booking) -> None:
    if row.kind != Booking.Kind.VISIT:
        raise NotNow("This time is kept for a first meeting, which is free.")


def _keep(row: Booking, by: Person, at: datetime) -> None:
    """What was held is taken until they have answered; of a series, also what lies in the next four weeks."""
    state = after(BOOKING, row.state, "request", booking_states.why_not_asked(row))
    first = row.times.select_related("slot__worker").get(number=1)
    assert first.slot is not None
    slots.keep(slot=first.slot, by=by, at=at)
    row.state, row.requested_at = state, at
    row.answer_by = min(at + timedelta(days=BOOKING_ANSWER_DAYS), first.starts_at - timedelta(hours=BOOKING_ANSWER_HOURS))


def _propose(row: Booking, cluster: Cluster, payers: Sequence[Membership], keep_going: Mapping[str, str], by: Person, at: datetime) -> Agreement:
    first = row.times.get(number=1)
    local = first.starts_at.astimezone(LONDON)
    agreement = propose(
        cluster=cluster,
        listing=row.listing,
        together=True,
        visits_per_week=1,
        minutes=row.minutes,
        weeks=row.weeks,
        starts_on=local.date(),
        weekdays=[local.isoweekday()],
        start_time=local.time(),
        keep_going=keep_going,
        payers=payers,
        by=by,
        at=at,
    )
    row.agreement, row.cluster = agreement, cluster
    row.save()
    booking_series.plan(booking=row)
    for time in row.times.filter(slot__isnull=True, starts_at__lte=at + booking_series.TAKEN_AHEAD):
        booking_series.take(booking=row, time=time, at=at)
    log(by=by, verb="booking_request", row=row, at=at, on_behalf_of=row.person, agreement=agreement.pk)
    return agreement


def _comes_in_time(row: Booking, portion: Portion, at: datetime) -> None:
    soonest = soonest_day(portions=[portion], today=london_date(at))
    if london_date(row.times.get(number=1).starts_at) < soonest:
        day = f"{soonest:%A} {soonest.day} {soonest:%B}"
        raise MoneyComesTooLate(f"This money takes some days to get here. With it you can book for {day} or later.")
