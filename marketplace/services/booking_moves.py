"""Moving a booked time: one side asks, the new time is kept for them, and nothing changes before the other side's yes. Never booked twice."""

from datetime import datetime, timedelta

from audit.clock import LONDON, london_date
from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import Agreement, BookedTime, Booking, BookingMove, Milestone, Visit
from marketplace.rules.dates import BOOKING_ANSWER_DAYS, BOOKING_ANSWER_HOURS
from marketplace.rules.tables import BOOKING, NotNow, after
from marketplace.selectors.free_times import FURTHEST_DAYS, free_workers, soonest_day
from marketplace.services import booking_states
from marketplace.services.booking import TimeIsNotFree
from marketplace.services.booking_ends import HELD, NOT_HELD
from marketplace.services.funding import locked_week
from marketplace.services.writing import log, tell
from people.models import Person
from people.policies import may_act_for
from pooling.services.transactions import all_or_nothing
from providers.models import Worker
from providers.services import slots

Side = BookingMove.Side


@all_or_nothing
def ask(*, time: BookedTime, starts_at: datetime, by: Person, at: datetime) -> BookingMove:
    """Who pays, or the provider, asks for another time; it is kept until the other side has answered.

    Raises NotAllowed, NotNow, TimeIsNotFree, SlotIsTaken.
    """
    row, old, week = _locked(time)
    side = side_of(booking=row, by=by, at=at)
    answer_by = min(at + timedelta(days=BOOKING_ANSWER_DAYS), min(old.starts_at, starts_at) - timedelta(hours=BOOKING_ANSWER_HOURS))
    if answer_by <= at:
        raise NotNow("There is less than a day left, so it can't be moved any more. You can call it off.")
    if old.moves.filter(state=BookingMove.State.ASKED).exists():
        raise NotNow("Somebody has asked to move it already. Answer that first.")
    _fits(row, old, week, starts_at, at)
    free = slots.lock_workers(list(Worker.objects.filter(enterprise=row.enterprise_id).active()))
    free = free_workers(listing=row.listing, starts_at=starts_at, minutes=row.minutes, at=at, without=row.agreement)
    if not free:
        raise slots.SlotIsTaken("They are not free then. Choose another time.")
    slot = slots.hold(workers=free, starts_at=starts_at, minutes=row.minutes, by=by, at=at)
    asked = BookingMove.objects.create(
        time=old,
        council_code=row.council_code,
        slot=slots.keep(slot=slot, by=by, at=at),
        from_at=old.starts_at,
        to_at=starts_at,
        side=side,
        asked_by=by,
        asked_at=at,
        answer_by=answer_by,
    )
    log(by=by, verb="ask_move", row=asked, at=at, booking=row.pk)
    tell(kind="booking_move_asked", row=row, at=at, move=asked.pk, side=side)
    return asked


@all_or_nothing
def answer(*, move: BookingMove, yes: bool, by: Person, at: datetime) -> BookingMove:
    """The other side's yes moves it; a no, or who asked taking it back, leaves it where it is. Raises NotAllowed, NotNow."""
    row, time, week = _locked(BookingMove.objects.select_related("time").get(pk=move.pk).time)
    asked = BookingMove.objects.locked().select_related("slot__worker").get(pk=move.pk)
    side = side_of(booking=row, by=by, at=at)
    if asked.state != BookingMove.State.ASKED or asked.answer_by <= at:
        raise NotNow("This is not open for an answer any more.")
    if yes and side == asked.side:
        raise NotAllowed("You asked for it, so the other side says yes.")
    if not yes:
        booking_states.drop_move(asked=asked, by=by, at=at)
    else:
        _fits(row, time, week, asked.to_at, asked.asked_at)
        _carry_out(row, time, week, asked, by, at)
    tell(kind="booking_move_answered", row=row, at=at, move=asked.pk, yes=yes, side=side)
    return asked


def side_of(*, booking: Booking, by: Person, at: datetime) -> str:
    """Whose side this person is on. A group's time is not moved: each of its people said yes to it. Nor is a first meeting, or what is only kept.

    Raises NotAllowed, NotNow.
    """
    if policies.may_record_visits(by=by, enterprise=booking.enterprise):
        side: str = Side.PROVIDER
    elif may_act_for(by=by, person=booking.person, decision="visits", at=at):
        side = Side.PERSON
    else:
        raise NotAllowed("Only who pays and who comes can move it.")
    if booking.agreement is None:
        raise NotNow("This can't be moved. Let it go, or call it off, and choose another time.")
    if booking.agreement.payers.signed().count() > 1:
        raise NotNow("Each of you said yes to this time. Book another one together, and call this one off.")
    return side


# --- inside ---


def _locked(time: BookedTime) -> tuple[Booking, BookedTime, Milestone]:
    visit = BookedTime.objects.select_related("visit").get(pk=time.pk).visit
    if visit is None:
        raise NotNow("It is not agreed yet. Take it back, and choose another time.")
    week = locked_week(visit.milestone_id)
    row = booking_states.locked(time.booking_id)
    after(BOOKING, row.state, "move", "It can't be moved any more.")
    found = row.times.select_related("visit", "slot").get(pk=time.pk)
    if found.visit is None or found.visit.state != Visit.State.PLANNED or week.state not in NOT_HELD | HELD:
        raise NotNow("It can't be moved any more.")
    return row, found, week


def _fits(row: Booking, time: BookedTime, week: Milestone, starts_at: datetime, at: datetime) -> None:
    """Another moment; late enough for its money where that is not here; of a series, in the same week."""
    day, today = london_date(starts_at), london_date(at)
    soonest = today if week.state in HELD else soonest_day(portions=(), today=today)
    if starts_at == time.starts_at or day < soonest or (day - today).days > FURTHEST_DAYS:
        raise TimeIsNotFree
    if row.weeks > 1 and not week.starts_on <= day <= week.ends_on:
        raise TimeIsNotFree("Of a series, one visit moves within its own week.")


def _carry_out(row: Booking, time: BookedTime, week: Milestone, asked: BookingMove, by: Person, at: datetime) -> None:
    assert time.visit is not None
    assert time.slot is not None
    assert row.agreement is not None
    local = asked.to_at.astimezone(LONDON)
    slots.release(slot=time.slot, at=at)
    time.visit.on, time.visit.planned_start, time.visit.worker = local.date(), local.time(), asked.slot.worker
    time.visit.save(update_fields=["on", "planned_start", "worker"])
    time.starts_at, time.slot = asked.to_at, asked.slot
    time.save(update_fields=["starts_at", "slot"])
    if row.weeks == 1:
        week.starts_on, week.ends_on = local.date(), local.date() + timedelta(days=6)
        week.save(update_fields=["starts_on", "ends_on"])
        Agreement.objects.filter(pk=row.agreement.pk).update(starts_on=local.date(), start_time=local.time(), weekdays=[local.isoweekday()])
    asked.state, asked.answered_by, asked.answered_at = BookingMove.State.AGREED, by, at
    asked.save(update_fields=["state", "answered_by", "answered_at"])
    booking_states.move(booking=row, verb="move", by=by, at=at)
