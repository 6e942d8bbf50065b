"""Those who are paid: an account of their own at Stripe, set up by themselves on Stripe's page."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from audit.errors import Refusal
from audit.services import facts, trail
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AccountLink, ConnectedAccount, Made
from payments.models import Payee, PaymentOperation
from payments.services import operations, planning
from payments.services.one_by_one import ask_one_by_one
from people.models import Person

# The platform carries losses and fees, Stripe collects the details; no v1 account "type", as money.md says.
ACCOUNT: dict[str, Any] = {
    "country": "GB",
    "controller": {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "express"},
    },
    "capabilities": {"transfers": {"requested": True}},
}
ASK_AGAIN_UNREADY, ASK_AGAIN_READY = timedelta(minutes=10), timedelta(days=1)
BATCH = 100


class StripeDidNotAnswer(Refusal):
    """Nothing is wrong with what they did."""

    code = "stripe_did_not_answer"
    sentence = "The page for your bank details could not be opened just now. Nothing is lost. Try again in a few minutes."


def open_payee(*, owner: str, council_code: str, by: Person | None, at: datetime) -> Payee:
    """Somebody is to be paid: plans their account at Stripe. `owner`: "enterprise:5". Opened once, however often asked."""
    with transaction.atomic():
        payee, _ = Payee.objects.get_or_create(owner=owner, defaults={"council_code": council_code})
        payee = Payee.objects.locked().get(pk=payee.pk)
        if payee.operation is None:
            params = {**ACCOUNT, "metadata": {"payee": str(payee.pk)}}
            payee.operation = planning.plan(kind="account", reference=f"payee:{payee.pk}", params=params, council_code=council_code, at=at)
            payee.save(update_fields=["operation"])
            trail.write(by=by, verb="payments.open_payee", about_kind="payee", about_id=payee.pk, at=at, council_code=council_code)
        return payee


def onboarding_link(*, payee: Payee, return_url: str, refresh_url: str, at: datetime) -> str:
    """The address of Stripe's page for their details: to be opened now, once. Not inside a transaction. Raises StripeDidNotAnswer."""
    if payee.stripe_account_id is None and payee.operation_id is not None:
        operations.perform(payee.operation_id, at=at)
        payee.refresh_from_db()
    if payee.stripe_account_id is None:
        raise StripeDidNotAnswer
    params = {"account": payee.stripe_account_id, "return_url": return_url, "refresh_url": refresh_url, "type": "account_onboarding"}
    with transaction.atomic():
        link = planning.plan(kind="account_link", reference=f"payee:{payee.pk}", params=params, council_code=payee.council_code, at=at)
    thing = operations.perform(link.pk, at=at)
    if not isinstance(thing, AccountLink):
        raise StripeDidNotAnswer
    return thing.url


def refresh(*, payee: Payee, at: datetime) -> Payee:
    """Asks Stripe whether they may be paid and to which bank. Not inside a transaction. Raises AnswerLost, StripeIsBusy, NotFound."""
    if payee.stripe_account_id is None:
        return payee
    account = gateway.account(payee.stripe_account_id)
    with transaction.atomic():
        row = Payee.objects.locked().get(pk=payee.pk)
        _see(row, account, at)
        return row


def refresh_due(*, at: datetime) -> int:
    """Asks after those not asked about for a while (ten minutes where details are missing, else a day). Returns how many changed."""

    def changed(payee: Payee) -> bool:
        before = _what_matters(payee)
        return _what_matters(refresh(payee=payee, at=at)) != before

    long_ago = Q(checked_at=None) | Q(ready=True, checked_at__lte=at - ASK_AGAIN_READY) | Q(ready=False, checked_at__lte=at - ASK_AGAIN_UNREADY)
    rows = Payee.objects.filter(long_ago, stripe_account_id__isnull=False).order_by(F("checked_at").asc(nulls_first=True), "pk")
    return ask_one_by_one(list(rows[:BATCH]), changed)


def is_worth_asking(payee: Payee, at: datetime) -> bool:
    """True when Stripe was not asked for a while."""
    wait = ASK_AGAIN_READY if payee.ready else ASK_AGAIN_UNREADY
    return payee.stripe_account_id is not None and (payee.checked_at is None or payee.checked_at + wait <= at)


def _what_matters(payee: Payee) -> tuple[object, ...]:
    return payee.ready, tuple(payee.details_needed), payee.bank_fingerprint


def _see(payee: Payee, account: ConnectedAccount, at: datetime) -> None:
    before = _what_matters(payee)
    # The first details ever are no change: only what replaces them is waited for, also when the old ones were taken away in between.
    had_some = payee.bank_fingerprint or payee.bank_changed_at is not None
    if had_some and account.bank_fingerprint != payee.bank_fingerprint:
        payee.bank_changed_at = at
    payee.ready, payee.details_needed = account.may_receive, list(account.details_needed)
    payee.bank_fingerprint, payee.bank_ends_in = account.bank_fingerprint, account.bank_ends_in
    payee.checked_at = at
    payee.save()
    if _what_matters(payee) != before:
        payload = {"payee": payee.pk, "owner": payee.owner, "ready": payee.ready, "bank_changed": payee.bank_changed_at == at}
        trail.write(by=None, verb="payments.payee_changed", about_kind="payee", about_id=payee.pk, at=at, council_code=payee.council_code)
        facts.record(kind="payments.payee_changed", subject=payee.owner, payload=payload, at=at, council_code=payee.council_code)


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe opened the account. (A link is used at once and not kept.)"""
    if isinstance(thing, ConnectedAccount):
        payee = Payee.objects.locked().get(operation=operation)
        payee.stripe_account_id = thing.id
        _see(payee, thing, at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Nothing to undo: the next ask plans a new link; a refused account is tried again tomorrow."""
    if operation.kind == "account":
        planning.try_again(operation, next_try_at=at + ASK_AGAIN_READY)
