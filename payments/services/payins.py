"""Money coming in: by card, from a bank's app, by Direct Debit or by bank transfer. Every payment becomes a lot."""

import uuid
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction

from audit.errors import Refusal
from audit.services import trail
from ledger.services.accounts import Account
from payments.gateways.shapes import Customer, Intent, Made, Session
from payments.models import Payer, Payment, PaymentOperation
from payments.rules import PAYMENT, REFUSED_WAIT, may_step, pounds
from payments.services import arrivals, planning, risk, taking, ways
from payments.services.mandates import NoDebitYet
from people.models import Person

BANK_TRANSFER: dict[str, Any] = {
    "allowed_payment_method_types": ["customer_balance"],
    "payment_method_data": {"type": "customer_balance"},
    "payment_method_options": {"customer_balance": {"funding_type": "bank_transfer", "bank_transfer": {"type": "gb_bank_transfer"}}},
    "confirm": True,
}
LEAST_PENCE, MOST_PENCE = 30, 99_999_999  # Stripe's own limits for one payment
PAGES = ("card", "pay_by_bank")


class Terms(TypedDict):
    """Who pays, how much, and what for.

    `payer_owner`: "person:3", "organisation:2/council:E09000028" or "organisation:2/portion:7" (`models.Payer`). `lot_owner`: "member:12/portion:7".
    `credit`: the account that gets the money once available. `about`: "call:12".
    """

    payer_owner: str
    lot_owner: str
    credit: Account
    pence: int
    council_code: str
    about: str
    by: Person | None
    at: datetime


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


class FirstCardCeiling(Refusal):
    """A new payer's card: only so much in 28 days (abuse.md 15)."""

    code = "first_card_ceiling"

    def __init__(self, room_pence: int) -> None:
        left = f"You can still pay {pounds(room_pence)} by card now. " if room_pence else ""
        super().__init__(f"There is a limit for your first payments by card. {left}You can pay by bank transfer, or from your bank’s app.")


def start_card(*, success_url: str, cancel_url: str, **terms: Unpack[Terms]) -> Payment:
    """Plans a card page for so much; nothing is asked of Stripe yet. After the commit, `operations.perform(payment.operation_id)` gets its address.

    The same thing started twice is one payment. Raises AmountIsSilly, PaymentIsOpen; FirstCardCeiling for a new payer.
    """
    return _start_page("card", "card", success_url, cancel_url, terms)


def start_pay_by_bank(*, success_url: str, cancel_url: str, **terms: Unpack[Terms]) -> Payment:
    """Plans a page where the payer says yes in their bank's own app; as `start_card`. Raises also WayIsOff."""
    _must_not_be_silly(terms["pence"])
    ways.must_be_on(terms["council_code"], "pay_by_bank", terms["pence"])
    return _start_page("pay_by_bank", "pay_by_bank", success_url, cancel_url, terms)


def start_bank_transfer(**terms: Unpack[Terms]) -> Payment:
    """Plans a bank transfer to be waited for; as `start_card`. Performed, `payment.instructions` says where to send it and with which reference."""
    return _start_intent("bank_transfer", BANK_TRANSFER, terms)


def start_debit(**terms: Unpack[Terms]) -> Payment:
    """Plans a collection by the payer's Direct Debit; as `start_card`. Raises also WayIsOff, NoDebitYet."""
    ways.must_be_on(terms["council_code"], "bacs", terms["pence"])
    stands = ways.active_mandate(terms["payer_owner"])
    if stands is None:
        raise NoDebitYet
    asked = {"payment_method": stands.method_id, "allowed_payment_method_types": ["bacs_debit"], "off_session": True, "confirm": True}
    return _start_intent("bacs", asked | {"expand": ["latest_charge.balance_transaction"]}, terms)


def _start_page(kind: str, method: str, success_url: str, cancel_url: str, terms: Terms) -> Payment:
    draft = _draft(kind, terms)
    item = {"quantity": 1, "price_data": {"currency": "gbp", "unit_amount": draft.pence, "product_data": {"name": "Your payment"}}}
    params = {
        "mode": "payment",
        "allowed_payment_method_types": [method],
        "client_reference_id": str(draft.pk),
        "line_items": [item],
        "success_url": success_url,
        "cancel_url": cancel_url,
        "metadata": {"payment": str(draft.pk)},
        "payment_intent_data": {"metadata": {"payment": str(draft.pk)}},
    }
    return _start(draft, "checkout_session", params, terms)


def _start_intent(kind: str, asked: dict[str, Any], terms: Terms) -> Payment:
    draft = _draft(kind, terms)
    params = {"amount": draft.pence, "currency": "gbp", "metadata": {"payment": str(draft.pk)}, **asked}
    return _start(draft, "payment_intent", params, terms)


def _draft(kind: str, terms: Terms) -> Payment:
    return Payment(
        id=uuid.uuid4(),
        kind=kind,
        pence=terms["pence"],
        lot_owner=terms["lot_owner"],
        council_code=terms["council_code"],
        about=terms["about"],
        credit_code=terms["credit"].code,
        credit_owner=terms["credit"].owner,
    )


def _start(draft: Payment, kind: str, params: dict[str, Any], terms: Terms) -> Payment:
    by, at = terms["by"], terms["at"]
    _must_not_be_silly(draft.pence)
    with transaction.atomic():
        payer = _payer(terms["payer_owner"], draft.council_code)
        already = _open_one(draft)
        if already is not None:
            return already
        _must_be_under_the_ceiling(draft, terms)
        draft.operation = planning.plan(
            kind=kind,
            reference=f"payment:{draft.pk}",
            params=params,
            council_code=draft.council_code,
            at=at,
            pence=draft.pence,
            after=planning.plan_customer(payer, at=at) if kind == "payment_intent" else None,
        )
        draft.payer, draft.started_at = payer, at
        draft.save(force_insert=True)
        detail = {"pence": draft.pence, "about": draft.about, "kind": draft.kind}
        trail.write(by=by, verb="payments.start", about_kind="payment", about_id=draft.pk, at=at, council_code=draft.council_code, detail=detail)
        return draft


def _must_not_be_silly(pence: int) -> None:
    if not LEAST_PENCE <= pence <= MOST_PENCE:
        raise AmountIsSilly


def _must_be_under_the_ceiling(draft: Payment, terms: Terms) -> None:
    """With the payer locked: of several cards started in one moment each counts the ones before it."""
    room = risk.card_room(terms["payer_owner"], at=terms["at"]) if draft.kind == Payment.Kind.CARD else None
    if room is not None and draft.pence > room:
        raise FirstCardCeiling(room)


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
        kind, thing = ("expire_session", payment.session_id) if payment.kind in PAGES else ("cancel_intent", payment.intent_id)
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
        arrivals.see_session(payment, thing, at)
    elif isinstance(thing, Intent):
        arrivals.see_intent(payment, thing, at)


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
