"""Refunds that Stripe was never asked for, of somebody whose bank took other money back since: they wait, and stay to pay what is owed.

Whose money is short of what they owe, and by how much, is decided in `pooling`, which posts REFUND Dr / SHARE (or WALLET) Cr.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from audit.services import trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key
from payments.models import Payment, PaymentOperation, Refund
from payments.rules import REFUND, step
from payments.services import alarms, planning, refunds
from payments.services.disputes import Owing


@dataclass(frozen=True, slots=True)
class Unsent:
    """One refund that has not gone. `about`: the sum it is a part of, "withdrawal:3"."""

    refund_id: int
    about: str
    pence: int


def of(owing: Owing) -> list[Unsent]:
    """What was to go home to who owes this, and never reached Stripe: locked, of the disputed payment first, which has to wait in any case.

    Nothing while the book is behind Stripe; not what may have gone by hand, or before a backup was put back.
    """
    if alarms.book_is_behind():
        return []
    whose = {"lot_owner": owing.lot_owner, "council_code": owing.council_code}
    # The operation first, as everywhere. Who has claimed it meanwhile has it: that one goes.
    waiting = PaymentOperation.objects.locked().filter(state="planned", first_sent_at=None, **{f"refund__{name}": it for name, it in whose.items()})
    planned = list(waiting.order_by("pk").values_list("pk", flat=True))
    rows = Refund.objects.locked().filter(Q(state=Refund.State.APPROVED) | Q(state=Refund.State.SENT, operation__in=planned), **whose)
    found = [row for row in rows.select_related("payment").order_by("pk") if not refunds.may_have_gone(row)]
    found.sort(key=lambda row: owing.payment_id not in (row.payment_id, row.payment.part_of_id))
    return [Unsent(row.pk, row.about, row.pence) for row in found]


def keep(*, one: Unsent, pence: int, about: str, at: datetime) -> list[Journal]:
    """So much of it stays: its lot has it again, and it is a row of its own, about `about`; what is more waits on, to go home.

    In the caller's transaction, which locked it by `of`. Gives what is to be posted before the caller's REFUND Dr / SHARE Cr: if it was planned,
    OUT Dr / REFUND Cr.
    """
    row = Refund.objects.locked().select_related("operation").get(pk=one.refund_id)
    journals = [_put_back(row, row.operation, at)] if row.operation is not None else []
    if pence < row.pence:
        row.pence -= pence
        row.save(update_fields=["pence", "state", "operation", "sent_journal"])
        fields = {"payment_id": row.payment_id, "lot_owner": row.lot_owner, "council_code": row.council_code, "approved_at": row.approved_at}
        row = Refund(pence=pence, **fields)
    row.state, row.about, row.finished_at = step(REFUND, row.state, "pay_debt"), about, at
    row.save()
    Payment.objects.filter(pk=row.payment_id).update(refunded_pence=F("refunded_pence") - pence)
    detail = {"pence": pence, "about": one.about}
    trail.write(
        by=None, verb="payments.keep_refund_for_debt", about_kind="refund", about_id=row.pk, at=at, council_code=row.council_code, detail=detail
    )
    return journals


def _put_back(row: Refund, operation: PaymentOperation, at: datetime) -> Journal:
    """Planned, and not asked for under its present key: OUT Dr / REFUND Cr, the exact way back."""
    was = row.sent_journal
    if not planning.take_back(operation, why="its owner owes"):
        raise RuntimeError(f"{row} was locked before Stripe was asked, and Stripe was asked.")
    operation.uses.all().delete()
    row.state, row.operation, row.sent_journal = step(REFUND, row.state, "put_back"), None, None
    back = (Transfer(Account("OUT", row.council_code), Account("REFUND", row.council_code, row.lot_owner), row.pence),)
    return Journal(new_key(), "refund_stopped", row.council_code, back, at, actor="system", about=f"refund:{row.pk}", reverses=was)
