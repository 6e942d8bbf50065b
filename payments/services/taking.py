"""What Stripe says of a payment, taken over: waiting, taken, available, failed. Each with its journal; safe in any order, any number of times."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.services import facts
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Transfer, new_key, post
from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AnswerLost, Charge, Intent, Line, NotFound, Session, StripeIsBusy
from payments.models import Alarm, Payment, PaymentOperation
from payments.rules import PAYMENT, may_step, step
from payments.services import alarms, debits
from payments.services.one_by_one import one_by_one

BATCH = 200
BY_INTENT = ("bank_transfer", "bacs")  # no page of Stripe's: the intent itself is what we ask for


def refresh(*, payment_id: uuid.UUID, at: datetime) -> Payment:
    """Asks Stripe how the payment stands and takes that over. Not inside a transaction. Raises AnswerLost, StripeIsBusy."""
    payment = Payment.objects.get(pk=payment_id)
    session = gateway.session(payment.session_id) if payment.session_id else None
    intent_id = (session.intent_id if session else "") or payment.intent_id
    intent = gateway.intent(intent_id) if intent_id else None

    def write() -> Payment:
        row = Payment.objects.locked().get(pk=payment_id)
        if intent is not None:
            see_intent(row, intent, at)
        if session is not None:
            see_session(row, session, at)
        row.checked_at = at
        row.save(update_fields=["checked_at"])
        return row

    seen: Payment = retrying(write)
    if seen.problem == "amount_differs":
        _ring_amount(seen, at)
    return seen


def see_session(payment: Payment, session: Session, at: datetime) -> None:
    """The locked payment learns of its card page."""
    payment.session_id, payment.intent_id = session.id, session.intent_id or payment.intent_id
    if session.status in ("open", "complete") and may_step(PAYMENT, payment.state, "open"):
        payment.state, payment.checkout_url = step(PAYMENT, payment.state, "open"), session.url
    payment.save(update_fields=["session_id", "intent_id", "state", "checkout_url"])
    if session.status == "expired":
        # Closed by us because it was not wanted any more, or left for a day.
        closed = PaymentOperation.objects.filter(kind="expire_session", reference=f"payment:{payment.pk}").exists()
        if may_step(PAYMENT, payment.state, "cancel" if closed else "expire"):
            end(payment, "cancel" if closed else "expire", at)


def see_intent(payment: Payment, intent: Intent, at: datetime) -> None:
    """The locked payment learns how its money stands."""
    payment.intent_id = intent.id
    payment.problem = intent.problem if payment.state in ("started", "open") else payment.problem
    if intent.instructions:
        payment.instructions = intent.instructions
    if payment.kind in BY_INTENT and may_step(PAYMENT, payment.state, "open"):
        payment.state = step(PAYMENT, payment.state, "open")
    payment.save(update_fields=["intent_id", "problem", "instructions", "state"])
    if intent.charge is not None and intent.charge.is_paid:
        take(payment, intent.charge, at)
    elif intent.charge is not None and payment.kind == Payment.Kind.BACS:
        debits.see(payment, intent.charge, at)
    elif intent.status == "canceled" and may_step(PAYMENT, payment.state, "cancel"):
        end(payment, "cancel", at)


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


def clear_due(*, at: datetime) -> int:
    """Payments whose money Stripe by now calls available become lots. Returns how many did. Asks Stripe for each one whose day has come."""
    rows = Payment.objects.to_clear(at)
    # Where FLOAT is short only a top-up helps: asking Stripe again would not. Reconciliation tries all the same.
    short = Alarm.objects.open().filter(kind="float_short").values("council_code")
    rows = rows.exclude(~Q(kind="top_up"), council_code__in=short)
    due = list(rows.order_by("available_on", "pk").values_list("pk", flat=True)[:BATCH])
    return one_by_one(due, lambda pk: _clear_if_available(pk, at)) + debits.bounce_due(at=at)


def _clear_if_available(payment_id: uuid.UUID, at: datetime) -> bool:
    try:
        payment = Payment.objects.get(pk=payment_id)
        # A Direct Debit has its line from the start: whether the bank paid is said by the charge alone.
        if not payment.line_id or payment.kind == Payment.Kind.BACS:
            payment = refresh(payment_id=payment_id, at=at)
        line = gateway.line(payment.line_id) if payment.line_id else None
    except (AnswerLost, StripeIsBusy, NotFound):
        return False
    return payment.state == "clearing" and line is not None and line.is_available and clear(payment_id=payment_id, line=line, at=at)


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


def _ring_amount(payment: Payment, at: datetime) -> None:
    sentence = "Stripe took another sum or currency than was asked for. Nothing was credited; look at the payment at Stripe."
    council = payment.council_code
    alarms.ring(kind="amount_differs", about=f"payment:{payment.pk}", sentence=sentence, at=at, council_code=council, stops_releases=True)


def refresh_open(*, at: datetime) -> int:
    """Asks after every payment that is still waited for, so that lost events cost nothing. Returns how many moved."""
    moved = 0
    for pk, state in list(Payment.objects.filter(state="open").exclude(kind="top_up").values_list("pk", "state")):
        try:
            moved += refresh(payment_id=pk, at=at).state != state
        except (AnswerLost, StripeIsBusy, NotFound):
            continue
    return moved
