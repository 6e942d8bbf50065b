"""The platform's own money at Stripe. It pays Stripe's fees, so that every pound of a member's stays a pound."""

import uuid
from datetime import datetime

from django.db import transaction

from audit.services import trail
from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import Made, TopUp
from payments.models import Payment, PaymentOperation
from payments.rules import PAYMENT, may_step, step
from payments.services import planning, taking
from people.models import Person


def top_up(*, council_code: str, pence: int, by: Person | None, at: datetime) -> Payment:
    """Plans `pence` from the platform's own bank to this council's FLOAT; counted once Stripe calls it available (BANK Dr / FLOAT Cr)."""
    pk, operation_id = uuid.uuid4(), uuid.uuid4()
    params = {"amount": pence, "currency": "gbp", "metadata": {"payment": str(pk)}}
    with transaction.atomic():
        operation = planning.plan(
            kind="top_up",
            reference=f"payment:{pk}",
            params=params,
            council_code=council_code,
            at=at,
            pence=pence,
            operation_id=operation_id,
        )
        payment = Payment.objects.create(
            id=pk, kind="top_up", pence=pence, council_code=council_code, credit_code="FLOAT", operation=operation, started_at=at
        )
        trail.write(by=by, verb="payments.top_up", about_kind="payment", about_id=pk, at=at, council_code=council_code, detail={"pence": pence})
        return payment


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe has taken the order for a top-up."""
    if isinstance(thing, TopUp):
        _see(Payment.objects.locked().get(operation=operation), thing, at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Stripe won't: no bank is set up for it, or the sum is out of bounds."""
    payment = Payment.objects.locked().get(operation=operation)
    payment.problem = code[:60]
    taking.end(payment, "refuse", at)


def refresh(*, payment_id: uuid.UUID, at: datetime) -> None:
    """Asks Stripe how a top-up stands. Not inside a transaction."""
    top_up_id = Payment.objects.values_list("charge_id", flat=True).get(pk=payment_id)
    if top_up_id:
        thing = gateway.top_up(top_up_id)
        retrying(lambda: _see(Payment.objects.locked().get(pk=payment_id), thing, at))


def _see(payment: Payment, thing: TopUp, at: datetime) -> None:
    failed = thing.status in ("failed", "canceled", "reversed")
    if not failed and may_step(PAYMENT, payment.state, "pay"):
        payment.state, payment.charge_id, payment.charged_at = step(PAYMENT, payment.state, "pay"), thing.id, at
    payment.line_id = payment.line_id or thing.line_id
    payment.save(update_fields=["state", "charge_id", "charged_at", "line_id"])
    if failed and may_step(PAYMENT, payment.state, "fail"):
        taking.end(payment, "fail", at)
