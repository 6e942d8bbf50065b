"""What Stripe says of a payment, taken over: waiting, taken, available, failed. Safe in any order, any number of times."""

import uuid
from datetime import datetime

from django.db.models import Q

from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import Intent, Line, Session
from payments.models import Alarm, Payment, PaymentOperation
from payments.rules import PAYMENT, may_step, step
from payments.services import alarms, debits, floats, taking
from payments.services.one_by_one import ask_one_by_one

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


def _ring_amount(payment: Payment, at: datetime) -> None:
    sentence = "Stripe took another sum or currency than was asked for. Nothing was credited; look at the payment at Stripe."
    council = payment.council_code
    alarms.ring(kind="amount_differs", about=f"payment:{payment.pk}", sentence=sentence, at=at, council_code=council, stops_releases=True)


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
            taking.end(payment, "cancel" if closed else "expire", at)


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
        taking.take(payment, intent.charge, at)
    elif intent.charge is not None and payment.kind == Payment.Kind.BACS:
        debits.see(payment, intent.charge, at)
    elif intent.status == "canceled" and may_step(PAYMENT, payment.state, "cancel"):
        taking.end(payment, "cancel", at)


def clear_due(*, at: datetime) -> int:
    """Payments whose money Stripe by now calls available become lots. Returns how many did. Asks Stripe for each one whose day has come."""
    rows = Payment.objects.to_clear(at)
    # Where FLOAT is short only a top-up helps: asking Stripe again would not. Reconciliation tries all the same.
    short = Alarm.objects.open().filter(kind="float_short").values("council_code")
    rows = rows.exclude(~Q(kind="top_up"), council_code__in=short)
    due = list(rows.order_by("available_on", "pk").values_list("pk", flat=True)[:BATCH])
    return ask_one_by_one(due, lambda pk: _clear_if_available(pk, at)) + debits.bounce_due(at=at)


def _clear_if_available(payment_id: uuid.UUID, at: datetime) -> bool:
    payment = Payment.objects.get(pk=payment_id)
    if not payment.line_id or payment.kind == Payment.Kind.BACS:
        payment = refresh(payment_id=payment_id, at=at)
    line = gateway.line(payment.line_id) if payment.line_id else None
    return payment.state == "clearing" and line is not None and clear(payment=payment, line=line, at=at)


def clear(*, payment: Payment, line: Line, at: datetime) -> bool:
    """As `taking.clear`, once the payer's bank has paid. Not inside a transaction. Raises AnswerLost, StripeIsBusy, NotFound.

    A Direct Debit has its line from the start, and it may be available before the bank has spoken: only the charge says that it was paid.
    So has a top-up, also one that its bank did not send.
    """
    if not line.is_available or (payment.kind == Payment.Kind.BACS and not gateway.charge(payment.charge_id).is_paid):
        return False
    if payment.kind == Payment.Kind.TOP_UP:
        floats.refresh(payment_id=payment.pk, at=at)
    return taking.clear(payment_id=payment.pk, line=line, at=at)


def refresh_open(*, at: datetime) -> int:
    """Asks after every payment that is still waited for, so that lost events cost nothing. Returns how many moved."""
    rows = list(Payment.objects.filter(state="open").exclude(kind="top_up").order_by("started_at", "pk").values_list("pk", flat=True))
    return ask_one_by_one(rows, lambda pk: refresh(payment_id=pk, at=at).state != "open")
