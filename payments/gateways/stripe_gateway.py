"""The only importer of `stripe`: plain functions in, small frozen shapes out, and three kinds of failure (shapes.py).

Every call that makes something takes our own idempotency key; the SDK never retries by itself, because its keys die with the process.
Nothing here opens a transaction, and nobody may call it inside one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings
from django.db import connection

from payments.gateways.reading import (
    account_of,
    charge_of,
    dispute_of,
    intent_of,
    line_of,
    meta_of,
    refund_of,
    reversal_of,
    session_of,
    set_up_of,
    subject_of,
    top_up_of,
    transfer_of,
    word_of,
)
from payments.gateways.shapes import (
    AccountLink,
    AnswerLost,
    BadSignature,
    Charge,
    ConnectedAccount,
    Customer,
    DisputeSeen,
    Event,
    Intent,
    Line,
    Made,
    NotFound,
    PageOfLines,
    RefundMade,
    Session,
    SetUp,
    StripeIsBusy,
    StripeSaidNo,
    TopUp,
    Transfer,
)

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
PAGE = 100
WITH_LINE = ["latest_charge.balance_transaction"]


@lru_cache(maxsize=4)
def _client(key: str, base: str, read_seconds: float) -> stripe.StripeClient:
    stripe.enable_telemetry = False
    http = stripe.RequestsClient(timeout=(CONNECT_SECONDS, read_seconds))
    return stripe.StripeClient(key, base_addresses={"api": base} if base else {}, max_network_retries=0, http_client=http)


class InsideATransaction(RuntimeError):
    """Stripe was about to be called while rows are locked and nothing is committed: a bug in the caller."""


def _stripe() -> Any:
    blocks = connection.atomic_blocks
    # The same question that `atomic(durable=True)` asks; a test's own roll-back block does not count.
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise InsideATransaction
    # Any: the SDK's typed dicts for parameters and ours, stored as JSON, are the same thing to it and not to a type checker.
    if not settings.STRIPE_SECRET_KEY:
        raise StripeIsBusy("no STRIPE_SECRET_KEY is set")
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, READ_SECONDS).v1


def is_live() -> bool:
    """True with a live key."""
    return "_live_" in settings.STRIPE_SECRET_KEY


@contextmanager
def _failures() -> Iterator[None]:
    """Turns the SDK's errors into ours. What is not surely a refusal is an answer lost."""
    try:
        yield
    except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as error:
        raise StripeIsBusy(type(error).__name__) from error
    except stripe.IdempotencyError as error:
        raise AnswerLost("the key is known for other parameters") from error
    except stripe.InvalidRequestError as error:
        if error.http_status == 404 or error.code == "resource_missing":
            raise NotFound(error.code or "resource_missing") from error
        raise StripeSaidNo(error.code or "invalid_request", error.user_message or "") from error
    except stripe.CardError as error:
        raise StripeSaidNo(error.code or "card_error", error.user_message or "") from error
    except stripe.StripeError as error:
        raise AnswerLost(f"{type(error).__name__} {error.http_status or ''}".strip()) from error
    except (OSError, ValueError, AttributeError) as error:
        # A connection that broke, or an answer we can't read: whether it was done is not known.
        raise AnswerLost(type(error).__name__) from error


# --- calls that make or change something; each under our own key ---

_MAKERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Made]]] = {
    "customer": (lambda v1: v1.customers.create, lambda raw: Customer(raw.id)),
    "checkout_session": (lambda v1: v1.checkout.sessions.create, session_of),
    "setup_session": (lambda v1: v1.checkout.sessions.create, set_up_of),
    "payment_intent": (lambda v1: v1.payment_intents.create, intent_of),
    "top_up": (lambda v1: v1.topups.create, top_up_of),
    "account": (lambda v1: v1.accounts.create, account_of),
    "account_link": (lambda v1: v1.account_links.create, lambda raw: AccountLink(raw.url)),
    "transfer": (lambda v1: v1.transfers.create, transfer_of),
    "refund": (lambda v1: v1.refunds.create, refund_of),
    "cash_refund": (lambda v1: v1.refunds.create, refund_of),
}
_CHANGERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Made]]] = {
    "expire_session": (lambda v1: v1.checkout.sessions.expire, session_of),
    "cancel_intent": (lambda v1: v1.payment_intents.cancel, intent_of),
    # Makes an object of its own, under the transfer it takes back.
    "reversal": (lambda v1: v1.transfers.reversals.create, reversal_of),
}


def make(kind: str, params: Mapping[str, Any], key: str) -> Made:
    """Asks Stripe for one thing of an operation's kind. `params["id"]` names the object where one is changed.

    Raises StripeSaidNo, AnswerLost, StripeIsBusy.
    """
    options = {"idempotency_key": key}
    with _refusals_by_name(), _failures():
        if kind in _CHANGERS:
            call, shape = _CHANGERS[kind]
            rest = {name: value for name, value in params.items() if name != "id"}
            return shape(call(_stripe())(params["id"], rest, options))
        call, shape = _MAKERS[kind]
        return shape(call(_stripe())(dict(params), options))


@contextmanager
def _refusals_by_name() -> Iterator[None]:
    """While making, a missing object is a refusal like any other."""
    try:
        yield
    except NotFound as error:
        raise StripeSaidNo("resource_missing", str(error)) from error


# --- looking things up ---


def intent(intent_id: str) -> Intent:
    """A payment, with its charge and balance line where they exist. Raises NotFound, AnswerLost, StripeIsBusy."""
    with _failures():
        return intent_of(_stripe().payment_intents.retrieve(intent_id, {"expand": WITH_LINE}))


def charge(charge_id: str) -> Charge:
    """A charge with its line. Raises NotFound, AnswerLost, StripeIsBusy."""
    with _failures():
        return charge_of(_stripe().charges.retrieve(charge_id, {"expand": ["balance_transaction"]}))


def session(session_id: str) -> Session:
    with _failures():
        return session_of(_stripe().checkout.sessions.retrieve(session_id))


def set_up(session_id: str) -> SetUp:
    """A page where a Direct Debit is set up, and what came of it. Raises NotFound, AnswerLost, StripeIsBusy."""
    with _failures():
        return set_up_of(_stripe().checkout.sessions.retrieve(session_id, {"expand": ["setup_intent.payment_method"]}))


def may_collect(mandate_id: str) -> bool:
    """Whether a Direct Debit still stands. Raises NotFound, AnswerLost, StripeIsBusy."""
    with _failures():
        return bool(_stripe().mandates.retrieve(mandate_id).status != "inactive")


def cash_of(customer_id: str) -> int:
    """Pence that Stripe keeps for a customer: sent by bank transfer and part of no payment. Raises NotFound, AnswerLost, StripeIsBusy."""
    with _failures():
        raw = _stripe().customers.cash_balance.retrieve(customer_id)
        available = raw.available or {}
        return int(available["gbp"]) if "gbp" in available else 0


def top_up(top_up_id: str) -> TopUp:
    with _failures():
        return top_up_of(_stripe().topups.retrieve(top_up_id))


def transfer(transfer_id: str) -> Transfer:
    with _failures():
        return transfer_of(_stripe().transfers.retrieve(transfer_id))


def refund(refund_id: str) -> RefundMade:
    with _failures():
        return refund_of(_stripe().refunds.retrieve(refund_id))


def dispute(dispute_id: str) -> DisputeSeen:
    """A dispute with every balance line it made. Raises NotFound, AnswerLost, StripeIsBusy."""
    with _failures():
        return dispute_of(_stripe().disputes.retrieve(dispute_id))


def account(account_id: str) -> ConnectedAccount:
    with _failures():
        return account_of(_stripe().accounts.retrieve(account_id))


def line(line_id: str) -> Line:
    with _failures():
        return line_of(_stripe().balance_transactions.retrieve(line_id))


def own_payouts() -> str:
    """How the platform's own money leaves Stripe: `manual`, or an interval, which must never be."""
    with _failures():
        raw = _stripe().accounts.retrieve_current()
        return str(raw.settings.payouts.schedule.interval)


def lines_after(line_id: str) -> PageOfLines:
    """The next page of balance lines after one we know, oldest first."""
    with _failures():
        page = _stripe().balance_transactions.list({"ending_before": line_id, "limit": PAGE})
        return PageOfLines(tuple(line_of(raw) for raw in reversed(page.data)), page.has_more)


def lines_before(line_id: str) -> PageOfLines:
    """A page of balance lines before one we know (newest of all with ""), oldest first."""
    with _failures():
        page = _stripe().balance_transactions.list({"limit": PAGE} | ({"starting_after": line_id} if line_id else {}))
        return PageOfLines(tuple(line_of(raw) for raw in reversed(page.data)), page.has_more)


def find(kind: str, params: Mapping[str, Any], operation: str, since: datetime) -> Made | None:
    """The object an operation made, if it made one: walks every page of what was made since (less a day), by our id in its metadata."""
    lists: dict[str, Callable[[Any], Any]] = {
        "customer": lambda v1: v1.customers,
        "checkout_session": lambda v1: v1.checkout.sessions,
        "setup_session": lambda v1: v1.checkout.sessions,
        "payment_intent": lambda v1: v1.payment_intents,
        "top_up": lambda v1: v1.topups,
        "account": lambda v1: v1.accounts,
        "transfer": lambda v1: v1.transfers,
        "refund": lambda v1: v1.refunds,
        "cash_refund": lambda v1: v1.refunds,
    }
    if kind == "reversal":
        return _find_reversal(str(params["id"]), operation)
    if kind not in lists:
        return None
    narrow = {name: params[name] for name in _NARROW.get(kind, ()) if name in params}
    with _failures():
        query = {"limit": PAGE, "created": {"gte": int(since.timestamp()) - 86_400}, **narrow}
        for raw in lists[kind](_stripe()).list(query).auto_paging_iter():
            if meta_of(raw, "operation") == operation:
                return _MAKERS[kind][1](raw)
    return None


def _find_reversal(transfer_id: str, operation: str) -> Made | None:
    with _failures():
        for raw in _stripe().transfers.reversals.list(transfer_id, {"limit": PAGE}).auto_paging_iter():
            if meta_of(raw, "operation") == operation:
                return reversal_of(raw)
    return None


_NARROW = {"transfer": ("destination", "transfer_group"), "refund": ("charge",), "payment_intent": ("customer",)}


# --- webhooks ---


def read_event(payload: bytes, signature: str, secrets: tuple[str, ...]) -> Event:
    """Checks the signature against each secret (old and new ones during a change). Raises BadSignature."""
    for secret in secrets:
        try:
            raw: Any = stripe.Webhook.construct_event(payload, signature, secret)
            thing = raw.data.object
            return Event(raw.id, raw.type, word_of(thing, "object"), subject_of(thing), getattr(raw, "account", None) or "", bool(raw.livemode))
        except (stripe.SignatureVerificationError, ValueError, AttributeError):
            continue
    raise BadSignature
