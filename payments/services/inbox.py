"""Stripe's events: the signature is checked, each is stored once, and the work is done later by asking Stripe how the thing stands.

Events are hints. Losing all of them costs time, not money: `reconciliation` reaches the same state.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from audit.errors import Refusal
from audit.services import trail
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AnswerLost, BadSignature, NotFound, StripeIsBusy
from payments.models import Dispute, Payee, Payer, Payment, PaymentOperation, Refund, WebhookEvent
from payments.rules import EVENT_TRIES, wait_after
from payments.services import alarms, arrivals, cash, disputes, floats, mandates, operations, payees, recoveries, refunds, two_people
from payments.services.one_by_one import one_by_one
from people.models import Person

log = structlog.get_logger()
BATCH = 100
WORK_LEASE = timedelta(minutes=2)


class NotFromStripe(Refusal):
    """No secret is set, the signature is wrong or old, or it belongs to the other kind of money."""

    code = "not_from_stripe"
    sentence = "This message is not from Stripe."


def store(*, payload: bytes, signature: str, endpoint: str) -> WebhookEvent:
    """Stores an event once, however often it comes. `endpoint`: platform or connect. Raises NotFromStripe."""
    kept = {"platform": settings.STRIPE_WEBHOOK_SECRET_PLATFORM, "connect": settings.STRIPE_WEBHOOK_SECRET_CONNECT}[endpoint]
    # During a change of secrets both are set, with a comma between; with none, nothing comes in.
    secrets = tuple(part.strip() for part in kept.split(",") if part.strip())
    try:
        event = gateway.read_event(payload, signature, secrets)
    except BadSignature as bad:
        raise NotFromStripe from bad
    if event.is_live != gateway.is_live() or (endpoint == "connect") != bool(event.account_id):
        raise NotFromStripe
    fields = {
        "endpoint": endpoint,
        "kind": event.kind,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "account_id": event.account_id,
    }
    row, _ = WebhookEvent.objects.get_or_create(pk=event.id, defaults=fields)
    return row


def process_due(*, at: datetime) -> int:
    """Works on stored events, oldest first. Returns how many were done."""
    due = list(WebhookEvent.objects.due(at).order_by("received_at", "pk").values_list("pk", flat=True)[:BATCH])
    return one_by_one(due, lambda pk: _process(pk, at))


def _process(pk: str, at: datetime) -> bool:
    claimed = WebhookEvent.objects.due(at).filter(pk=pk).update(next_try_at=at + WORK_LEASE, tries=F("tries") + 1)
    if not claimed:
        return False
    event = WebhookEvent.objects.get(pk=pk)
    try:
        _work(event, at)
    except NotFound:
        log.warning("event_about_nothing", event_kind=event.kind)
    except Exception as error:
        # Whatever it is: other events go on, and this one is tried again and then shown to a person.
        _put_off(event, error, at)
        return False
    done = {"state": WebhookEvent.State.DONE, "done_at": at, "next_try_at": None, "error": ""}
    return bool(WebhookEvent.objects.filter(pk=pk, state="waiting").update(**done))


def _put_off(event: WebhookEvent, error: Exception, at: datetime) -> None:
    event.next_try_at, event.error = at + wait_after(event.tries), type(error).__name__
    if event.tries >= EVENT_TRIES and not isinstance(error, AnswerLost | StripeIsBusy):
        event.state = WebhookEvent.State.PARKED
    event.save(update_fields=["next_try_at", "error", "state"])
    log.warning("event_failed", event_kind=event.kind, tries=event.tries, error=event.error)
    if event.state == WebhookEvent.State.PARKED:
        sentence = f"An event from Stripe ({event.kind}) could not be worked on in {EVENT_TRIES} tries. Find out why; reconciliation will catch up."
        alarms.ring(kind="event_parked", about=f"event:{event.pk}", sentence=sentence, at=at)


def retry(*, event_id: str, by: Person, at: datetime) -> WebhookEvent:
    """An operator found out why a parked event could not be worked on: it is tried again, ten times. Raises NotAllowed; nothing if not parked."""
    two_people.must_be_operator(by)
    with transaction.atomic():
        event = WebhookEvent.objects.locked().get(pk=event_id)
        if event.state == WebhookEvent.State.PARKED:
            event.state, event.tries, event.next_try_at = WebhookEvent.State.WAITING, 0, None
            event.save(update_fields=["state", "tries", "next_try_at"])
            trail.write(by=by, verb="payments.retry_event", about_kind="event", about_id=event.pk, at=at, council_code="")
            alarms.settle(kind="event_parked", about=f"event:{event.pk}", at=at)
    return event


def _work(event: WebhookEvent, at: datetime) -> None:
    for prefix, verb in _VERBS:
        if event.kind.startswith(prefix):
            verb(event, at)
            return


def _session(event: WebhookEvent, at: datetime) -> None:
    if not mandates.see_session(event.object_id, at):
        see_session(event.object_id, at)


def _mandate(event: WebhookEvent, at: datetime) -> None:
    mandates.see_mandate(event.object_id, at)


def _intent(event: WebhookEvent, at: datetime) -> None:
    see_intent(event.object_id, at)


def _charge(event: WebhookEvent, at: datetime) -> None:
    see_charge(event.object_id, at)


def _refund(event: WebhookEvent, at: datetime) -> None:
    see_refund(event.object_id, at)


def _transfer(event: WebhookEvent, at: datetime) -> None:
    see_transfer(event.object_id, at)


def _top_up(event: WebhookEvent, at: datetime) -> None:
    see_top_up(event.object_id, at)


def _account(event: WebhookEvent, at: datetime) -> None:
    payee = Payee.objects.filter(stripe_account_id=event.account_id or event.object_id).first()
    if payee is not None:
        payees.refresh(payee=payee, at=at)


def _cash(event: WebhookEvent, at: datetime) -> None:
    """Whoever takes it in does so before `reconciliation` looks; what is still there then rings."""
    payer = Payer.objects.filter(stripe_customer_id=event.object_id).first()
    if payer is not None:
        cash.look(payer_id=payer.pk, at=at, rings=False)


def _dispute(event: WebhookEvent, at: datetime) -> None:
    see_dispute(event.object_id, at)


_VERBS: list[tuple[str, Callable[[WebhookEvent, datetime], None]]] = [
    ("checkout.session.", _session),
    ("mandate.", _mandate),
    ("payment_intent.", _intent),
    ("charge.dispute.", _dispute),
    ("charge.refund.", _refund),
    ("charge.", _charge),
    ("refund.", _refund),
    ("transfer.", _transfer),
    ("topup.", _top_up),
    ("customer_cash_balance_transaction.", _cash),
    ("account.", _account),
    ("capability.", _account),
]

# --- one thing at Stripe, seen in an event or in a balance line: the operation that made it is settled, then its state taken over ---


def see_session(session_id: str, at: datetime) -> None:
    """A card page, known to us by its id or by the payment it names."""
    payment = Payment.objects.filter(session_id=session_id).first()
    if payment is None:
        session = gateway.session(session_id)
        payment = _payment_named(session.reference)
        if payment is None or payment.operation_id is None:
            return
        operations.settle(payment.operation_id, session, at=at)
    arrivals.refresh(payment_id=payment.pk, at=at)


def see_intent(intent_id: str, at: datetime) -> Payment | None:
    """A payment at Stripe, known to us by its id or by the payment it names; None when it is not ours."""
    payment = Payment.objects.filter(intent_id=intent_id).first()
    if payment is None:
        intent = gateway.intent(intent_id)
        payment = _payment_named(intent.reference)
        if payment is None:
            return None
        if payment.kind in arrivals.BY_INTENT and payment.operation_id is not None:
            operations.settle(payment.operation_id, intent, at=at)
        Payment.objects.filter(pk=payment.pk, intent_id="").update(intent_id=intent.id)
    return arrivals.refresh(payment_id=payment.pk, at=at)


def see_charge(charge_id: str, at: datetime) -> Payment | None:
    """A charge, through the payment at Stripe it belongs to; None when it is not ours."""
    known = Payment.objects.filter(charge_id=charge_id).first()
    if known is not None:
        return arrivals.refresh(payment_id=known.pk, at=at)
    intent_id = gateway.charge(charge_id).intent_id
    return see_intent(intent_id, at) if intent_id else None


def see_refund(refund_id: str, at: datetime) -> Refund | None:
    """A refund; None when it was made by hand at the dashboard."""
    thing = gateway.refund(refund_id)
    operations.settle_by_reference(thing.operation, thing, at=at)
    row = Refund.objects.filter(operation__stripe_id=refund_id).first()
    if row is not None:
        refunds.refresh(refund_id=row.pk, at=at)
    return row


def see_transfer(transfer_id: str, at: datetime) -> PaymentOperation | None:
    """A transfer; None when it was made by hand at the dashboard."""
    thing = gateway.transfer(transfer_id)
    operations.settle_by_reference(thing.operation, thing, at=at)
    recoveries.look_for(at=at)
    return PaymentOperation.objects.filter(stripe_id=transfer_id).first()


def see_dispute(dispute_id: str, at: datetime) -> Dispute | None:
    """A dispute of a payment of ours; None when we know nothing of that payment."""
    thing = gateway.dispute(dispute_id)
    payment = Payment.objects.filter(charge_id=thing.charge_id).first() or see_charge(thing.charge_id, at)
    if payment is None or payment.charge_id != thing.charge_id:
        return None
    return disputes.take_over(payment_id=payment.pk, thing=thing, at=at)


def see_top_up(top_up_id: str, at: datetime) -> Payment | None:
    """A top-up; None when it was made by hand at the dashboard."""
    found = PaymentOperation.objects.filter(stripe_id=top_up_id).first()
    if found is None:
        thing = gateway.top_up(top_up_id)
        operations.settle_by_reference(thing.operation, thing, at=at)
    payment = Payment.objects.filter(charge_id=top_up_id).first()
    if payment is not None:
        floats.refresh(payment_id=payment.pk, at=at)
    return payment


def _payment_named(reference: str) -> Payment | None:
    """Somebody at the dashboard may have written anything there."""
    try:
        return Payment.objects.filter(pk=UUID(reference)).first()
    except ValueError:
        return None
