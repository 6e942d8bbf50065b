"""Money back to where it came from, out of the lots it came in by, newest first."""

import uuid
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q

from audit.services import facts, trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import Made, RefundMade
from payments.models import Dispute, Payment, PaymentOperation, PaymentUse, Refund, StripeLine
from payments.rules import REFUND, REFUSED_WAIT, may_step, step, take_from
from payments.services import alarms, planning
from payments.services.one_by_one import ask_one_by_one, one_by_one
from payments.services.remittances import LotsFallShort, undisputed_first
from people.models import Person

TRY_LATER = {"balance_insufficient", "insufficient_funds"}


def approve(
    *, lot_owner: str, pence: int, council_code: str, about: str, by: Person | None, at: datetime, lot_id: uuid.UUID | None = None
) -> list[Refund]:
    """In the caller's transaction; the caller then posts SHARE (or LEAVING) to REFUND. `plan_due` sends them. Raises LotsFallShort.

    `lot_id`: out of that lot alone, because it is old.
    """
    with transaction.atomic():
        rows_with_money = Payment.objects.with_money_left(lot_owner, council_code)
        named = rows_with_money.filter(pk=lot_id) if lot_id is not None else rows_with_money
        lots = undisputed_first(list(named.order_by("-charged_at", "-pk").locked()))
        parts = take_from([lot.free_pence for lot in lots], pence)
        if pence <= 0 or sum(parts) != pence:
            raise LotsFallShort
        rows = []
        for lot, part in zip(lots, parts, strict=True):
            if part:
                Payment.objects.filter(pk=lot.pk).update(refunded_pence=F("refunded_pence") + part)
                fields = {"payment": lot, "pence": part, "lot_owner": lot_owner, "council_code": council_code, "about": about}
                rows.append(Refund.objects.create(**fields, approved_at=at))
        for row in rows:
            detail = {"pence": row.pence, "about": about}
            trail.write(by=by, verb="payments.approve_refund", about_kind="refund", about_id=row.pk, at=at, council_code=council_code, detail=detail)
        return rows


def plan_due(*, at: datetime) -> int:
    """Approved refunds are planned to go: REFUND Dr / OUT Cr with their operation. Returns how many were; none while the book is behind Stripe."""
    if alarms.book_is_behind():
        return 0
    rows = list(Refund.objects.to_send().order_by("approved_at", "pk").values_list("pk", flat=True))
    return one_by_one(rows, lambda pk: retrying(partial(_plan, pk, at)))


@transaction.atomic
def _plan(pk: int, at: datetime) -> bool:
    row = Refund.objects.locked().select_related("payment__part_of").get(pk=pk)
    if not may_step(REFUND, row.state, "send") or _is_disputed(row) or owes(row) or may_have_gone(row):
        return False
    _write_plan(row, at)
    return True


def adopt(*, refund_id: int, operation_id: uuid.UUID, sent_at: datetime, at: datetime) -> Refund:
    """Stripe has made this approved refund already, for an operation this book had lost: planned and sent under the same id.

    In the caller's transaction. Whoever settles the operation finds Stripe's object.
    """
    row = Refund.objects.locked().select_related("payment__part_of").get(pk=refund_id)
    planning.was_sent(_write_plan(row, at, operation_id), sent_at=sent_at, at=at)
    return row


def _write_plan(row: Refund, at: datetime, operation_id: uuid.UUID | None = None) -> PaymentOperation:
    params = {"charge": row.payment.source_charge_id, "amount": row.pence}
    about, council = f"refund:{row.pk}", row.council_code
    operation = planning.plan(kind="refund", reference=about, params=params, council_code=council, at=at, pence=row.pence, operation_id=operation_id)
    PaymentUse.objects.create(payment=row.payment, operation=operation, pence=row.pence)
    row.state, row.operation, row.sent_journal = step(REFUND, row.state, "send"), operation, new_key()
    row.save(update_fields=["state", "operation", "sent_journal"])
    _post(row, row.sent_journal, "refund_sent", _owner(row), _platform(row, "OUT"), at)
    return operation


def owes(row: Refund) -> bool:
    """Whether its owner's bank took money back that is not paid for: in a moment `pooling` keeps so much of this for it (`unsent`)."""
    return Dispute.objects.owed().filter(lot_owner=row.lot_owner, council_code=row.council_code).exists()


def may_send(operation: PaymentOperation) -> bool:
    """Not while its owner owes, even if it was planned before."""
    return not owes(Refund.objects.get(operation=operation))


def may_have_gone(row: Refund) -> bool:
    """A refund of just this sum stands in SUSPENSE: perhaps this one, sent by hand, or before a backup was restored. Two people look first."""
    strangers = StripeLine.objects.filter(state="suspense", net_pence=-row.pence)
    return strangers.filter(Q(source__startswith="re_") | Q(source__startswith="pyr_")).exists()


def _is_disputed(row: Refund) -> bool:
    """While a bank is taking the payment back Stripe sends nothing of it home, and the payer would have it twice."""
    return Dispute.objects.unended().filter(payment_id=row.payment.part_of_id or row.payment_id).exists()


def _is_lost(row: Refund) -> bool:
    """The bank kept what it took of that payment: Stripe will never send anything of it home."""
    kept = Dispute.objects.filter(kind=Dispute.Kind.CHARGEBACK, state__in=(Dispute.State.LOST, Dispute.State.SETTLED))
    return kept.filter(payment_id=row.payment.part_of_id or row.payment_id).exists()


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe made the refund; it may already be done, or failed."""
    if isinstance(thing, RefundMade):
        _see(Refund.objects.locked().get(operation=operation), thing, at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Short of balance, or not while a bank disputes the payment, known here or not yet: tried again.

    Else, and once the bank has kept the money, it failed, and nothing left: OUT Dr / REFUND Cr.
    """
    row = Refund.objects.locked().select_related("payment").get(operation=operation)
    if code in TRY_LATER or (code == "charge_disputed" and not _is_lost(row)):
        planning.try_again(operation, next_try_at=at + REFUSED_WAIT)
        return
    row.problem = code[:60]
    _fail(row, at, came_back=False)


def refresh(*, refund_id: int, at: datetime) -> None:
    """Asks Stripe how a refund stands. Not inside a transaction."""
    stripe_id = Refund.objects.values_list("operation__stripe_id", flat=True).get(pk=refund_id)
    if stripe_id:
        thing = gateway.refund(stripe_id)
        retrying(lambda: _see(Refund.objects.locked().get(pk=refund_id), thing, at))


def refresh_open(*, at: datetime) -> int:
    """Asks after every refund on its way. Returns how many moved."""

    def moved(pk: int) -> bool:
        refresh(refund_id=pk, at=at)
        return not Refund.objects.filter(pk=pk, state="sent").exists()

    rows = Refund.objects.filter(state="sent", operation__state="succeeded").order_by("approved_at", "pk")
    return ask_one_by_one(list(rows.values_list("pk", flat=True)), moved)


def _see(row: Refund, thing: RefundMade, at: datetime) -> None:
    row.line_id, row.failed_line_id = thing.line_id, thing.failed_line_id
    row.problem, row.checked_at = thing.problem[:60], at
    row.save(update_fields=["line_id", "failed_line_id", "problem", "checked_at"])
    if thing.line_id and row.state == Refund.State.SENT:
        # Stripe's balance is less from this moment, even while the bank is still at it.
        _leave(row, at)
    if thing.status == "succeeded" and may_step(REFUND, row.state, "succeed"):
        _leave(row, at)
        row.state, row.finished_at = step(REFUND, row.state, "succeed"), at
        row.save(update_fields=["state", "finished_at"])
        _tell("payments.refund_succeeded", row, at)
    elif thing.status in ("failed", "canceled") and may_step(REFUND, row.state, "fail"):
        _fail(row, at, came_back=bool(thing.line_id))


def _leave(row: Refund, at: datetime) -> None:
    """The money left Stripe's balance: OUT Dr / BANK Cr."""
    if row.done_journal is None:
        row.done_journal = new_key()
        row.save(update_fields=["done_journal"])
        _post(row, row.done_journal, "refund_left", _platform(row, "OUT"), _platform(row, "BANK"), at)


def _fail(row: Refund, at: datetime, *, came_back: bool) -> None:
    """The bank sent it back (BANK Dr / REFUND Cr; it may have been called done weeks ago), or it never left (OUT Dr / REFUND Cr)."""
    if came_back:
        _leave(row, at)
    row.state, row.finished_at, row.failed_journal = step(REFUND, row.state, "fail"), at, new_key()
    row.save(update_fields=["state", "finished_at", "failed_journal", "problem"])
    _tell("payments.refund_failed", row, at)
    _post(row, row.failed_journal, "refund_failed", _platform(row, "BANK" if came_back else "OUT"), _owner(row), at)


def keep(*, refund_id: int, by: Person | None, at: datetime) -> Refund:
    """A failed refund stays in after all: the lot has it again; the caller posts REFUND to SHARE in the same transaction."""
    with transaction.atomic():
        row = Refund.objects.locked().get(pk=refund_id)
        row.state = step(REFUND, row.state, "keep")
        row.save(update_fields=["state"])
        Payment.objects.filter(pk=row.payment_id).update(refunded_pence=F("refunded_pence") - row.pence)
        trail.write(by=by, verb="payments.keep_refund", about_kind="refund", about_id=row.pk, at=at, council_code=row.council_code)
        return row


def _tell(kind: str, row: Refund, at: datetime) -> None:
    payload = {"refund": row.pk, "payment": str(row.payment_id), "about": row.about, "pence": row.pence}
    facts.record(kind=kind, subject=f"refund:{row.pk}", payload=payload, at=at, council_code=row.council_code)


def _owner(row: Refund) -> Account:
    return Account("REFUND", row.council_code, row.lot_owner)


def _platform(row: Refund, code: str) -> Account:
    return Account(code, row.council_code)


def _post(row: Refund, key: uuid.UUID, kind: str, debit: Account, credit: Account, at: datetime) -> None:
    post(Journal(key, kind, row.council_code, (Transfer(debit, credit, row.pence),), at, actor="system", about=f"refund:{row.pk}"))
