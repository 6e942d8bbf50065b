"""Direct Debits: set up once on a page at Stripe, then collected from by stored operations. We never see the account."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F

from audit.errors import Refusal
from audit.services import trail
from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import Made, SetUp
from payments.models import Mandate, Payer, PaymentOperation
from payments.rules import MANDATE, may_step, step
from payments.services import planning, ways
from payments.services.one_by_one import ask_one_by_one
from people.models import Person

BATCH = 200


class NoDebitYet(Refusal):
    """No Direct Debit stands for this payer."""

    code = "no_debit_yet"
    sentence = "There is no Direct Debit yet. Set it up first. It takes a few minutes."


def start(*, payer_owner: str, council_code: str, success_url: str, cancel_url: str, by: Person | None, at: datetime) -> Mandate:
    """Plans the page where a Direct Debit is set up; the one that is open or stands already, if there is one.

    After the commit `operations.perform(mandate.operation_id)` gets its address. Whoever calls has checked `by`. Raises WayIsOff.
    """
    ways.must_be_on(council_code, "bacs", 30)
    with transaction.atomic():
        Payer.objects.get_or_create(owner=payer_owner, defaults={"council_code": council_code})
        payer = Payer.objects.locked().get(owner=payer_owner)
        already = payer.mandates.filter(state__in=("started", "open", "active")).first()
        if already is not None:
            return already
        operation_id = uuid.uuid4()
        params = {
            "mode": "setup",
            "currency": "gbp",
            "allowed_payment_method_types": ["bacs_debit"],
            "client_reference_id": str(operation_id),
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        operation = planning.plan(
            kind="setup_session",
            reference=f"payer:{payer.pk}",
            params=params,
            council_code=council_code,
            at=at,
            after=planning.plan_customer(payer, at=at),
            operation_id=operation_id,
        )
        row = Mandate.objects.create(payer=payer, council_code=council_code, operation=operation, started_at=at)
        trail.write(by=by, verb="payments.start_debit", about_kind="mandate", about_id=row.pk, at=at, council_code=council_code)
        return row


def refresh(*, mandate_id: int, at: datetime) -> Mandate:
    """Asks Stripe how it stands. Not inside a transaction. Raises AnswerLost, StripeIsBusy."""
    row = Mandate.objects.get(pk=mandate_id)
    seen = gateway.set_up(row.session_id) if row.state == Mandate.State.OPEN else None
    ended = row.state == Mandate.State.ACTIVE and not gateway.may_collect(row.mandate_id)

    def write() -> Mandate:
        kept = Mandate.objects.locked().get(pk=mandate_id)
        if seen is not None:
            _see(kept, seen, at)
        if ended and may_step(MANDATE, kept.state, "end"):
            _to(kept, "end", at)
        kept.checked_at = at
        kept.save(update_fields=["checked_at"])
        return kept

    done: Mandate = retrying(write)
    return done


def refresh_due(*, at: datetime) -> int:
    """Asks after every page that is open and every Direct Debit that stands, so that lost events cost nothing. Returns how many changed."""
    rows = (
        Mandate.objects.filter(state__in=("open", "active"))
        .order_by(F("checked_at").asc(nulls_first=True), "pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    return ask_one_by_one(list(rows), lambda pk: _changed(pk, at))


def _changed(pk: int, at: datetime) -> bool:
    was = Mandate.objects.values_list("state", flat=True).get(pk=pk)
    return refresh(mandate_id=pk, at=at).state != was


def see_session(session_id: str, at: datetime) -> bool:
    """An event about a page: True when it is one of ours."""
    row = Mandate.objects.filter(session_id=session_id).first()
    if row is not None:
        refresh(mandate_id=row.pk, at=at)
    return row is not None


def see_mandate(mandate_id: str, at: datetime) -> None:
    """An event about a Direct Debit."""
    row = Mandate.objects.filter(mandate_id=mandate_id).first()
    if row is not None:
        refresh(mandate_id=row.pk, at=at)


def complete(operation: PaymentOperation) -> dict[str, str]:
    """The customer is known only once its own operation is done."""
    payer = Payer.objects.get(mandates__operation=operation)
    return {**operation.params, "customer": payer.stripe_customer_id or ""}


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """The page waits."""
    if isinstance(thing, SetUp):
        _see(Mandate.objects.locked().get(operation=operation), thing, at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Stripe would not make the page."""
    row = Mandate.objects.locked().get(operation=operation)
    if may_step(MANDATE, row.state, "fail"):
        _to(row, "fail", at)


def _see(row: Mandate, seen: SetUp, at: datetime) -> None:
    row.session_id, row.checkout_url = seen.id, seen.url
    row.method_id, row.mandate_id, row.ends_in = seen.method_id or row.method_id, seen.mandate_id or row.mandate_id, seen.ends_in or row.ends_in
    if may_step(MANDATE, row.state, "open"):
        row.state = step(MANDATE, row.state, "open")
    row.save(update_fields=["session_id", "checkout_url", "method_id", "mandate_id", "ends_in", "state"])
    if seen.is_done and row.method_id and row.mandate_id and may_step(MANDATE, row.state, "accept"):
        _to(row, "accept", at)
    elif seen.status == "expired" and may_step(MANDATE, row.state, "fail"):
        _to(row, "fail", at)


def _to(row: Mandate, event: str, at: datetime) -> None:
    row.state = step(MANDATE, row.state, event)
    row.save(update_fields=["state"])
    trail.write(by=None, verb=f"payments.debit_{event}", about_kind="mandate", about_id=row.pk, at=at, council_code=row.council_code)
