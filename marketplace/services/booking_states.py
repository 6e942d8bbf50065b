"""A booking moves with its agreement: confirmed by the provider's yes, over when it is void, delivered and paid as its week goes.

Locks: the agreement (by the caller, where there is one), then the booking, then its slots.
"""

from datetime import datetime

from marketplace import policies
from marketplace.models import Agreement, BookedTime, Booking, BookingMove, Visit
from marketplace.rules.tables import BOOKING, BOOKING_FINAL, after
from marketplace.services.writing import log, tell
from people.models import Person
from providers.models import Worker
from providers.services import slots


def locked(pk: int) -> Booking:
    """A booking as it is now, locked after its agreement."""
    agreement = Booking.objects.values_list("agreement", flat=True).get(pk=pk)
    if agreement is not None:
        Agreement.objects.locked().get(pk=agreement)
    related = ("listing__category", "enterprise", "person", "cluster", "agreement")
    return Booking.objects.locked().select_related(*related).get(pk=pk)


def move(*, booking: Booking, verb: str, by: Person | None, at: datetime) -> Booking:
    """The next state of a locked booking. Over: how is written down, and what it kept of anybody's time is free."""
    booking.state = after(BOOKING, booking.state, verb)
    if booking.state == Booking.State.CONFIRMED and booking.confirmed_at is None:
        booking.confirmed_at = at
    if booking.state in BOOKING_FINAL:
        booking.ended_at, booking.ended_how = at, verb
    booking.save()
    log(by=by, verb=f"booking_{verb}", row=booking, at=at, on_behalf_of=booking.person if by is not None else None)
    if booking.state in BOOKING_FINAL:
        let_times_go(booking=booking, at=at)
        if booking.state != Booking.State.LAPSED:
            tell(kind="booking_over", row=booking, at=at, how=verb)
    return booking


def let_times_go(*, booking: Booking, at: datetime) -> None:
    """Whatever it kept of a time that is still to come is free, and so is what a move would have taken."""
    for time in booking.times.select_related("slot"):
        let_time_go(time=time, at=at)
    for asked in BookingMove.objects.open().filter(time__booking=booking).select_related("slot"):
        drop_move(asked=asked, by=None, at=at)


def let_time_go(*, time: BookedTime, at: datetime) -> None:
    """One time that is still to come is free again."""
    if time.slot is not None and time.starts_at > at:
        slots.release(slot=time.slot, at=at)


def give_to(*, visit: Visit, worker: Worker, by: Person, at: datetime) -> None:
    """Somebody else comes to a booked visit: their time is taken, and who was to come is free. Raises SlotIsTaken."""
    time = BookedTime.objects.filter(visit=visit, slot__isnull=False).select_related("slot", "booking").first()
    if time is None or time.slot is None or time.slot.worker_id == worker.pk:
        return
    try:
        slot = slots.hold(workers=[worker], starts_at=time.starts_at, minutes=time.booking.minutes, by=by, at=at)
    except slots.SlotIsTaken:
        raise slots.SlotIsTaken("They are booked for that time already. Choose somebody else who works with you.", field="worker") from None
    slots.release(slot=time.slot, at=at)
    time.slot = slots.keep(slot=slot, by=by, at=at)
    time.save(update_fields=["slot"])


def drop_move(*, asked: BookingMove, by: Person | None, at: datetime) -> None:
    """What was asked does not happen: the time kept for it is free, and the booking stays where it is."""
    asked.state, asked.answered_by, asked.answered_at = BookingMove.State.REFUSED, by, at
    asked.save(update_fields=["state", "answered_by", "answered_at"])
    slots.release(slot=asked.slot, at=at)
    log(by=by, verb="refuse_move", row=asked, at=at)


def why_not_asked(booking: Booking) -> str:
    """For who presses "book" once more, or too late."""
    if booking.state == Booking.State.LAPSED:
        return "We kept this time for 15 minutes, and they are over. Choose a time again."
    return "You have asked for this time already."


def is_late(*, agreement: Agreement, at: datetime) -> bool:
    """Asked for as a booking, and its day to answer is over, whether the timer came by or not."""
    return Booking.objects.filter(agreement=agreement, answer_by__lte=at).exists()


def came_about(*, agreement: Agreement, by: Person | None, at: datetime) -> None:
    """Both sides have signed: the times are visits now, each with its worker. Weeks that clash are ended by `booking_clock`."""
    booking = _of(agreement)
    if booking is None or booking.state != Booking.State.REQUESTED:
        return
    move(booking=booking, verb="accept", by=by, at=at)
    planned = {visit.milestone.number: visit for visit in Visit.objects.filter(milestone__agreement=agreement).select_related("milestone")}
    for time in booking.times.select_related("slot__worker"):
        visit = planned[time.number]
        time.visit = visit
        time.save(update_fields=["visit"])
        if time.slot is not None:
            visit.worker = time.slot.worker
            visit.save(update_fields=["worker"])


def fell_through(*, agreement: Agreement, verb: str, by: Person | None, at: datetime) -> None:
    """It never came about: declined by the provider, taken back by who asked, or not answered in time."""
    booking = _of(agreement)
    if booking is None or booking.state != Booking.State.REQUESTED:
        return
    declined = by is not None and policies.may_speak_for_enterprise(by=by, enterprise=agreement.enterprise)
    how = "no_answer" if verb == "time_out" else "decline" if declined else "take_back"
    move(booking=booking, verb=how, by=by, at=at)


def _of(agreement: Agreement) -> Booking | None:
    return Booking.objects.locked().filter(agreement=agreement).select_related("person", "cluster").first()


def clash(*, time: BookedTime, at: datetime) -> None:
    """Somebody else has this time: no visit that week (`booking_clock` ends it), and nobody is asked for its money. Never booked twice."""
    time.clashed_at = at
    time.save(update_fields=["clashed_at"])
    log(by=None, verb="booking_clash", row=time, at=at, number=time.number)
