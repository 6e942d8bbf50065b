"""A first meeting before anything is booked: half an hour, free, with a record of who met whom and when, said by both."""

from datetime import datetime, timedelta

from audit.clock import london_date
from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import Booking
from marketplace.rules.dates import BOOKING_ANSWER_DAYS, BOOKING_ANSWER_HOURS
from marketplace.rules.tables import BOOKING, NotNow, after
from marketplace.services import booking_states
from marketplace.services.proposing import ServiceIsNotOnSale
from marketplace.services.signing import ChecksAreNotLive
from marketplace.services.writing import log, tell
from people.models import Person
from people.policies import may_act_for
from pooling.rules import is_sure_enough
from pooling.services.clusters import NotMetYet
from pooling.services.transactions import all_or_nothing
from providers.selectors import checks_live
from providers.services import slots

State = Booking.State


@all_or_nothing
def ask(*, booking: Booking, by: Person, at: datetime) -> Booking:
    """Asks the provider to meet at the time that is kept: who may keep it may ask. No money, no promise.

    Raises NotAllowed, NotMetYet, NotNow, ServiceIsNotOnSale (stopped meanwhile), SlotIsTaken.
    """
    row = _of_person(booking, by, at, decision="promises")
    if not is_sure_enough(row.person.sureness, "seen"):
        raise NotMetYet
    state = after(BOOKING, row.state, "request", booking_states.why_not_asked(row))
    if not _may_come(row, at):
        raise ServiceIsNotOnSale
    time = row.times.select_related("slot").get()
    assert time.slot is not None
    slots.keep(slot=time.slot, by=by, at=at)
    row.state, row.requested_at = state, at
    row.answer_by = min(at + timedelta(days=BOOKING_ANSWER_DAYS), time.starts_at - timedelta(hours=BOOKING_ANSWER_HOURS))
    row.save()
    log(by=by, verb="booking_request", row=row, at=at, on_behalf_of=row.person)
    tell(kind="meeting_asked", row=row, at=at)
    return row


@all_or_nothing
def answer(*, booking: Booking, yes: bool, by: Person, at: datetime) -> Booking:
    """The provider's yes or no. Raises NotAllowed, NotNow, ChecksAreNotLive."""
    row = _of_provider(booking, by)
    if row.state == State.REQUESTED and row.answer_by is not None and row.answer_by <= at:
        raise NotNow("This is not open for an answer any more.")
    if yes and not _may_come(row, at):
        raise ChecksAreNotLive
    row = booking_states.move(booking=row, verb="accept" if yes else "decline", by=by, at=at)
    if yes:
        tell(kind="meeting_agreed", row=row, at=at)
    return row


@all_or_nothing
def cancel(*, booking: Booking, by: Person, at: datetime) -> Booking:
    """Either side, before it begins. It costs nothing; a provider's counts on their record. Raises NotAllowed, NotNow."""
    row = _meeting(booking)
    if row.times.get().starts_at <= at:
        raise NotNow("It has begun, or is over.")
    if policies.may_record_visits(by=by, enterprise=row.enterprise):
        return booking_states.move(booking=row, verb="provider_cancel", by=by, at=at)
    row = _of_person(row, by, at)
    return booking_states.move(booking=row, verb="take_back" if row.state == State.REQUESTED else "cancel_early", by=by, at=at)


@all_or_nothing
def say_met(*, booking: Booking, by: Person, at: datetime) -> Booking:
    """One side says that they met. Both: it is on record, with who came and when. Raises NotAllowed, NotNow."""
    row = _meeting(booking)
    if row.state != State.CONFIRMED or row.times.get().starts_at > at:
        raise NotNow("You can say this once it has begun.")
    if policies.may_record_visits(by=by, enterprise=row.enterprise):
        row.provider_met_at = row.provider_met_at or at
    elif may_act_for(by=by, person=row.person, decision="visits", at=at):
        row.person_met_at = row.person_met_at or at
    else:
        raise NotAllowed
    row.save(update_fields=["person_met_at", "provider_met_at"])
    log(by=by, verb="say_met", row=row, at=at, on_behalf_of=row.person)
    if row.person_met_at is not None and row.provider_met_at is not None:
        booking_states.move(booking=row, verb="met", by=by, at=at)
    return row


def _may_come(row: Booking, at: datetime) -> bool:
    """Nobody opens their door to who was stopped, or lacks a check."""
    missing = checks_live(enterprise=row.enterprise, worker=None, category=row.listing.category, on=london_date(at))
    return row.enterprise.state == "live" and not missing


def _meeting(booking: Booking) -> Booking:
    row = booking_states.locked(booking.pk)
    if row.kind != Booking.Kind.MEET:
        raise NotNow
    return row


def _of_person(booking: Booking, by: Person, at: datetime, *, decision: str = "visits") -> Booking:
    row = _meeting(booking)
    if not may_act_for(by=by, person=row.person, decision=decision, at=at):
        raise NotAllowed
    return row


def _of_provider(booking: Booking, by: Person) -> Booking:
    row = _meeting(booking)
    if not policies.may_record_visits(by=by, enterprise=row.enterprise):
        raise NotAllowed("Only the provider can do this.")
    return row
