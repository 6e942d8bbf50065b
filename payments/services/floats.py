"""The platform's own money at Stripe. It pays Stripe's fees and stands in for what is owed to us: every pound of a member's stays a pound."""

import uuid
from datetime import datetime

from django.db import transaction

from audit.services import trail
from ledger.selectors import balances
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Transfer, new_key, post
from ledger.services.retry import retrying
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import Made, TopUp
from payments.models import Alarm, Payment, PaymentOperation, ReconcileCursor, StripeLine
from payments.rules import PAYMENT, may_step, spare_pence, step, take_from
from payments.services import alarms, planning, taking
from people.models import Person

WAITS_FOR_FLOAT = ("FEE_COST", "LOSS")  # a fee that it could not pay; a top-up that was taken back when it was spent


def top_up(*, council_code: str, pence: int, by: Person | None, at: datetime) -> Payment:
    """Plans `pence` from the platform's own bank to this council's FLOAT; counted once Stripe calls it available (BANK Dr / FLOAT Cr)."""
    pk, operation_id = uuid.uuid4(), uuid.uuid4()
    params = {"amount": pence, "currency": "gbp", "metadata": {"payment": str(pk)}}
    with transaction.atomic():
        operation = planning.plan(
            kind="top_up",
            reference=f"payment:{pk}",
            params=params,
            council_code=council_code,
            at=at,
            pence=pence,
            operation_id=operation_id,
        )
        payment = Payment.objects.create(
            id=pk, kind="top_up", pence=pence, council_code=council_code, credit_code="FLOAT", operation=operation, started_at=at
        )
        trail.write(by=by, verb="payments.top_up", about_kind="payment", about_id=pk, at=at, council_code=council_code, detail={"pence": pence})
        return payment


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe has taken the order for a top-up."""
    if isinstance(thing, TopUp):
        _see(Payment.objects.locked().get(operation=operation), thing, at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Stripe won't: no bank is set up for it, or the sum is out of bounds."""
    payment = Payment.objects.locked().get(operation=operation)
    payment.problem = code[:60]
    taking.end(payment, "refuse", at)


def refresh(*, payment_id: uuid.UUID, at: datetime) -> None:
    """Asks Stripe how a top-up stands. Not inside a transaction."""
    top_up_id = Payment.objects.values_list("charge_id", flat=True).get(pk=payment_id)
    if top_up_id:
        thing = gateway.top_up(top_up_id)
        retrying(lambda: _see(Payment.objects.locked().get(pk=payment_id), thing, at))


def _see(payment: Payment, thing: TopUp, at: datetime) -> None:
    # Once only: an answer may be older than what is known. One that failed was taken too: Stripe's balance has its lines.
    if not payment.charge_id and may_step(PAYMENT, payment.state, "pay"):
        payment.state, payment.charge_id, payment.charged_at = step(PAYMENT, payment.state, "pay"), thing.id, at
    payment.line_id = payment.line_id or thing.line_id
    payment.save(update_fields=["state", "charge_id", "charged_at", "line_id"])
    if thing.status in ("failed", "canceled", "reversed") and may_step(PAYMENT, payment.state, "fail"):
        taking.end(payment, "fail", at)


def take_back(*, payment_id: uuid.UUID, at: datetime) -> bool:
    """A top-up that came to nothing has a line in and a line out at Stripe: once both are available and read, the book has them too.

    False when not due, or done. Not inside a transaction. Raises AnswerLost, StripeIsBusy, NotFound.
    """
    payment = Payment.objects.get(pk=payment_id)
    if not taking.may_take_back(payment):
        return False
    # What two people explain, or have explained, is booked by that.
    waiting = StripeLine.objects.filter(source=payment.charge_id, kind="topup_reversal", pence=-payment.pence, state="waiting").first()
    if waiting is None or not payment.line_id:
        return False
    came, went = gateway.line(payment.line_id), gateway.line(waiting.pk)
    if not came.is_available or not went.is_available:
        return False
    done: bool = retrying(lambda: taking.take_back(payment_id, came, at))
    watch(council_code=payment.council_code, at=at)
    return done


# --- whether people's money is covered (money.md 5, 1) ---


def spare(council_code: str) -> int:
    """How much more the platform's own money in a council could stand in for, in pence; below zero, people's money is not wholly covered.

    The same sum as BANK + CLEAR + OUT less all that is owed to people, told from the other side of the book: a few accounts instead of all.
    """
    held: dict[str, int] = {}
    for account, pence in balances(codes=("FLOAT", "FEE_INCOME", "FEE_COST", "LOSS", "SUSPENSE", "RECEIVABLE"), council=council_code).items():
        held[account.code] = held.get(account.code, 0) + pence
    return spare_pence(held)


def watch(*, council_code: str, at: datetime) -> int:
    """Pays costs that waited for FLOAT, then looks whether people's money is covered: rings and stops releases, or lets them go on again.

    Returns what `spare` is. Not inside a transaction.
    """
    _pay_costs(council_code, at)
    pence = spare(council_code)
    about = f"council:{council_code}"
    if pence >= 0:
        alarms.settle(kind="not_covered", about=about, at=at)
        return pence
    why = "something is owed to us, or a top-up was taken back"
    sentence = f"People's money is {-pence}p more than there is for it: {why}. Top up; nothing goes to providers until then."
    alarms.ring(kind="not_covered", about=about, sentence=sentence, at=at, council_code=council_code, stops_releases=True)
    return pence


def watch_all(*, at: datetime) -> None:
    """Looks at every council where something is owed to us or was not covered when last seen."""
    councils = {account.council for account, pence in balances(codes=("RECEIVABLE", "FEE_COST", "LOSS")).items() if pence}
    councils |= set(Alarm.objects.open().filter(kind="not_covered").values_list("council_code", flat=True))
    for council_code in sorted(councils):
        watch(council_code=council_code, at=at)


def _pay_costs(council_code: str, at: datetime) -> None:
    def write() -> None:
        with transaction.atomic():
            # One at a time: two payers of the same cost would pay it twice.
            ReconcileCursor.objects.get_or_create(pk=1)
            ReconcileCursor.objects.locked().get(pk=1)
            there = balances(codes=("FLOAT", *WAITS_FOR_FLOAT), council=council_code)
            own, costs = Account("FLOAT", council_code), [Account(code, council_code) for code in WAITS_FOR_FLOAT]
            parts = take_from([there.get(cost, 0) for cost in costs], there.get(own, 0))
            transfers = tuple(Transfer(own, cost, pence) for cost, pence in zip(costs, parts, strict=True) if pence)
            if transfers:
                post(Journal(new_key(), "costs_paid", council_code, transfers, at, actor="system"))

    try:
        retrying(write)
    except NotEnough:
        return  # spent at the same moment: the next look pays it


def check_own_payouts(*, at: datetime) -> None:
    """The platform's own money must leave by hand only, or what is held for people could be paid out to the platform's bank."""
    if gateway.own_payouts() == "manual":
        alarms.settle(kind="automatic_payouts", at=at)
        return
    sentence = "Stripe pays the platform's balance out by itself. Set its payouts to manual; releases stop until then."
    alarms.ring(kind="automatic_payouts", about="platform", sentence=sentence, at=at, stops_releases=True)
