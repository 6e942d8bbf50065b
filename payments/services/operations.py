"""Performing stored operations: claim and commit, call Stripe outside any transaction, write the outcome and its journal together.

Whatever happens in between (a time-out, a kill, two workers), an operation has at most one object at Stripe: the same key is used until
Stripe says no for good, and before anything is asked a second time the object is looked for.
"""

import uuid
from datetime import datetime, timedelta
from importlib import import_module
from time import monotonic_ns
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from audit.services import trail
from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import AccountLink, AnswerLost, Made, StripeIsBusy, StripeSaidNo
from payments.models import Alarm, PaymentOperation, StripeLine
from payments.rules import LEASE, OPERATION, step, wait_after
from payments.services import alarms, copies, planning, two_people
from payments.services.one_by_one import one_by_one
from people.models import Person

log = structlog.get_logger()
BATCH = 100
# These, and Direct Debits (off_session), move somebody's money with nobody there to say yes.
MOVES_MONEY = frozenset({"transfer", "refund", "reversal", "cash_refund"})

# Which service knows what an outcome means. It has `made(operation, thing, at)` and `refused(operation, code, at)`, and may have `look_again`,
# `may_send`, `complete`, `sending`.
MEANING = {
    "customer": "payments.services.payins",
    "checkout_session": "payments.services.payins",
    "payment_intent": "payments.services.payins",
    "setup_session": "payments.services.mandates",
    "cash_refund": "payments.services.cash",
    "expire_session": "payments.services.payins",
    "cancel_intent": "payments.services.payins",
    "top_up": "payments.services.floats",
    "account": "payments.services.payees",
    "account_link": "payments.services.payees",
    "transfer": "payments.services.remittances",
    "refund": "payments.services.refunds",
    "reversal": "payments.services.recoveries",
}


def perform_due(*, at: datetime) -> int:
    """Performs what is planned, and asks after what was sent and not answered. Returns how many came to an end."""
    # What is stopped waits without keeping a place in the queue; `_may_send` says no to it as well.
    began = monotonic_ns()
    rows = PaymentOperation.objects.due(at).exclude(_stopped())
    due = list(rows.order_by("planned_at", "pk").values_list("pk", flat=True)[:BATCH])
    return one_by_one(due, lambda pk: _came_to_an_end(pk, at, began))


def _stopped() -> Q:
    """Of what was never sent: transfers of councils where an alarm stops releases; whatever moves money, while the book is behind Stripe."""
    councils = set(Alarm.objects.open().filter(stops_releases=True).values_list("council_code", flat=True))
    transfers = Q(kind="transfer") if "" in councils else Q(kind="transfer", council_code__in=councils)
    behind = Q(kind__in=MOVES_MONEY) if alarms.book_is_behind() else Q(pk=None)
    return (transfers | behind) & Q(first_sent_at=None)


def _came_to_an_end(pk: uuid.UUID, at: datetime, began: int) -> bool:
    perform(pk, at=at, began=began)
    return PaymentOperation.objects.filter(pk=pk, state__in=("succeeded", "refused")).exists()


def perform(operation_id: uuid.UUID | None, *, at: datetime, began: int | None = None) -> Made | None:
    """Calls Stripe for one operation (first for the one it comes after) and writes the outcome. Not inside a transaction.

    `began`: by `monotonic_ns`, when it was `at`; now, if nothing is said.

    None: there is none (a part of another's payment has none), it was done already, another worker is at it, its time has not come, this
    book was not compared with Stripe since it was started, or no sure answer was had; the timer goes on with it.
    """
    if operation_id is None:
        return None
    began = monotonic_ns() if began is None else began
    before = PaymentOperation.objects.filter(followers=operation_id).exclude(state="succeeded").values_list("pk", flat=True).first()
    if before is not None:
        perform(before, at=at, began=began)
    operation = _claim(operation_id, at, began) if _may_be_asked(operation_id, at) else None
    if operation is None:
        return None
    try:
        thing = _ask(operation)
    except StripeSaidNo as no:
        _refuse(operation, no, at)
    except (AnswerLost, StripeIsBusy) as unsure:
        _wait(operation, str(unsure), at)
    else:
        settle(operation_id, thing, at=at)
        return thing
    return None


def ask_again(*, operation_id: uuid.UUID, by: Person, at: datetime) -> None:
    """An operator asks now what became of a call whose answer was lost, before its next turn. Under the same key, so nothing can happen twice.

    Not inside a transaction. Who asked is written down, whatever Stripe answers. Nothing, where the answer has come. Raises NotAllowed.
    """
    two_people.must_be_operator(by)
    with transaction.atomic():
        operation = PaymentOperation.objects.locked().get(pk=operation_id)
        if operation.state not in ("sent", "unknown"):
            return
        if operation.state == "unknown":  # of one that is sent, a worker may wait for the answer this minute
            operation.next_try_at = at
            operation.save(update_fields=["next_try_at"])
        kind, _, number = operation.reference.partition(":")
        about: dict[str, Any] = {"about_kind": kind, "about_id": number, "detail": {"operation": str(operation.pk)}}
        trail.write(by=by, verb="payments.ask_stripe", at=at, council_code=operation.council_code, **about)
    perform(operation_id, at=at)


def _may_be_asked(operation_id: uuid.UUID, at: datetime) -> bool:
    """Before the first call under a key: what Stripe says of it now, where it may have waited since it was planned. Not inside a transaction."""
    unsent = PaymentOperation.objects.due(at).filter(pk=operation_id, first_sent_at=None).first()
    return unsent is None or bool(_meaning(unsent, "look_again", lambda *_: True)(unsent, at))


def _claim(operation_id: uuid.UUID, at: datetime, began: int) -> PaymentOperation | None:
    """Marks it sent, for one worker alone, and commits that before anything goes out. The lease counts from now: `at` may be long ago."""
    with transaction.atomic(durable=True):
        operation = PaymentOperation.objects.locked().due(at).filter(pk=operation_id).first()
        if operation is None or copies.may_be_put_back() or not _may_send(operation):
            return None
        if operation.first_sent_at is None:
            operation.first_sent_at = at
            operation.params = _meaning(operation, "complete")(operation) or operation.params
            operation.params_hash = planning.hash_of(operation.params)
            _meaning(operation, "sending")(operation)
        operation.state = step(OPERATION, operation.state, "send")
        operation.tries += 1
        operation.next_try_at = at + timedelta(seconds=(monotonic_ns() - began) // 10**9) + LEASE
        operation.save()
        return operation


def _may_send(operation: PaymentOperation) -> bool:
    """What was sent before is looked for first, so it may go on. While the book is behind Stripe, no money is sent or taken anew."""
    if operation.first_sent_at is not None:
        return True
    if operation.kind in MOVES_MONEY and (alarms.book_is_behind() or _may_have_gone(operation)):
        return False
    if "off_session" in operation.params and alarms.may_have_collected():
        return False
    return bool(_meaning(operation, "may_send", lambda _: True)(operation))


def _may_have_gone(operation: PaymentOperation) -> bool:
    """A transfer taken back of just this sum stands in SUSPENSE: its line names nobody, so perhaps it is this one."""
    if operation.kind != "reversal" or operation.pence is None:
        return False
    return StripeLine.objects.filter(state="suspense", net_pence=operation.pence, kind="transfer_refund").exists()


def _ask(operation: PaymentOperation) -> Made:
    """Asked once before: look first. The key may be forgotten (after 24 hours), or hold a stored 500 over something that was done."""
    if operation.tries > 1 and operation.first_sent_at is not None:
        found = gateway.find(operation.kind, operation.params, str(operation.pk), operation.first_sent_at)
        if found is not None:
            return found
    return gateway.make(operation.kind, operation.params, operation.idempotency_key)


def settle(operation_id: uuid.UUID, thing: Made, *, at: datetime) -> bool:
    """Writes down that Stripe has done it: the state, the row it is about and the journal, in one transaction. Safe to repeat.

    False when it was written already. Also called when an event or a balance line shows the object before its answer came.
    """
    stripe_id = None if isinstance(thing, AccountLink) else thing.id

    def write() -> bool:
        operation = PaymentOperation.objects.locked().get(pk=operation_id)
        if operation.state in ("succeeded", "refused"):
            return _same_as_before(operation, stripe_id)
        operation.state, operation.next_try_at, operation.error = step(OPERATION, operation.state, "succeed"), None, ""
        operation.stripe_id = stripe_id if operation.kind not in ("expire_session", "cancel_intent") else None
        operation.save(update_fields=["state", "next_try_at", "error", "stripe_id"])
        _meaning(operation, "made")(operation, thing, at)
        return True

    done: bool = retrying(write)
    return done


def _same_as_before(operation: PaymentOperation, stripe_id: str | None) -> bool:
    """A second object for one operation must not be: a person has to look."""
    if operation.stripe_id != stripe_id and operation.stripe_id and stripe_id:
        about = f"operation:{operation.pk}"
        sentence = f"Stripe made two things for one {operation.kind}: {operation.stripe_id} and {stripe_id}. Look at both and undo one."
        when = operation.first_sent_at or operation.planned_at
        alarms.ring(kind="made_twice", about=about, sentence=sentence, at=when, stops_releases=True)
    return False


def _refuse(claimed: PaymentOperation, no: StripeSaidNo, at: datetime) -> None:
    def write() -> None:
        operation = _still_ours(claimed)
        if operation is None:
            return
        operation.state, operation.next_try_at = step(OPERATION, operation.state, "refuse"), None
        operation.error = no.code[:300]
        operation.save(update_fields=["state", "next_try_at", "error"])
        _meaning(operation, "refused")(operation, no.code, at)

    retrying(write)
    log.warning("stripe_said_no", operation=str(claimed.pk), code=no.code, detail=no.detail)


def _wait(claimed: PaymentOperation, why: str, at: datetime) -> None:
    with transaction.atomic():
        operation = _still_ours(claimed)
        if operation is None:
            return
        operation.state = step(OPERATION, operation.state, "lose_sight")
        operation.next_try_at, operation.error = at + wait_after(operation.tries), why[:300]
        operation.save(update_fields=["state", "next_try_at", "error"])
    log.warning("stripe_answer_lost", operation=str(claimed.pk), why=why)


def _still_ours(claimed: PaymentOperation) -> PaymentOperation | None:
    """The operation, locked, if nobody took it up since: a no that is written late, over another's call, would ask for the same thing anew."""
    operation: PaymentOperation = PaymentOperation.objects.locked().get(pk=claimed.pk)
    is_ours = operation.state == "sent" and (operation.attempt, operation.tries) == (claimed.attempt, claimed.tries)
    return operation if is_ours else None


def _meaning(operation: PaymentOperation, verb: str, default: Any = lambda *_: None) -> Any:
    return getattr(import_module(MEANING[operation.kind]), verb, default)


def settle_by_reference(operation: str, thing: Made, *, at: datetime) -> bool:
    """An object seen at Stripe names the operation that made it. False when no such operation is ours, or it was settled already."""
    try:
        pk = uuid.UUID(operation)
    except ValueError:
        return False
    return PaymentOperation.objects.filter(pk=pk).exists() and settle(pk, thing, at=at)
