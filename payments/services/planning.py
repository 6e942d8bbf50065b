"""Writing down what is to be asked of Stripe, before it is asked."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from payments.models import Payer, PaymentOperation
from payments.rules import OPERATION, step
from people.models import Person


def plan(
    *,
    kind: str,
    reference: str,
    params: Mapping[str, Any],
    council_code: str,
    at: datetime,
    pence: int | None = None,
    after: PaymentOperation | None = None,
    operation_id: uuid.UUID | None = None,
) -> PaymentOperation:
    """Stores one intended effect, in the caller's transaction; the worker (or the page, after the commit) performs it.

    `params` are Stripe's own; our id is added to the metadata of what it makes. They hold opaque ids only: no name, nothing of care.
    """
    pk = operation_id or uuid.uuid4()
    full = dict(params)
    if kind in MAKES_AN_OBJECT:
        full["metadata"] = {**full.get("metadata", {}), "operation": str(pk)}
    return PaymentOperation.objects.create(
        id=pk,
        kind=kind,
        reference=reference,
        council_code=council_code,
        pence=pence,
        params=full,
        idempotency_key=_key(pk, 1),
        after=after,
        planned_at=at,
    )


MAKES_AN_OBJECT = {
    "customer",
    "checkout_session",
    "setup_session",
    "cash_refund",
    "payment_intent",
    "top_up",
    "account",
    "transfer",
    "refund",
    "reversal",
}


def plan_customer(payer: Payer, *, at: datetime) -> PaymentOperation:
    """Who pays by bank is a customer at Stripe, made once per payer; nothing of theirs is told but our own id. `payer` is locked."""
    if payer.operation is None:
        params = {"metadata": {"payer": str(payer.pk)}}
        payer.operation = plan(kind="customer", reference=f"payer:{payer.pk}", params=params, council_code=payer.council_code, at=at)
        payer.save(update_fields=["operation"])
    return payer.operation


def try_again(operation: PaymentOperation, *, next_try_at: datetime) -> None:
    """A new attempt under a new key. Only after a definitive refusal: under the old key the answer would stay the same."""
    operation.state = step(OPERATION, operation.state, "try_again")
    operation.attempt += 1
    operation.idempotency_key = _key(operation.pk, operation.attempt)
    operation.next_try_at, operation.first_sent_at, operation.tries = next_try_at, None, 0
    operation.save(update_fields=["state", "attempt", "idempotency_key", "next_try_at", "first_sent_at", "tries"])


def was_sent(operation: PaymentOperation, *, sent_at: datetime, at: datetime) -> None:
    """Stripe has its object already: the worker takes it up now, looks for that first, and asks for nothing new."""
    operation.state, operation.tries, operation.first_sent_at = step(OPERATION, operation.state, "send"), 1, sent_at
    operation.next_try_at, operation.params_hash = at, hash_of(operation.params)
    operation.save(update_fields=["state", "tries", "first_sent_at", "next_try_at", "params_hash"])


def hash_of(params: Mapping[str, Any]) -> str:
    """What proves later with which parameters a key went out."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def take_back(operation: PaymentOperation, *, why: str) -> bool:
    """Gives up an operation that was never sent under its present key. False when it may have reached Stripe."""
    if operation.state != PaymentOperation.State.PLANNED or operation.first_sent_at is not None:
        return False
    operation.state, operation.error = step(OPERATION, operation.state, "refuse"), why
    operation.save(update_fields=["state", "error"])
    return True


def _key(operation_id: uuid.UUID, attempt: int) -> str:
    return f"{operation_id}-{attempt}"


def actor(by: Person | None) -> str:
    """How a journal names who acted."""
    return "system" if by is None else f"person:{by.pk}"
