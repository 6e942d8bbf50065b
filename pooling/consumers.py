"""What this room learns from facts. Each calls one service and is safe to repeat."""

from datetime import datetime
from uuid import UUID

from audit.models import Fact
from payments.services import disputes
from pooling.services import aged, arrivals, setbacks, shares


def payment_clearing(*, fact: Fact, at: datetime) -> None:
    """A payment was made and is on its way."""
    if call_id := _about(fact, "call"):
        arrivals.note_clearing(call_id=call_id, payment_id=_payment(fact), pence=fact.payload["pence"], at=at)


def payment_available(*, fact: Fact, at: datetime) -> None:
    """A payment's money is here."""
    if call_id := _about(fact, "call"):
        arrivals.note_available(call_id=call_id, payment_id=_payment(fact), pence=fact.payload["pence"], at=at)
    for dispute_id in disputes.of_payment(_payment(fact)):
        setbacks.cover(dispute_id=dispute_id, at=at)


def payment_failed(*, fact: Fact, at: datetime) -> None:
    """A payment came to nothing."""
    if call_id := _about(fact, "call"):
        arrivals.note_failed(call_id=call_id, payment_id=_payment(fact), at=at)


def refund_succeeded(*, fact: Fact, at: datetime) -> None:
    """Money is back where it came from."""
    _refund(fact, at)


def refund_failed(*, fact: Fact, at: datetime) -> None:
    """Money could not be sent back to where it came from."""
    _refund(fact, at)


def lot_decided(*, fact: Fact, at: datetime) -> None:
    """Two people decided what happens to an old lot. To keep it needs nothing done."""
    if (kind := fact.payload["kind"]) != "keep":
        aged.advance_lot(payment_id=_payment(fact), wish=kind, at=at)


def money_withdrawn(*, fact: Fact, at: datetime) -> None:
    """A payer's bank took money back, or somebody sent it back by hand."""
    setbacks.cover(dispute_id=fact.payload["dispute"], at=at)


def money_reinstated(*, fact: Fact, at: datetime) -> None:
    """The bank gave it up."""
    setbacks.give_back(dispute_id=fact.payload["dispute"], at=at)


def _refund(fact: Fact, at: datetime) -> None:
    if withdrawal_id := _about(fact, "withdrawal"):
        shares.note_refunds(withdrawal_id=withdrawal_id, at=at)


def _about(fact: Fact, kind: str) -> int | None:
    """The number in "call:12", if it is about such a thing."""
    what, _, number = str(fact.payload.get("about", "")).partition(":")
    return int(number) if what == kind else None


def _payment(fact: Fact) -> UUID:
    return UUID(str(fact.payload["payment"]))
