"""Direct Debits on their way: days pass before the bank says yes or no, and Stripe's balance has its line from the first of them.

A no leaves two lines at Stripe that come to nothing. They are two journals, posted together once Stripe calls both available.
"""

import uuid
from datetime import datetime

from django.db import transaction

from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Refused, Transfer, new_key, post_many
from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AnswerLost, Charge, Line, NotFound, StripeIsBusy
from payments.models import Payment
from payments.rules import PAYMENT, may_step
from payments.services import taking
from payments.services.one_by_one import one_by_one

BATCH = 200


def see(payment: Payment, charge: Charge, at: datetime) -> None:
    """The locked payment learns how its Direct Debit stands: asked for at the bank (on its way), or refused by it, perhaps days later."""
    if charge.status == "pending" and payment.state in ("started", "open"):
        taking.take(payment, charge, at)
    elif charge.status == "failed" and payment.charge_id in ("", charge.id):
        _note_failure(payment, charge)
        if may_step(PAYMENT, payment.state, "fail"):
            taking.end(payment, "fail", at)


def _note_failure(payment: Payment, charge: Charge) -> None:
    payment.charge_id, payment.charged_at = charge.id, charge.created_at
    payment.problem, payment.failure_line_id = charge.problem[:60], charge.failure_line_id
    payment.save(update_fields=["charge_id", "charged_at", "problem", "failure_line_id"])
    if charge.line is not None:
        taking.note_line(payment, charge.line)


def bounce_due(*, at: datetime) -> int:
    """Failed Direct Debits whose two lines have become available get their two journals. Returns how many."""
    rows = Payment.objects.filter(kind="bacs", state="failed", bounced_in_journal=None, available_on__lte=at).exclude(failure_line_id="")
    due = list(rows.exclude(line_id="").order_by("available_on", "pk").values_list("pk", flat=True)[:BATCH])
    return one_by_one(due, lambda pk: bounce(payment_id=pk, at=at))


def bounce(*, payment_id: uuid.UUID, at: datetime) -> bool:
    """In and out again: BANK Dr / CLEAR Cr with Stripe's fee, and the exact way back. False when not due, or done. Not in a transaction."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != "failed" or not payment.failure_line_id or not payment.line_id or payment.bounced_in_journal is not None:
        return False
    try:
        came, went = gateway.line(payment.line_id), gateway.line(payment.failure_line_id)
        done: bool = came.is_available and went.is_available and retrying(lambda: _bounce(payment_id, came, went, at))
    except (AnswerLost, StripeIsBusy, NotFound):
        return False
    except NotEnough as short:
        taking.ring_short(short, at)
        return False
    return done


@transaction.atomic
def _bounce(payment_id: uuid.UUID, came: Line, went: Line, at: datetime) -> bool:
    payment = Payment.objects.locked().get(pk=payment_id)
    if payment.state != "failed" or payment.bounced_in_journal is not None:
        return False
    payment.bounced_in_journal, payment.bounced_out_journal = new_key(), new_key()
    payment.save(update_fields=["bounced_in_journal", "bounced_out_journal"])
    council = payment.council_code
    lines = ((payment.bounced_in_journal, "debit_came", came), (payment.bounced_out_journal, "debit_bounced", went))
    journals = [Journal(key, kind, council, _moves(council, line), at, actor="system", about=f"payment:{payment.pk}") for key, kind, line in lines]
    for result in post_many(journals, linked=True):
        if isinstance(result, Refused) and result.reason != "linked":
            raise result
    return True


def _moves(council: str, line: Line) -> tuple[Transfer, ...]:
    """A line's money between BANK and CLEAR, and its fee between BANK and FLOAT; each the way its sign says."""
    bank, clear, cost, own = (Account(code, council) for code in ("BANK", "CLEAR", "FEE_COST", "FLOAT"))
    return (*_signed(bank, clear, line.pence), *_signed(cost, bank, line.fee_pence), *_signed(own, cost, line.fee_pence))


def _signed(debit: Account, credit: Account, pence: int) -> tuple[Transfer, ...]:
    if pence == 0:
        return ()
    return (Transfer(debit, credit, pence),) if pence > 0 else (Transfer(credit, debit, -pence),)
