"""Money to those who helped: one Stripe transfer for each lot it comes from."""

import uuid
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from audit.clock import london_date
from audit.errors import Refusal
from audit.services import facts, trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
from ledger.services.retry import retrying
from payments.gateways.shapes import AnswerLost, Made, NotFound, StripeIsBusy
from payments.gateways.shapes import Transfer as StripeTransfer
from payments.models import Alarm, Dispute, Payee, Payment, PaymentOperation, PaymentUse, Refund, Remittance, StripeLine
from payments.rules import REFUSED_WAIT, REMITTANCE, bank_is_settled, may_step, step, take_from
from payments.services import alarms, floats, payees, planning, risk, ties, two_people, unplanning
from payments.services.one_by_one import one_by_one
from people.models import Approval, Person
from people.services import approvals
from places.calendar import working_days_between

HOLD, UNHOLD, GIVE_UP = "remittance.hold", "remittance.unhold", "remittance.give_up"
"""What second people's yeses are called in `people.Approval`; about ("remittance", id). Asked for in `ask`."""


class LotsFallShort(Refusal):
    """The payments of this owner do not hold that much any more: a bug above, because SHARE and lots go together."""

    code = "lots_fall_short"
    sentence = "There is not enough of this person's own paid-in money for that. Nothing was changed."


class TooLateToHold(Refusal):
    """Stripe has it, or is being asked."""

    code = "too_late_to_hold"
    sentence = "This payment is already on its way, so it can't be held or given up any more."


def owe(*, payee_id: int, lot_owner: str, pence: int, council_code: str, about: str, at: datetime, group: str = "") -> list[Remittance]:
    """In the caller's transaction, before the caller posts HOLD to DUE: names the lots, oldest first, and has the money wait to go out.

    `about`: "share:9". `group`: what belongs together at Stripe, such as "agreement:4". Raises LotsFallShort and then changes nothing.
    """
    with transaction.atomic():
        lots = list(Payment.objects.with_money_left(lot_owner, council_code).order_by("charged_at", "pk").locked())
        lots = undisputed_first(lots)
        parts = take_from([lot.free_pence for lot in lots], pence)
        if pence <= 0 or sum(parts) != pence:
            raise LotsFallShort
        rows = []
        for lot, part in zip(lots, parts, strict=True):
            if part:
                Payment.objects.filter(pk=lot.pk).update(used_pence=F("used_pence") + part)
                fields = {"payee_id": payee_id, "payment": lot, "pence": part, "council_code": council_code}
                rows.append(Remittance.objects.create(**fields, about=about, group=group or about, waiting_since=at))
        return rows


def undisputed_first(lots: list[Payment]) -> list[Payment]:
    """The same order, but money that a bank is taking back comes last: what is taken from it has to wait."""
    disputed = set(Dispute.objects.unended().filter(payment__in=[lot.part_of_id or lot.pk for lot in lots]).values_list("payment_id", flat=True))
    return sorted(lots, key=lambda lot: (lot.part_of_id or lot.pk) in disputed)


def plan_due(*, at: datetime) -> int:
    """Waiting money is planned to go: DUE Dr / OUT Cr with its operation. Returns how many were.

    Only while nothing stops releases and people's money is wholly covered, to a payee that is ready by Stripe's own word of this moment, with the
    bank details of five working days ago. What was planned and not sent before they changed, or before its payee owed us, waits again first.
    """
    floats.watch_all(at=at)
    if alarms.book_is_behind():
        return 0
    put_back = unplanning.put_back_due(at=at)
    stopped = Alarm.objects.open().filter(stops_releases=True).values_list("council_code", flat=True)
    if "" in (closed := set(stopped)):
        return put_back
    rows = Remittance.objects.waiting().exclude(council_code__in=closed)
    planned: list[int] = []
    owed = rows.order_by("payee_id").values_list("payee_id", flat=True).distinct()
    one_by_one(owed, lambda payee_id: planned.append(_plan_for(payee_id, rows, at)))
    return put_back + sum(planned)


def _plan_for(payee_id: int, rows: QuerySet[Remittance], at: datetime) -> int:
    if not _may_be_paid(payee_id, at):
        return 0
    due = list(rows.filter(payee_id=payee_id).order_by("waiting_since", "pk").values_list("pk", flat=True))
    return one_by_one(due, lambda pk: retrying(partial(_plan, pk, at)))


def _may_be_paid(payee_id: int, at: datetime) -> bool:
    """Compares with Stripe's word each time: an event that told of changed bank details may have been lost."""
    payee = Payee.objects.get(pk=payee_id)
    if not (payee.ready and _bank_is_settled(payee, at)) and not payees.is_worth_asking(payee, at):
        return False
    try:
        payee = payees.refresh(payee=payee, at=at)
    except (AnswerLost, StripeIsBusy, NotFound):
        return False
    return payee.ready and _bank_is_settled(payee, at)


def _bank_is_settled(payee: Payee, at: datetime) -> bool:
    if payee.bank_changed_at is None:
        return True
    return bank_is_settled(working_days_between(london_date(payee.bank_changed_at), london_date(at)))


@transaction.atomic
def _plan(pk: int, at: datetime) -> bool:
    row = Remittance.objects.locked().select_related("payment__part_of", "payment__payer", "payee").get(pk=pk)
    if row.state != Remittance.State.WAITING or _must_wait(row) or not risk.may_go(row, at=at):
        return False
    _write_plan(row, at)
    return True


def adopt(*, remittance_id: int, operation_id: uuid.UUID, sent_at: datetime, at: datetime) -> Remittance:
    """Stripe has made this waiting payment already, for an operation this book had lost: planned and sent under the same id.

    In the caller's transaction. Whoever settles the operation finds Stripe's object.
    """
    row = Remittance.objects.locked().select_related("payment__part_of", "payee").get(pk=remittance_id)
    operation = _write_plan(row, at, operation_id)
    planning.was_sent(operation, sent_at=sent_at, at=at)
    sending(operation)
    return row


def _write_plan(row: Remittance, at: datetime, operation_id: uuid.UUID | None = None) -> PaymentOperation:
    params = {"amount": row.pence, "currency": "gbp", "destination": row.payee.stripe_account_id, "transfer_group": row.group}
    if source := _source(row):
        params["source_transaction"] = source
    reference, council = f"remittance:{row.pk}", row.council_code
    operation = planning.plan(
        kind="transfer", reference=reference, params=params, council_code=council, at=at, pence=row.pence, operation_id=operation_id
    )
    PaymentUse.objects.create(payment=row.payment, operation=operation, pence=row.pence)
    row.state, row.operation, row.planned_journal = step(REMITTANCE, row.state, "plan"), operation, new_key()
    row.save(update_fields=["state", "operation", "planned_journal"])
    _post(row, row.planned_journal, "remittance_planned", _due(row), _platform(row, "OUT"), None, at)
    return operation


def _must_wait(row: Remittance) -> bool:
    """While something keeps it back, as for `may_send`; the payee owes from before (`setting_off` takes that first); or it may have gone already."""
    if Alarm.objects.stopping(row.council_code).exists() or floats.spare(row.council_code) < 0:
        return True
    return _is_disputed(row) or unplanning.owes(row) or _may_have_gone(row)


def _may_have_gone(row: Remittance) -> bool:
    """A transfer of just this sum stands in SUSPENSE: perhaps this one, made by hand or before a backup was put back. Two people look first."""
    return StripeLine.objects.filter(state="suspense", net_pence=-row.pence, source__startswith="tr_").exists()


def _is_disputed(row: Remittance) -> bool:
    return Dispute.objects.unended().filter(payment_id=row.payment.part_of_id or row.payment_id).exists()


def _source(row: Remittance) -> str:
    """The charge to name to Stripe; "" where Stripe would say that too little of it is left.

    That is so when its money was given back to the payer and Stripe could not take the first transfer back, or a bank took it: the pounds are
    then the platform's own or another provider's, kept back.
    """
    root = Payment.objects.locked().get(pk=row.payment.part_of_id or row.payment_id)
    of_charge = Q(payment=root) | Q(payment__part_of=root)
    others = Remittance.objects.filter(of_charge, state__in=("planned", "sent", "paid", "reversed")).exclude(pk=row.pk)
    out = others.aggregate(sum=Sum(F("pence") - F("reversed_pence")))
    back = Refund.objects.filter(of_charge, state__in=("sent", "succeeded")).aggregate(sum=Sum("pence"))
    lost = Dispute.objects.filter(payment=root).aggregate(sum=Sum("withdrawn_pence"))
    gone = sum(part["sum"] or 0 for part in (out, back, lost))
    return root.charge_id if root.pence - gone >= row.pence else ""


# --- what the operation's steps mean (called by `operations`, in its transaction) ---


def may_send(operation: PaymentOperation) -> bool:
    """Not while something stops releases, people's money is not wholly covered, or a bank disputes the payment, even if it was planned before;
    and not to other bank details than it was planned for, nor to who owes us since.
    """
    if Alarm.objects.stopping(operation.council_code).exists() or floats.spare(operation.council_code) < 0:
        return False
    row = Remittance.objects.select_related("payment").get(operation=operation)
    return unplanning.is_as_planned(operation) and not _is_disputed(row) and not unplanning.owes(row)


look_again = unplanning.look_again


def sending(operation: PaymentOperation) -> None:
    """The operation goes out now."""
    row = Remittance.objects.locked().get(operation=operation)
    row.state = step(REMITTANCE, row.state, "send")
    row.save(update_fields=["state"])


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe made the transfer: OUT Dr / BANK Cr."""
    row = Remittance.objects.locked().get(operation=operation)
    if not may_step(REMITTANCE, row.state, "pay") or not isinstance(thing, StripeTransfer):
        return
    row.state, row.paid_at, row.paid_journal = step(REMITTANCE, row.state, "pay"), at, new_key()
    row.save(update_fields=["state", "paid_at", "paid_journal"])
    alarms.settle(kind="transfer_refused", about=f"remittance:{row.pk}", at=at)
    payload = {"remittance": row.pk, "about": row.about, "pence": row.pence, "payee": row.payee_id}
    facts.record(kind="payments.remittance_paid", subject=row.about, payload=payload, at=at, council_code=row.council_code)
    _post(row, row.paid_journal, "remittance_paid", _platform(row, "OUT"), _platform(row, "BANK"), None, at)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Stripe said no for good: back to planned, still in OUT, a new attempt in an hour; an operator is told."""
    row = Remittance.objects.locked().select_related("payment").get(operation=operation)
    row.state = step(REMITTANCE, row.state, "refuse")
    row.save(update_fields=["state"])
    if not _source(row):
        # A bank took the charge's money meanwhile: the next attempt, under a new key, names no charge.
        operation.params.pop("source_transaction", None)
        operation.save(update_fields=["params"])
    planning.try_again(operation, next_try_at=at + REFUSED_WAIT)
    about, council = f"remittance:{row.pk}", row.council_code
    sentence = f"Stripe would not send {row.pence}p to {row.payee.owner} ({code}). It is tried again every hour."
    alarms.ring(kind="transfer_refused", about=about, sentence=sentence, at=at, council_code=council)


# --- what two people may do ---


def ask(*, remittance_id: int, what: str, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two people asks for it: HOLD, UNHOLD or GIVE_UP. Nothing changes. Raises NotAllowed, ReasonIsMissing."""
    row = Remittance.objects.get(pk=remittance_id)
    return two_people.first(what=what, about_kind="remittance", about_id=row.pk, reason=reason, by=by, at=at, council_code=row.council_code)


def hold(*, remittance_id: int, by: Person, at: datetime) -> Remittance:
    """Two people stop it before it goes. In OUT already: OUT Dr / DUE Cr. Raises NotAllowed, NeedsApproval, TooLateToHold."""
    return _stop(HOLD, "block", remittance_id, by, at)


def give_up(*, remittance_id: int, by: Person, at: datetime) -> Remittance:
    """Two people give it up: it stays owed (DUE) until two people `unhold` it, or it is set off. Raises NotAllowed, NeedsApproval, TooLateToHold."""
    return _stop(GIVE_UP, "give_up", remittance_id, by, at)


def _stop(what: str, event: str, remittance_id: int, by: Person, at: datetime) -> Remittance:
    with transaction.atomic():
        # The operation first, as everywhere: whoever sends it holds that lock.
        operation = PaymentOperation.objects.locked().filter(remittance=remittance_id).first()
        row = Remittance.objects.locked().get(pk=remittance_id)
        ties.must_be_nobodys([row.payment, row.payee], by=by)
        approvals.require(what=what, about_kind="remittance", about_id=row.pk, at=at)
        if not may_step(REMITTANCE, row.state, event) or not unplanning.unplan(row, operation=operation, event=event, why=what, by=by, at=at):
            raise TooLateToHold
        _forget_what_was_asked(row, at)
        return row


def unhold(*, remittance_id: int, by: Person, at: datetime) -> Remittance:
    """Two people let it go on, held or given up: it waits again and is planned with the next. Raises NotAllowed, NeedsApproval."""
    with transaction.atomic():
        row = Remittance.objects.locked().get(pk=remittance_id)
        ties.must_be_nobodys([row.payment, row.payee], by=by)
        approvals.require(what=UNHOLD, about_kind="remittance", about_id=row.pk, at=at)
        if may_step(REMITTANCE, row.state, "unblock"):
            row.state = step(REMITTANCE, row.state, "unblock")
            row.save(update_fields=["state"])
            trail.write(by=by, verb="payments.unblock", about_kind="remittance", about_id=row.pk, at=at, council_code=row.council_code)
        _forget_what_was_asked(row, at)
        return row


def _forget_what_was_asked(row: Remittance, at: datetime) -> None:
    """It stands differently now: a yes that was given before, and not used, is no yes to what somebody does with it next."""
    for what in (HOLD, UNHOLD, GIVE_UP):
        approvals.lapse(what=what, about_kind="remittance", about_id=row.pk, at=at)


def _due(row: Remittance) -> Account:
    return Account("DUE", row.council_code, f"payee:{row.payee_id}")


def _platform(row: Remittance, code: str) -> Account:
    return Account(code, row.council_code)


def _post(
    row: Remittance, key: uuid.UUID, kind: str, debit: Account, credit: Account, by: Person | None, at: datetime, reverses: uuid.UUID | None = None
) -> None:
    transfers = (Transfer(debit, credit, row.pence),)
    about = f"remittance:{row.pk}"
    post(Journal(key, kind, row.council_code, transfers, at, actor=planning.actor(by), about=about, reverses=reverses))
