"""The only importer of `stripe`: plain functions in, small frozen shapes out, and three kinds of failure (shapes.py).

Every call that makes something takes our own idempotency key; the SDK never retries by itself, because its keys die with the process.
Nothing here opens a transaction, and nobody may call it inside one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from payments.gateways.shapes import (
    AccountLink,
    AnswerLost,
    BadSignature,
    Charge,
    ConnectedAccount,
    Customer,
    Event,
    Intent,
    Line,
    Made,
    NotFound,
    PageOfLines,
    RefundMade,
    Session,
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


def _stripe() -> Any:
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
    except (OSError, ValueError) as error:
        raise AnswerLost(type(error).__name__) from error


# --- shapes out of Stripe's objects ---


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _id(value: Any) -> str:
    """An id, whether Stripe gave the id, the object, or nothing."""
    return "" if value is None else str(value if isinstance(value, str) else value.id)


def _meta(thing: Any, name: str) -> str:
    found = thing.metadata or {}
    return str(found[name]) if name in found else ""


def _line(raw: Any) -> Line:
    return Line(
        id=raw.id,
        kind=raw.type,
        source=_id(raw.source),
        pence=raw.amount,
        fee_pence=raw.fee,
        net_pence=raw.net,
        currency=raw.currency,
        is_available=raw.status == "available",
        available_on=_moment(raw.available_on),
        created_at=_moment(raw.created),
    )


def _charge(raw: Any) -> Charge:
    line = raw.balance_transaction
    known = line is not None and not isinstance(line, str)
    paid = raw.status == "succeeded" and raw.paid
    return Charge(raw.id, raw.amount, raw.currency, paid, _id(raw.payment_intent), _moment(raw.created), _line(line) if known else None)


def _intent(raw: Any) -> Intent:
    charge = raw.latest_charge
    problem = raw.last_payment_error.code if raw.last_payment_error else ""
    known = charge is not None and not isinstance(charge, str)
    return Intent(raw.id, raw.status, _meta(raw, "payment"), _charge(charge) if known else None, _instructions(raw), problem or "")


def _instructions(raw: Any) -> dict[str, Any]:
    """How to pay by bank: reference, sort code, account number, pence still to come."""
    action = raw.next_action
    if not action or action.type != "display_bank_transfer_instructions":
        return {}
    given = action.display_bank_transfer_instructions
    found: dict[str, Any] = {"reference": given.reference, "remaining_pence": given.amount_remaining}
    for address in given.financial_addresses or []:
        if address.type == "sort_code":
            to = address.sort_code
            found |= {"sort_code": to.sort_code, "account_number": to.account_number, "name": to.account_holder_name}
    return found


def _session(raw: Any) -> Session:
    return Session(raw.id, raw.status, raw.url or "", _id(raw.payment_intent), raw.client_reference_id or "")


def _top_up(raw: Any) -> TopUp:
    return TopUp(raw.id, raw.status, _meta(raw, "operation"), _id(raw.balance_transaction))


def _transfer(raw: Any) -> Transfer:
    return Transfer(raw.id, raw.amount, _meta(raw, "operation"), _id(raw.balance_transaction))


def _refund(raw: Any) -> RefundMade:
    failed = _id(getattr(raw, "failure_balance_transaction", None))
    problem = getattr(raw, "failure_reason", None) or ""
    line = _id(raw.balance_transaction)
    return RefundMade(raw.id, raw.status, raw.amount, _meta(raw, "operation"), _id(raw.charge), line, failed, problem)


def _account(raw: Any) -> ConnectedAccount:
    banks = raw.external_accounts.data if raw.external_accounts else []
    bank = next((each for each in banks if each.default_for_currency), banks[0] if banks else None)
    needed = tuple(raw.requirements.currently_due or ()) if raw.requirements else ()
    may_receive = bool(raw.capabilities) and getattr(raw.capabilities, "transfers", "") == "active"
    return ConnectedAccount(raw.id, may_receive, needed, (bank.fingerprint or "") if bank else "", (bank.last4 or "") if bank else "")


# --- calls that make or change something; each under our own key ---

_MAKERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Made]]] = {
    "customer": (lambda v1: v1.customers.create, lambda raw: Customer(raw.id)),
    "checkout_session": (lambda v1: v1.checkout.sessions.create, _session),
    "payment_intent": (lambda v1: v1.payment_intents.create, _intent),
    "top_up": (lambda v1: v1.topups.create, _top_up),
    "account": (lambda v1: v1.accounts.create, _account),
    "account_link": (lambda v1: v1.account_links.create, lambda raw: AccountLink(raw.url)),
    "transfer": (lambda v1: v1.transfers.create, _transfer),
    "refund": (lambda v1: v1.refunds.create, _refund),
}
_CHANGERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Made]]] = {
    "expire_session": (lambda v1: v1.checkout.sessions.expire, _session),
    "cancel_intent": (lambda v1: v1.payment_intents.cancel, _intent),
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
        return _intent(_stripe().payment_intents.retrieve(intent_id, {"expand": WITH_LINE}))


def charge(charge_id: str) -> Charge:
    """A charge with its line. Raises NotFound, AnswerLost, StripeIsBusy."""
    with _failures():
        return _charge(_stripe().charges.retrieve(charge_id, {"expand": ["balance_transaction"]}))


def session(session_id: str) -> Session:
    with _failures():
        return _session(_stripe().checkout.sessions.retrieve(session_id))


def top_up(top_up_id: str) -> TopUp:
    with _failures():
        return _top_up(_stripe().topups.retrieve(top_up_id))


def transfer(transfer_id: str) -> Transfer:
    with _failures():
        return _transfer(_stripe().transfers.retrieve(transfer_id))


def refund(refund_id: str) -> RefundMade:
    with _failures():
        return _refund(_stripe().refunds.retrieve(refund_id))


def account(account_id: str) -> ConnectedAccount:
    with _failures():
        return _account(_stripe().accounts.retrieve(account_id))


def line(line_id: str) -> Line:
    with _failures():
        return _line(_stripe().balance_transactions.retrieve(line_id))


def own_payouts() -> str:
    """How the platform's own money leaves Stripe: `manual`, or an interval, which must never be."""
    with _failures():
        raw = _stripe().accounts.retrieve_current()
        return str(raw.settings.payouts.schedule.interval)


def lines_after(line_id: str) -> PageOfLines:
    """The next page of balance lines after one we know, oldest first."""
    with _failures():
        page = _stripe().balance_transactions.list({"ending_before": line_id, "limit": PAGE})
        return PageOfLines(tuple(_line(raw) for raw in reversed(page.data)), page.has_more)


def lines_before(line_id: str) -> PageOfLines:
    """A page of balance lines before one we know (newest of all with ""), oldest first."""
    with _failures():
        page = _stripe().balance_transactions.list({"limit": PAGE} | ({"starting_after": line_id} if line_id else {}))
        return PageOfLines(tuple(_line(raw) for raw in reversed(page.data)), page.has_more)


def find(kind: str, params: Mapping[str, Any], operation: str, since: datetime) -> Made | None:
    """The object an operation made, if it made one: walks every page of what was made since (less a day), by our id in its metadata."""
    lists: dict[str, Callable[[Any], Any]] = {
        "customer": lambda v1: v1.customers,
        "checkout_session": lambda v1: v1.checkout.sessions,
        "payment_intent": lambda v1: v1.payment_intents,
        "top_up": lambda v1: v1.topups,
        "account": lambda v1: v1.accounts,
        "transfer": lambda v1: v1.transfers,
        "refund": lambda v1: v1.refunds,
    }
    if kind not in lists:
        return None
    narrow = {name: params[name] for name in _NARROW.get(kind, ()) if name in params}
    with _failures():
        query = {"limit": PAGE, "created": {"gte": int(since.timestamp()) - 86_400}, **narrow}
        for raw in lists[kind](_stripe()).list(query).auto_paging_iter():
            if _meta(raw, "operation") == operation:
                return _MAKERS[kind][1](raw)
    return None


_NARROW = {"transfer": ("destination", "transfer_group"), "refund": ("charge",), "payment_intent": ("customer",)}


# --- webhooks ---


def read_event(payload: bytes, signature: str, secrets: tuple[str, ...]) -> Event:
    """Checks the signature against each secret (old and new ones during a change). Raises BadSignature."""
    for secret in secrets:
        try:
            raw: Any = stripe.Webhook.construct_event(payload, signature, secret)
            thing = raw.data.object
            return Event(raw.id, raw.type, _get(thing, "object"), _get(thing, "id"), getattr(raw, "account", None) or "", bool(raw.livemode))
        except (stripe.SignatureVerificationError, ValueError, AttributeError):
            continue
    raise BadSignature


def _get(thing: Any, name: str) -> str:
    return str(thing[name]) if name in thing else ""
