"""Moving a booked time: somebody asks, the new time is kept for them, and nothing changes before everybody else's yes. Never booked twice.

Everybody: the provider, and each who pays for it. Of a group each said yes to the time, so each says yes to another.
"""

from datetime import date, datetime, timedelta

from audit.clock import LONDON, london_date
from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import Agreement, BookedTime, Booking, BookingMove, BookingMoveYes, Milestone, MilestoneShare, Payer, Visit
from marketplace.querysets import PayerQuerySet
from marketplace.rules.dates import BOOKING_ANSWER_DAYS, BOOKING_ANSWER_HOURS, HELD_MOVES_DAYS
from marketplace.rules.tables import BOOKING, NotNow, after
from marketplace.selectors.free_times import FURTHEST_DAYS, free_workers, soonest_day
from marketplace.services import booking_states
from marketplace.services.booking import TimeIsNotFree
from marketplace.services.booking_ends import HELD, NOT_HELD
from marketplace.services.funding import locked_week
from marketplace.services.writing import log, tell
from people.models import Person
from people.policies import decided_for, may_act_for
from pooling.services.transactions import all_or_nothing
from providers.models import Worker
from providers.services import slots

Side = BookingMove.Side


@all_or_nothing
def ask(*, time: BookedTime, starts_at: datetime, by: Person, at: datetime) -> BookingMove:
    """One who pays, or the provider, asks for another time; it is kept until the others have answered. Asking is the asker's own yes.

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
    slots.lock_workers(list(Worker.objects.filter(enterprise=row.enterprise_id).active()))
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
    _say_yes(asked, row, side, by, at)
    log(by=by, verb="ask_move", row=asked, at=at, booking=row.pk)
    tell(kind="booking_move_asked", row=row, at=at, move=asked.pk, side=side)
    return asked


@all_or_nothing
def answer(*, move: BookingMove, yes: bool, by: Person, at: datetime) -> BookingMove:
    """The last yes that was missing moves it; a single no, or who asked taking it back, leaves it where it is.

    Raises NotAllowed, NotNow, TimeIsNotFree (its money can't be here by then any more).
    """
    row, time, week = _locked(BookingMove.objects.select_related("time").get(pk=move.pk).time)
    asked = BookingMove.objects.locked().select_related("slot__worker").get(pk=move.pk)
    side = side_of(booking=row, by=by, at=at)
    if asked.state != BookingMove.State.ASKED or asked.answer_by <= at:
        raise NotNow("This is not open for an answer any more.")
    if not yes:
        booking_states.drop_move(asked=asked, by=by, at=at)
    else:
        if not _say_yes(asked, row, side, by, at):
            raise NotAllowed("You have said yes to it already. Now the others do.")
        log(by=by, verb="agree_move", row=asked, at=at, booking=row.pk)
        if asked.provider_yes_at is None or payers_missing(asked).exists():
            return asked
        _fits(row, time, week, asked.to_at, at)
        _carry_out(row, time, week, asked, by, at)
    tell(kind="booking_move_answered", row=row, at=at, move=asked.pk, yes=yes, side=side)
    return asked


def days_for(*, time: BookedTime, at: datetime) -> tuple[date, date]:
    """The first and the last day to which it may be moved now; the first after the last where there is none. Raises NotNow."""
    visit = time.visit
    if visit is None:
        raise NotNow("It is not agreed yet. Take it back, and choose another time.")
    week, first = visit.milestone, london_date(at)
    last = first + timedelta(days=FURTHEST_DAYS)
    if week.state not in HELD:
        first = max(first, _money_is_here(week, first))
    if week.funded_at is not None:
        last = min(last, _may_wait_until(week.funded_at))
    if time.booking.weeks > 1:
        first, last = max(first, week.starts_on), min(last, week.ends_on)
    return first, last


def side_of(*, booking: Booking, by: Person, at: datetime) -> str:
    """Whose side this person is on. A first meeting is not moved, nor what is only kept. Raises NotAllowed, NotNow."""
    is_provider = policies.may_record_visits(by=by, enterprise=booking.enterprise)
    theirs = may_act_for(by=by, person=booking.person, decision="visits", at=at)
    if booking.agreement is None and (is_provider or theirs):
        raise NotNow("This can't be moved. Let it go, or call it off, and choose another time.")
    if not is_provider and not _own_payers(booking, by, at):
        raise NotAllowed("Only who pays and who comes can move it.")
    return str(Side.PROVIDER if is_provider else Side.PERSON)


def payers_missing(asked: BookingMove) -> PayerQuerySet:
    """Those who pay for it and have not said yes to the other time."""
    said = BookingMoveYes.objects.filter(move=asked).values("payer")
    return Payer.objects.signed().filter(agreement__booking=asked.time.booking_id).exclude(pk__in=said).order_by("pk")


# --- inside ---


def _own_payers(booking: Booking, by: Person, at: datetime) -> list[Payer]:
    """Whose yes this person may say: their own, or of those they decide for."""
    payers = list(Payer.objects.signed().filter(agreement__booking=booking).select_related("person"))
    theirs = decided_for(by=by, people=[payer.person_id for payer in payers], decision="visits", at=at)
    return [payer for payer in payers if payer.person_id == by.pk or payer.person_id in theirs]


def _say_yes(asked: BookingMove, row: Booking, side: str, by: Person, at: datetime) -> bool:
    """Writes down the yes of this side's own; False where it was said already."""
    if side == Side.PROVIDER:
        if asked.provider_yes_at is not None:
            return False
        asked.provider_yes_at = at
        asked.save(update_fields=["provider_yes_at"])
        return True
    mine = [payer for payer in _own_payers(row, by, at) if payers_missing(asked).filter(pk=payer.pk).exists()]
    rows = [BookingMoveYes(move=asked, payer=payer, by=by, at=at, council_code=asked.council_code) for payer in mine]
    return bool(BookingMoveYes.objects.bulk_create(rows))


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
    """Another moment; late enough for its money where that is not here, early enough where it is; of a series, in the same week (`days_for`)."""
    day, today = london_date(starts_at), london_date(at)
    if starts_at == time.starts_at or day < today or (day - today).days > FURTHEST_DAYS:
        raise TimeIsNotFree
    if week.state not in HELD and day < (soonest := _money_is_here(week, today)):
        raise TimeIsNotFree(f"Its money is not here yet, and takes some days. Choose {_said(soonest)} or later.")
    if week.funded_at is not None and day > (last := _may_wait_until(week.funded_at)):
        raise TimeIsNotFree(f"Its money is held already, and may not wait for long. Choose {_said(last)} or earlier. Or call it off and book again.")
    if row.weeks > 1 and not week.starts_on <= day <= week.ends_on:
        raise TimeIsNotFree("Of a series, one visit moves within its own week.")


def _money_is_here(week: Milestone, today: date) -> date:
    """The first day for which what is still to be paid would be here in time."""
    unpaid = MilestoneShare.objects.filter(milestone=week, state=MilestoneShare.State.PLANNED).select_related("portion__holder")
    return soonest_day(portions=[share.portion for share in unpaid], today=today)


def _may_wait_until(funded_at: datetime) -> date:
    return london_date(funded_at) + timedelta(days=HELD_MOVES_DAYS)


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


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
