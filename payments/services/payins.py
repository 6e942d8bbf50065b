"""Money coming in: by card on a page at Stripe, or by bank transfer. Every payment becomes a lot."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.errors import Refusal
from audit.services import trail
from ledger.services.accounts import Account
from payments.gateways.shapes import Customer, Intent, Made, Session
from payments.models import Payer, Payment, PaymentOperation
from payments.rules import PAYMENT, REFUSED_WAIT, may_step
from payments.services import planning, taking
from payments.services.taking import clear_due as clear_due
from payments.services.taking import refresh as refresh
from people.models import Person

BANK_TRANSFER: dict[str, Any] = {
    "allowed_payment_method_types": ["customer_balance"],
    "payment_method_data": {"type": "customer_balance"},
    "payment_method_options": {"customer_balance": {"funding_type": "bank_transfer", "bank_transfer": {"type": "gb_bank_transfer"}}},
    "confirm": True,
}
MOST_PENCE = 99_999_999  # Stripe's own ceiling for one payment


class AmountIsSilly(Refusal):
    """Nothing, less than nothing, or more than Stripe takes in one go."""

    code = "amount"
    sentence = "Give an amount between 30p and £999,999.99."
    field = "amount"


class PaymentIsOpen(Refusal):
    """Another amount was started for the same thing and not finished."""

    code = "payment_is_open"
    sentence = "A payment of another amount is already open for this. Finish or cancel it first."


class PaymentIsTaken(Refusal):
    """Too late to cancel: Stripe has the money, or is being asked this moment."""

    code = "payment_is_taken"
    sentence = "The money is already on its way, so this payment can't be cancelled. You can ask for it back once it is here."


def start_card(
    *,
    payer_owner: str,
    lot_owner: str,
    credit: Account,
    pence: int,
    council_code: str,
    about: str,
    success_url: str,
    cancel_url: str,
    by: Person | None,
    at: datetime,
) -> Payment:
    """Plans a card page for `pence`; nothing is asked of Stripe yet. After the commit, `operations.perform(payment.operation_id)` gets its address.

    `payer_owner`: "person:3" or "organisation:2". `lot_owner`: "member:12/portion:7". `credit`: the account that gets the money once available.
    `about`: "call:12". The same thing started twice is one payment. Raises AmountIsSilly, PaymentIsOpen.
    """
    pk, operation_id = uuid.uuid4(), uuid.uuid4()
    item = {"quantity": 1, "price_data": {"currency": "gbp", "unit_amount": pence, "product_data": {"name": "Your payment"}}}
    params = {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "client_reference_id": str(pk),
        "line_items": [item],
        "success_url": success_url,
        "cancel_url": cancel_url,
        "metadata": {"payment": str(pk)},
        "payment_intent_data": {"metadata": {"payment": str(pk)}},
    }
    draft = Payment(
        id=pk,
        kind="card",
        pence=pence,
        lot_owner=lot_owner,
        council_code=council_code,
        about=about,
        credit_code=credit.code,
        credit_owner=credit.owner,
    )
    return _start(draft, payer_owner, "checkout_session", operation_id, params, by, at)


def start_bank_transfer(
    *, payer_owner: str, lot_owner: str, credit: Account, pence: int, council_code: str, about: str, by: Person | None, at: datetime
) -> Payment:
    """Plans a bank transfer to be waited for; as `start_card`. Performed, `payment.instructions` says where to send it and with which reference."""
    pk, operation_id = uuid.uuid4(), uuid.uuid4()
    params = {"amount": pence, "currency": "gbp", "metadata": {"payment": str(pk)}, **BANK_TRANSFER}
    draft = Payment(
        id=pk,
        kind="bank_transfer",
        pence=pence,
        lot_owner=lot_owner,
        council_code=council_code,
        about=about,
        credit_code=credit.code,
        credit_owner=credit.owner,
    )
    return _start(draft, payer_owner, "payment_intent", operation_id, params, by, at)


def _start(draft: Payment, payer_owner: str, kind: str, operation_id: uuid.UUID, params: dict[str, Any], by: Person | None, at: datetime) -> Payment:
    if not 30 <= draft.pence <= MOST_PENCE:
        raise AmountIsSilly
    with transaction.atomic():
        payer = _payer(payer_owner, draft.council_code)
        already = _open_one(draft)
        if already is not None:
            return already
        after = _customer_operation(payer, at) if kind == "payment_intent" else None
        draft.operation = planning.plan(
            kind=kind,
            reference=f"payment:{draft.pk}",
            params=params,
            council_code=draft.council_code,
            at=at,
            pence=draft.pence,
            after=after,
            operation_id=operation_id,
        )
        draft.payer, draft.started_at = payer, at
        draft.save(force_insert=True)
        detail = {"pence": draft.pence, "about": draft.about, "kind": draft.kind}
        trail.write(by=by, verb="payments.start", about_kind="payment", about_id=draft.pk, at=at, council_code=draft.council_code, detail=detail)
        return draft


def _payer(owner: str, council_code: str) -> Payer:
    """The payer's row, locked: two clicks wait for each other here."""
    Payer.objects.get_or_create(owner=owner, defaults={"council_code": council_code})
    return Payer.objects.locked().get(owner=owner)


def _open_one(draft: Payment) -> Payment | None:
    if not draft.about:
        return None
    found = Payment.objects.filter(about=draft.about, kind=draft.kind, state__in=("started", "open")).first()
    if found is not None and found.pence != draft.pence:
        raise PaymentIsOpen
    return found


def _customer_operation(payer: Payer, at: datetime) -> PaymentOperation | None:
    """A bank transfer needs a customer at Stripe, made once per payer; nothing of theirs is told but our own id."""
    if payer.operation is None:
        params = {"metadata": {"payer": str(payer.pk)}}
        payer.operation = planning.plan(kind="customer", reference=f"payer:{payer.pk}", params=params, council_code=payer.council_code, at=at)
        payer.save(update_fields=["operation"])
    return payer.operation


def cancel(*, payment_id: uuid.UUID, by: Person | None, at: datetime) -> Payment:
    """Stops waiting for a payment. One that Stripe does not know yet is cancelled at once, else when Stripe agrees. Raises PaymentIsTaken."""
    with transaction.atomic():
        operation = PaymentOperation.objects.locked().get(payment=payment_id)
        payment = Payment.objects.locked().get(pk=payment_id)
        if payment.state not in ("started", "open"):
            if payment.state in ("clearing", "available"):
                raise PaymentIsTaken
            return payment
        trail.write(by=by, verb="payments.cancel", about_kind="payment", about_id=payment.pk, at=at, council_code=payment.council_code)
        if payment.state == "started":
            if not planning.take_back(operation, why="cancelled before it was sent"):
                raise PaymentIsTaken("This payment is being set up this moment. Wait a minute, then cancel it.")
            return taking.end(payment, "cancel", at)
        kind, thing = ("expire_session", payment.session_id) if payment.kind == "card" else ("cancel_intent", payment.intent_id)
        reference = f"payment:{payment.pk}"
        if not PaymentOperation.objects.filter(kind=kind, reference=reference).exclude(state="refused").exists():
            planning.plan(kind=kind, reference=reference, params={"id": thing}, council_code=payment.council_code, at=at)
        return payment


# --- what Stripe's answers mean (called by `operations`, in its transaction) ---


def complete(operation: PaymentOperation) -> dict[str, Any] | None:
    """The customer is known only once its own operation is done."""
    if operation.kind != "payment_intent":
        return None
    payer = Payer.objects.get(payments__operation=operation)
    return {**operation.params, "customer": payer.stripe_customer_id}


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe made the customer, the card page or the bank transfer to wait for, or closed one."""
    if isinstance(thing, Customer):
        Payer.objects.filter(operation=operation).update(stripe_customer_id=thing.id)
        return
    payment = Payment.objects.locked().get(pk=operation.reference.partition(":")[2])
    if isinstance(thing, Session):
        taking.see_session(payment, thing, at)
    elif isinstance(thing, Intent):
        taking.see_intent(payment, thing, at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Stripe would not start it: it failed. It would not close it: it is done or closed already, and an event or `refresh` will say which."""
    if operation.kind == "customer":
        planning.try_again(operation, next_try_at=at + REFUSED_WAIT)
    if operation.kind not in ("checkout_session", "payment_intent"):
        return
    payment = Payment.objects.locked().get(operation=operation)
    if may_step(PAYMENT, payment.state, "refuse"):
        payment.problem = code[:60]
        taking.end(payment, "refuse", at)
