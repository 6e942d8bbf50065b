"""What the clock does with bookings: times kept too long, questions nobody answered, weeks that went their way."""

from datetime import datetime, timedelta

from marketplace.models import Agreement, BookedTime, Booking, BookingMove, Milestone, Visit
from marketplace.rules.dates import UNCLAIMED_DAYS
from marketplace.services import booking_series
from marketplace.services.agreements import make_void
from marketplace.services.booking_states import drop_move, let_time_go, locked, move
from marketplace.services.milestones import CAN_BE_CALLED_OFF, end_week
from marketplace.services.writing import tell
from payments.services.one_by_one import one_by_one
from pooling.services.transactions import all_or_nothing
from providers.models import Slot

State = Booking.State
GOING = (State.CONFIRMED, State.QUERY, State.DELIVERED, State.ASKING)


def advance_due(*, at: datetime) -> int:
    """Lets lapse what was only looked at, ends what nobody answered, follows the weeks of the rest. Returns how many moved."""
    open_ = Booking.objects.order_by("pk")
    lapsed = open_.filter(state=State.SLOT_HELD).exclude(times__slot__in=Slot.objects.taken(at))
    moved = one_by_one(lapsed.values_list("pk", flat=True), lambda pk: _lapse(pk, at))
    late = open_.filter(state=State.REQUESTED, answer_by__lte=at)
    moved += one_by_one(late.values_list("pk", flat=True), lambda pk: _expire(pk, at))
    stopped = open_.filter(kind=Booking.Kind.MEET, state__in=[State.REQUESTED, State.CONFIRMED], enterprise__state="suspended")
    moved += one_by_one(stopped.filter(times__starts_at__gt=at).values_list("pk", flat=True), lambda pk: _stop_meeting(pk, at))
    moved += one_by_one(BookingMove.objects.late(at).order_by("pk").values_list("pk", flat=True), lambda pk: _move_unanswered(pk, at))
    moved += booking_series.take_ahead(at=at)
    lost = BookedTime.objects.filter(clashed_at__isnull=False, visit__state=Visit.State.PLANNED, visit__milestone__state__in=CAN_BE_CALLED_OFF)
    moved += one_by_one(lost.order_by("pk").values_list("pk", flat=True), lambda pk: _end_week(pk, at))
    off = BookedTime.objects.filter(slot__isnull=False, slot__released_at__isnull=True, visit__state=Visit.State.CALLED_OFF, starts_at__gt=at)
    moved += one_by_one(off.order_by("pk").values_list("pk", flat=True), lambda pk: _free_again(pk, at))
    return moved + one_by_one(open_.filter(state__in=GOING).select_related("agreement"), lambda row: _follow(row, at))


@all_or_nothing
def _lapse(pk: int, at: datetime) -> int:
    row = locked(pk)
    if row.state != State.SLOT_HELD or row.times.filter(slot__in=Slot.objects.taken(at)).exists():
        return 0
    move(booking=row, verb="time_out", by=None, at=at)
    return 1


@all_or_nothing
def _expire(pk: int, at: datetime) -> int:
    row = locked(pk)
    if row.state != State.REQUESTED or row.answer_by is None or row.answer_by > at:
        return 0
    if row.agreement is None:
        move(booking=row, verb="no_answer", by=None, at=at)
    else:
        agreement = Agreement.objects.locked().get(pk=row.agreement.pk)
        make_void(agreement=agreement, verb="time_out", reason="Not everybody answered in time.", by=None, at=at)
    return 1


@all_or_nothing
def _stop_meeting(pk: int, at: datetime) -> int:
    """The provider was stopped as a whole: nobody opens their door to them. A visit's agreement has a stop of its own."""
    row = locked(pk)
    if row.state not in {State.REQUESTED, State.CONFIRMED}:
        return 0
    move(booking=row, verb="no_answer" if row.state == State.REQUESTED else "fall_away", by=None, at=at)
    return 1


@all_or_nothing
def _move_unanswered(pk: int, at: datetime) -> int:
    asked = BookingMove.objects.select_related("time__booking", "slot").get(pk=pk)
    locked(asked.time.booking_id)
    asked.refresh_from_db(fields=["state"])
    if asked.state != BookingMove.State.ASKED:
        return 0
    drop_move(asked=asked, by=None, at=at)
    tell(kind="booking_move_answered", row=asked.time.booking, at=at, move=asked.pk, yes=False, side=asked.side)
    return 1


@all_or_nothing
def _end_week(pk: int, at: datetime) -> int:
    """The week of a series in which somebody else has the time never happens."""
    end_week(milestone=Milestone.objects.get(visits__booked=pk), by=None, at=at)
    return 1


@all_or_nothing
def _free_again(pk: int, at: datetime) -> int:
    """A visit that was called off on a page of its own, or with its week, keeps nobody's time."""
    let_time_go(time=BookedTime.objects.select_related("slot").get(pk=pk), at=at)
    return 1


def _follow(seen: Booking, at: datetime) -> int:
    """One step after its week, its agreement or its meeting, if there is one to take. The next round takes the next one."""
    return _step(seen.pk, at) if _next_verb(seen, at) else 0


@all_or_nothing
def _step(pk: int, at: datetime) -> int:
    row = locked(pk)
    verb = _next_verb(row, at) if row.state in GOING else ""
    if not verb:
        return 0
    move(booking=row, verb=verb, by=None, at=at)
    return 1


def _next_verb(row: Booking, at: datetime) -> str:
    if row.weeks > 1:
        return _of_series(row)
    return _of_one(row, at) if row.kind == Booking.Kind.VISIT else _of_meeting(row, at)


def _of_series(row: Booking) -> str:
    """A series is over with its agreement."""
    assert row.agreement is not None
    over = row.agreement.state in {Agreement.State.COMPLETED, Agreement.State.TERMINATED}
    if not over or row.state != State.CONFIRMED:
        return ""
    return "finish" if Visit.objects.filter(milestone__agreement=row.agreement, state=Visit.State.DONE).exists() else "fall_away"


def _of_one(row: Booking, at: datetime) -> str:
    visit = Visit.objects.select_related("milestone").get(milestone__agreement=row.agreement)
    week, came = visit.milestone.state, visit.state == Visit.State.DONE
    if row.state == State.CONFIRMED:
        if came:
            return "happen"
        if week in {"cancelled", "closing", "closed"} or visit.state in {Visit.State.CALLED_OFF, Visit.State.NOT_RECORDED}:
            return "fall_away"
        over = row.times.get(number=1).starts_at + timedelta(minutes=row.minutes, days=UNCLAIMED_DAYS)
        return "unclaimed" if at >= over and visit.state == Visit.State.PLANNED else ""
    if row.state == State.QUERY:
        return "resume" if came else "no_show" if week in {"closing", "closed"} else ""
    if row.state == State.DELIVERED:
        return "ask_shares" if week in {"submitted", "closing", "closed"} else ""
    return "all_final" if week == "closed" else ""


def _of_meeting(row: Booking, at: datetime) -> str:
    """Both said that they met; or neither has for two weeks."""
    if row.person_met_at is not None and row.provider_met_at is not None:
        return "met"
    over = row.times.get(number=1).starts_at + timedelta(minutes=row.minutes, days=UNCLAIMED_DAYS)
    return "not_met" if at >= over else ""
