"""The steps of a payment's money, each with its journal: taken, available, or come to nothing. When, Stripe says (`arrivals`)."""

import uuid
from datetime import datetime

from django.db import transaction

from audit.services import facts
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Refused, Transfer, new_key, post, post_many
from ledger.services.retry import retrying
from payments.gateways.shapes import Charge, Line
from payments.models import Payment
from payments.rules import PAYMENT, may_step, step
from payments.services import alarms


def take(payment: Payment, charge: Charge, at: datetime) -> None:
    """The money is at Stripe, nobody's to spend yet: CLEAR Dr, PENDING Cr."""
    if payment.charge_id == charge.id and payment.line_id == "" and charge.line is not None:
        note_line(payment, charge.line)
    if not may_step(PAYMENT, payment.state, "pay"):
        return
    if (charge.pence, charge.currency) != (payment.pence, "gbp"):
        payment.problem = "amount_differs"
        payment.save(update_fields=["problem"])
        return
    payment.state = step(PAYMENT, payment.state, "pay")
    payment.charge_id, payment.charged_at, payment.problem = charge.id, charge.created_at, ""
    # A payment that failed after it was taken and is then paid after all gets a new journal.
    payment.clearing_journal, payment.failed_journal = new_key(), None
    payment.save(update_fields=["state", "charge_id", "charged_at", "problem", "clearing_journal", "failed_journal"])
    if charge.line is not None:
        note_line(payment, charge.line)
    _tell("payments.payment_clearing", payment, at)
    post(_journal(payment, payment.clearing_journal, "payment_clearing", ((_platform("CLEAR", payment), _pending(payment), payment.pence),), at))


def note_line(payment: Payment, line: Line) -> None:
    """The locked payment learns which line of Stripe's balance is its own, when that is available, and Stripe's fee."""
    payment.line_id, payment.available_on, payment.fee_pence = line.id, line.available_on, line.fee_pence
    payment.save(update_fields=["line_id", "available_on", "fee_pence"])


def end(payment: Payment, event: str, at: datetime) -> Payment:
    """The locked payment comes to nothing: `refuse`, `expire`, `cancel`, or `fail` (also after it was taken, with the exact reversal)."""
    was = payment.state
    payment.state = step(PAYMENT, was, event)
    if was == "clearing" and payment.kind != "top_up":
        payment.failed_journal = new_key()
    payment.save(update_fields=["state", "failed_journal", "problem"])
    _tell("payments.payment_failed", payment, at, why=payment.state)
    if payment.failed_journal is not None:
        post(_journal(payment, payment.failed_journal, "payment_failed", ((_pending(payment), _platform("CLEAR", payment), payment.pence),), at))
    return payment


def clear(*, payment_id: uuid.UUID, line: Line, at: datetime) -> bool:
    """The money is available: BANK Dr / CLEAR Cr, PENDING Dr / its account Cr, and Stripe's fee out of FLOAT. False when nothing moved.

    `line` is the payment's own balance line, as Stripe gives it now. Where FLOAT can't pay the fee nothing is posted: an alarm rings,
    releases stop, and the next call tries again.
    """
    try:
        done: bool = retrying(lambda: _clear(payment_id, line, at))
    except NotEnough as short:
        ring_short(short, at)
        return False
    return done


def ring_short(short: NotEnough, at: datetime) -> None:
    """FLOAT can't pay a fee: a top-up is needed."""
    council = short.account.council if short.account else ""
    sentence = "The platform's own money at Stripe can't pay Stripe's fee. Top it up; payments wait until then."
    alarms.ring(kind="float_short", about=f"council:{council}", sentence=sentence, at=at, council_code=council, stops_releases=True)


@transaction.atomic
def _clear(payment_id: uuid.UUID, line: Line, at: datetime) -> bool:
    payment = Payment.objects.locked().get(pk=payment_id)
    if not may_step(PAYMENT, payment.state, "clear") or not line.is_available:
        return False
    payment.state = step(PAYMENT, payment.state, "clear")
    payment.line_id, payment.available_on, payment.fee_pence = line.id, line.available_on, line.fee_pence
    payment.available_journal = new_key()
    payment.save(update_fields=["state", "line_id", "available_on", "fee_pence", "available_journal"])
    _tell("payments.payment_available", payment, at)
    post(_journal(payment, payment.available_journal, "payment_available", _available_moves(payment, line.fee_pence), at))
    if payment.kind == "top_up":
        alarms.settle(kind="float_short", about=f"council:{payment.council_code}", at=at)
    return True


def may_take_back(payment: Payment) -> bool:
    """Whether a top-up may still leave the book: it is available, or it failed after Stripe had it, and its way out is not booked yet."""
    is_ours = payment.kind == Payment.Kind.TOP_UP and payment.charge_id != ""
    return is_ours and payment.failed_journal is None and payment.state in ("available", "failed")


@transaction.atomic
def take_back(payment_id: uuid.UUID, came: Line, at: datetime) -> bool:
    """A top-up's money is out of Stripe's balance again: FLOAT Dr / BANK Cr. What never counted comes in and goes out in one breath.

    `came` is its line in. Where FLOAT has spent it, LOSS bears it: `floats.watch` rings, stops releases, and pays that out of the next top-up.
    """
    payment = Payment.objects.locked().get(pk=payment_id)
    if not may_take_back(payment):
        return False
    if may_step(PAYMENT, payment.state, "take_back"):
        payment.state = step(PAYMENT, payment.state, "take_back")
    came_in = []
    if payment.available_journal is None:
        note_line(payment, came)
        payment.available_journal = new_key()
        came_in = [_journal(payment, payment.available_journal, "payment_available", _available_moves(payment, came.fee_pence), at)]
    payment.failed_journal = new_key()
    payment.save(update_fields=["state", "available_journal", "failed_journal"])
    try:
        _post_linked([*came_in, _went_out(payment, "FLOAT", at)])
    except NotEnough:
        _post_linked([*came_in, _went_out(payment, "LOSS", at)])
    return True


def _went_out(payment: Payment, code: str, at: datetime) -> Journal:
    return _journal(payment, payment.failed_journal, "payment_failed", ((_platform(code, payment), _platform("BANK", payment), payment.pence),), at)


def _post_linked(journals: list[Journal]) -> None:
    refused = [one for one in post_many(journals, linked=True) if isinstance(one, Refused)]
    if refused:
        raise next((one for one in refused if one.reason != "linked"), refused[0])


def _available_moves(payment: Payment, fee_pence: int) -> tuple[tuple[Account, Account, int], ...]:
    bank, cost = _platform("BANK", payment), _platform("FEE_COST", payment)
    float_ = _platform("FLOAT", payment)
    credit = Account(payment.credit_code, payment.council_code, payment.credit_owner)
    money = [(bank, credit, payment.pence)]
    if payment.kind != "top_up":
        money = [(bank, _platform("CLEAR", payment), payment.pence), (_pending(payment), credit, payment.pence)]
    fee = [(cost, bank, fee_pence), (float_, cost, fee_pence)] if fee_pence else []
    return tuple(money + fee)


def _journal(payment: Payment, key: uuid.UUID | None, kind: str, moves: tuple[tuple[Account, Account, int], ...], at: datetime) -> Journal:
    assert key is not None
    transfers = tuple(Transfer(debit, credit, pence) for debit, credit, pence in moves)
    return Journal(key, kind, payment.council_code, transfers, at, actor="system", about=f"payment:{payment.pk}")


def _platform(code: str, payment: Payment) -> Account:
    return Account(code, payment.council_code)


def _pending(payment: Payment) -> Account:
    return Account("PENDING", payment.council_code, payment.lot_owner)


def _tell(kind: str, payment: Payment, at: datetime, **more: object) -> None:
    if payment.kind == "top_up":
        return
    payload = {"payment": str(payment.pk), "about": payment.about, "pence": payment.pence, **more}
    facts.record(kind=kind, subject=payment.about or f"payment:{payment.pk}", payload=payload, at=at, council_code=payment.council_code)
