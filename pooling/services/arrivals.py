"""What the payer's payment does to its call, as `payments` tells it by facts. Each is safe to repeat and in any order."""

from datetime import datetime
from uuid import UUID

from pooling.models import Call
from pooling.rules import CALL, step
from pooling.services.call_records import close_open_payment, lock_call, tell, tell_paid, uncall, write_trail
from pooling.services.transactions import all_or_nothing

State = Call.State


@all_or_nothing
def note_clearing(*, call_id: int, payment_id: UUID, pence: int, at: datetime) -> None:
    """A payment for this call was made and is on its way. Nothing else is being asked for: any other money is free when it comes."""
    row = lock_call(call_id)
    if _adopts(row, payment_id, pence, at):
        row.save(update_fields=["state", "payment_id"])
        write_trail(row=row, verb="pooling.call_clearing", by=None, at=at)


@all_or_nothing
def note_available(*, call_id: int, payment_id: UUID, pence: int, at: datetime) -> None:
    """A payment's money is here: the call is funded. Unwanted meanwhile: the money is its owner's, free. Safe to repeat."""
    row = lock_call(call_id)
    _adopts(row, payment_id, pence, at)
    if row.state != State.CLEARING or row.payment_id != payment_id:
        return
    row.state = step(CALL, row.state, "cleared" if row.unwanted_at is None else "cleared_unwanted")
    row.save(update_fields=["state", "payment_id"])
    write_trail(row=row, verb="pooling.call_funded", by=None, at=at)
    if row.state == State.CANCELLED:
        uncall(row)
    elif row.owed_pence is None:
        tell("call_covered", row, at, covered_by="money")
    else:
        tell_paid(row, at)


@all_or_nothing
def note_failed(*, call_id: int, payment_id: UUID, at: datetime) -> None:
    """The payment came to nothing: the call stands as before it, and may be paid another way."""
    row = lock_call(call_id)
    if row.payment_id != payment_id or row.state in (State.FUNDED, State.CONSUMED, State.SHORTFALL):
        return
    row.payment_id = None
    if row.state == State.CLEARING:
        verb = "failed_unwanted" if row.unwanted_at is not None else "failed" if row.owed_pence is None else "order_failed"
        row.state = step(CALL, row.state, verb)
    row.save(update_fields=["state", "payment_id"])
    write_trail(row=row, verb="pooling.call_payment_failed", by=None, at=at)
    if row.state == State.CANCELLED and row.unwanted_at is not None:
        uncall(row)
    elif row.state == State.CALLED:
        tell("call_opened", row, at)


def _adopts(row: Call, payment_id: UUID, pence: int, at: datetime) -> bool:
    """This payment pays what the call waits for: the one it started, or one thought dead that was paid after all. The other is closed."""
    waiting = row.state == State.CALLED or (row.state == State.ORDERED and row.owed_pence is not None)
    if not waiting or pence < row.to_pay_pence:
        return False
    if row.payment_id != payment_id:
        close_open_payment(row, at)
    row.state, row.payment_id = step(CALL, row.state, "pay"), payment_id
    return True
