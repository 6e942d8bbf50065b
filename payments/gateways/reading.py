"""Stripe's objects, as the SDK gives them, into our shapes. Knows Stripe's field names; imports no SDK."""

from datetime import UTC, datetime
from typing import Any

from payments.gateways.shapes import Charge, ConnectedAccount, DisputeSeen, Intent, Line, RefundMade, Reversal, Session, SetUp, TopUp, Transfer


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _id(value: Any) -> str:
    """An id, whether Stripe gave the id, the object, or nothing."""
    return "" if value is None else str(value if isinstance(value, str) else value.id)


def meta_of(thing: Any, name: str) -> str:
    found = thing.metadata or {}
    return str(found[name]) if name in found else ""


def line_of(raw: Any) -> Line:
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


def charge_of(raw: Any) -> Charge:
    line = raw.balance_transaction
    known = line is not None and not isinstance(line, str)
    paid = raw.status == "succeeded" and raw.paid
    return Charge(
        id=raw.id,
        pence=raw.amount,
        currency=raw.currency,
        is_paid=paid,
        intent_id=_id(raw.payment_intent),
        created_at=_moment(raw.created),
        line=line_of(line) if known else None,
        status=raw.status,
        failure_line_id=_id(getattr(raw, "failure_balance_transaction", None)),
        problem=getattr(raw, "failure_code", None) or "",
    )


def intent_of(raw: Any) -> Intent:
    charge = raw.latest_charge
    problem = raw.last_payment_error.code if raw.last_payment_error else ""
    known = charge is not None and not isinstance(charge, str)
    return Intent(raw.id, raw.status, meta_of(raw, "payment"), charge_of(charge) if known else None, _instructions(raw), problem or "")


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


def session_of(raw: Any) -> Session:
    return Session(raw.id, raw.status, raw.url or "", _id(raw.payment_intent), raw.client_reference_id or "")


def set_up_of(raw: Any) -> SetUp:
    """The page, with its SetupIntent and the way to pay it kept, where they are expanded."""
    intent = raw.setup_intent
    known = intent is not None and not isinstance(intent, str)
    method = intent.payment_method if known else None
    bank = getattr(method, "bacs_debit", None) if method is not None and not isinstance(method, str) else None
    is_done = known and intent.status == "succeeded"
    return SetUp(raw.id, raw.status, raw.url or "", is_done, _id(method), _id(intent.mandate) if known else "", (bank.last4 or "") if bank else "")


def top_up_of(raw: Any) -> TopUp:
    return TopUp(raw.id, raw.status, meta_of(raw, "operation"), _id(raw.balance_transaction))


def transfer_of(raw: Any) -> Transfer:
    return Transfer(raw.id, raw.amount, meta_of(raw, "operation"), _id(raw.balance_transaction), _id(raw.destination), raw.transfer_group or "")


def reversal_of(raw: Any) -> Reversal:
    return Reversal(raw.id, raw.amount, meta_of(raw, "operation"), _id(raw.transfer), _id(raw.balance_transaction))


def dispute_of(raw: Any) -> DisputeSeen:
    due = raw.evidence_details.due_by if raw.evidence_details else None
    lines = tuple(line_of(each) for each in raw.balance_transactions or () if not isinstance(each, str))
    opened, respond_by = _moment(raw.created), _moment(due) if due else None
    return DisputeSeen(raw.id, raw.status, raw.amount, _id(raw.charge), raw.reason or "", opened, respond_by, lines)


def refund_of(raw: Any) -> RefundMade:
    failed = _id(getattr(raw, "failure_balance_transaction", None))
    problem = getattr(raw, "failure_reason", None) or ""
    line = _id(raw.balance_transaction)
    return RefundMade(raw.id, raw.status, raw.amount, meta_of(raw, "operation"), _id(raw.charge), line, failed, problem)


def account_of(raw: Any) -> ConnectedAccount:
    banks = raw.external_accounts.data if raw.external_accounts else []
    bank = next((each for each in banks if each.default_for_currency), banks[0] if banks else None)
    needed = tuple(raw.requirements.currently_due or ()) if raw.requirements else ()
    may_receive = bool(raw.capabilities) and getattr(raw.capabilities, "transfers", "") == "active"
    return ConnectedAccount(raw.id, may_receive, needed, (bank.fingerprint or "") if bank else "", (bank.last4 or "") if bank else "")


def word_of(thing: Any, name: str) -> str:
    return str(thing[name]) if name in thing else ""


def subject_of(thing: Any) -> str:
    """The id of what an event is about: its own, but a line of what Stripe keeps for a customer is asked after by that customer."""
    return word_of(thing, "customer" if word_of(thing, "object") == "customer_cash_balance_transaction" else "id")
