"""What the payer's payment does to its call, as `payments` tells it by facts. Each is safe to repeat and in any order."""

from datetime import datetime
from uuid import UUID

from pooling.models import Call
from pooling.rules import CALL, step
from pooling.services.call_records import lock_call, tell, tell_paid, uncall, write_trail
from pooling.services.transactions import all_or_nothing

State = Call.State


@all_or_nothing
def note_clearing(*, call_id: int, payment_id: UUID, at: datetime) -> None:
    """The payment was made and is on its way. Another payment than the call's own is free money when it comes."""
    row = lock_call(call_id)
    if row.payment_id == payment_id and row.state in (State.CALLED, State.ORDERED):
        row.state = step(CALL, row.state, "pay")
        row.save(update_fields=["state"])
        write_trail(row, "pooling.call_clearing", None, at)


@all_or_nothing
def note_available(*, call_id: int, payment_id: UUID, at: datetime) -> None:
    """The payment is here: the call is funded. An unwanted one's money is its owner's, free. Safe to repeat."""
    row = lock_call(call_id)
    if row.payment_id != payment_id:
        return
    if row.state in (State.CALLED, State.ORDERED):
        row.state = step(CALL, row.state, "pay")
    if row.state != State.CLEARING:
        return
    if row.unwanted_at is not None:
        row.state = step(CALL, row.state, "cleared_unwanted")
        row.save(update_fields=["state"])
        uncall(row)
        write_trail(row, "pooling.call_unwanted", None, at)
        return
    row.state = step(CALL, row.state, "cleared")
    row.save(update_fields=["state"])
    write_trail(row, "pooling.call_funded", None, at)
    if row.owed_pence is None:
        tell("call_covered", row, at, covered_by="money")
    else:
        tell_paid(row, at)


@all_or_nothing
def note_failed(*, call_id: int, payment_id: UUID, at: datetime) -> None:
    """The payment came to nothing: the call stands as before it, and may be paid another way."""
    row = lock_call(call_id)
    if row.payment_id != payment_id or row.state in (State.FUNDED, State.CONSUMED):
        return
    row.payment_id = None
    if row.state == State.CLEARING:
        verb = "failed_unwanted" if row.unwanted_at is not None else "failed" if row.owed_pence is None else "order_failed"
        row.state = step(CALL, row.state, verb)
        if row.unwanted_at is not None:
            uncall(row)
    row.save(update_fields=["state", "payment_id"])
    write_trail(row, "pooling.call_payment_failed", None, at)
    if row.state == State.CALLED:
        tell("call_opened", row, at)
