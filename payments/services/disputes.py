"""A payer's bank takes a payment back: what left Stripe is owed by the payer, and paid from their own money here as far as that goes.

Stripe is asked each time how the dispute stands and every line of its balance is booked once, so events may come in any order, twice, or not
at all. Whose money pays, and which work falls short, is decided in `pooling`, told by a fact.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from audit.errors import Refusal
from audit.services import facts, trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Transfer, new_key, post
from ledger.services.retry import retrying
from payments.gateways.shapes import DisputeSeen, Line
from payments.models import Dispute, LotLoss, OwedMove, Payment
from payments.rules import DISPUTE, dispute_event, may_step, step, take_from
from payments.services import alarms, floats, planning, two_people
from payments.services.one_by_one import ask_one_by_one
from payments.services.remittances import LotsFallShort
from people.models import Approval, Person

WRITE_OFF = "dispute.write_off"
Kind = OwedMove.Kind


class FloatIsShort(Refusal):
    """The platform bears a loss out of its own money only."""

    code = "float_is_short"
    sentence = "The platform's own money at Stripe is less than that. Top it up first."


class NothingIsOwed(Refusal):
    code = "nothing_is_owed"
    sentence = "Nothing is owed for this any more, or it is not decided yet."


@dataclass(frozen=True, slots=True)
class Owing:
    """What a payer owes for a dispute (below zero: has to have back), as `pooling` needs it."""

    dispute_id: int
    payment_id: uuid.UUID
    about: str
    lot_owner: str
    council_code: str
    owed_pence: int
    taken_pence: int
    is_ended: bool


def take_over(*, payment_id: uuid.UUID, thing: DisputeSeen, at: datetime) -> Dispute:
    """Takes over how Stripe says a dispute stands. Not inside a transaction. Safe to repeat."""
    row: Dispute = retrying(lambda: _take_over(payment_id, thing, at))
    about = f"dispute:{row.stripe_id}"
    if row.state in ("inquiry", "open"):
        sentence = f"A payer's bank asks about {row.pence}p, or takes it back ({row.reason}). Answer at Stripe before the day it names."
        alarms.ring(kind="dispute", about=about, sentence=sentence, at=at, council_code=row.council_code)
    else:
        alarms.settle(kind="dispute", about=about, at=at)
    watch_repaid(row, at)
    floats.watch(council_code=row.council_code, at=at)
    return row


@transaction.atomic
def _take_over(payment_id: uuid.UUID, thing: DisputeSeen, at: datetime) -> Dispute:
    payment = Payment.objects.locked().get(pk=payment_id)
    whose = {"payment": payment, "lot_owner": payment.lot_owner, "council_code": payment.council_code}
    how = {"pence": thing.pence, "state": Dispute.State.INQUIRY, "opened_at": thing.opened_at}
    row, is_new = Dispute.objects.get_or_create(stripe_id=thing.id, defaults={**whose, **how})
    row = Dispute.objects.locked().select_related("payment").get(pk=row.pk)
    before = row.withdrawn_pence
    row.reason, row.respond_by, row.checked_at = thing.reason[:60], thing.respond_by, at
    booked = set(row.moves.exclude(line_id=None).values_list("line_id", flat=True))
    new_lines = [line for line in thing.lines if line.is_available and line.pence and line.id not in booked]
    row.withdrawn_pence -= sum(line.pence for line in new_lines)
    was = row.state
    _step_on(row, thing.status, has_moved=bool(booked or new_lines), at=at)
    row.save()
    if is_new or row.state != was:
        note(row, verb=f"payments.dispute_{row.state}", by=None, at=at)
    if row.withdrawn_pence != before:
        tell("money_withdrawn" if row.withdrawn_pence > before else "money_reinstated", row, abs(row.withdrawn_pence - before), at)
    for line in new_lines:
        _book(row, line, at)
    if row.state == Dispute.State.WON and row.written_off_pence:
        unwrite(row, at)
    return row


def _step_on(row: Dispute, status: str, *, has_moved: bool, at: datetime) -> None:
    if has_moved and may_step(DISPUTE, row.state, "withdraw"):
        row.state = step(DISPUTE, row.state, "withdraw")
    event = dispute_event(row.state, status, row.withdrawn_pence)
    if event and may_step(DISPUTE, row.state, event):
        row.state = step(DISPUTE, row.state, event)
        row.ended_at = at
    settle_if_clear(row)


def settle_if_clear(row: Dispute) -> None:
    """A lost one whose payer owes nothing any more is settled. The caller saves."""
    if row.owed_pence <= 0 and may_step(DISPUTE, row.state, "clear"):
        row.state = step(DISPUTE, row.state, "clear")


def _book(row: Dispute, line: Line, at: datetime) -> None:
    """One line of Stripe's: RECEIVABLE Dr / BANK Cr, or back; its fee out of FLOAT as far as that goes."""
    kind = Kind.WITHDRAWN if line.pence < 0 else Kind.REINSTATED
    move = write_move(dispute=row, kind=kind, pence=-line.pence, key=new_key(), at=at, line_id=line.id, fee_pence=line.fee_pence)
    bank, cost, own = (Account(code, row.council_code) for code in ("BANK", "FEE_COST", "FLOAT"))
    money = [_pair(receivable(row), bank, -line.pence)] if line.pence else []
    fee = [_pair(cost, bank, line.fee_pence)] if line.fee_pence else []
    paid = [_pair(own, cost, line.fee_pence)] if line.fee_pence else []
    about = f"dispute:{row.pk}"
    try:
        post(Journal(move.journal_key, f"dispute_{kind}", row.council_code, (*money, *fee, *paid), at, actor="system", about=about))
    except NotEnough:
        # The fee is left in FEE_COST until a top-up: `floats.watch` rings, stops releases, and pays it then.
        post(Journal(move.journal_key, f"dispute_{kind}", row.council_code, (*money, *fee), at, actor="system", about=about))


def _pair(debit: Account, credit: Account, pence: int) -> Transfer:
    return Transfer(debit, credit, pence) if pence > 0 else Transfer(credit, debit, -pence)


def unwrite(row: Dispute, at: datetime) -> None:
    """Written off, and then it came after all: the platform has its own money again. The row is locked."""
    pence, row.written_off_pence = row.written_off_pence, 0
    row.save(update_fields=["written_off_pence"])
    move = write_move(dispute=row, kind=Kind.UNWRITTEN, pence=pence, key=new_key(), at=at)
    transfers = (Transfer(receivable(row), Account("FLOAT", row.council_code), pence),)
    post(Journal(move.journal_key, "dispute_unwritten", row.council_code, transfers, at, actor="system", about=f"dispute:{row.pk}"))


def refresh_open(*, see: Callable[[str, datetime], object], at: datetime) -> int:
    """Asks after every dispute that is not decided, by `see(stripe_id, at)`, so that lost events cost nothing. Returns how many came to an end."""

    def ended(stripe_id: str) -> bool:
        see(stripe_id, at)
        return not Dispute.objects.unended().filter(stripe_id=stripe_id).exists()

    rows = Dispute.objects.unended().filter(kind=Dispute.Kind.CHARGEBACK).order_by("pk")
    return ask_one_by_one(list(rows.values_list("stripe_id", flat=True)), ended)


# --- what pooling asks and tells, in its own transaction ---


def owing(dispute_id: int) -> Owing:
    """How a dispute stands, locked. Raises Dispute.DoesNotExist."""
    return _owing(Dispute.objects.locked().select_related("payment").get(pk=dispute_id))


def all_owing() -> list[int]:
    """Disputes for which a payer owes something, or has something to have back; oldest first."""
    return list(Dispute.objects.owing().order_by("pk").values_list("pk", flat=True))


def of_payment(payment_id: uuid.UUID) -> list[int]:
    """The disputes of a payment for which something is owed."""
    return list(Dispute.objects.owing().filter(payment_id=payment_id).order_by("pk").values_list("pk", flat=True))


def _owing(row: Dispute) -> Owing:
    is_ended = row.state in ("won", "settled", "closed")
    return Owing(row.pk, row.payment_id, row.payment.about, row.lot_owner, row.council_code, row.owed_pence, row.taken_pence, is_ended)


def take(*, dispute_id: int, pence: int, journal_key: uuid.UUID, at: datetime) -> None:
    """So much of the payer's own money here goes to what they owe: names the lots that lose it, the disputed one first.

    In the caller's transaction; the caller posts SHARE (or RESERVE, WALLET) Dr / RECEIVABLE Cr with `journal_key`. Raises LotsFallShort.
    """
    row = Dispute.objects.locked().get(pk=dispute_id)
    lots = list(Payment.objects.with_money_left(row.lot_owner, row.council_code).order_by("charged_at", "pk").locked())
    lots.sort(key=lambda lot: row.payment_id not in (lot.pk, lot.part_of_id))
    parts = take_from([lot.free_pence for lot in lots], pence)
    if not 1 <= pence <= row.owed_pence or sum(parts) != pence:
        raise LotsFallShort
    for lot, part in zip(lots, parts, strict=True):
        if part:
            Payment.objects.filter(pk=lot.pk).update(lost_pence=F("lost_pence") + part)
            loss, _ = LotLoss.objects.get_or_create(dispute=row, payment=lot, defaults={"pence": 0})
            LotLoss.objects.filter(pk=loss.pk).update(pence=F("pence") + part)
    row.taken_pence += pence
    settle_if_clear(row)
    row.save(update_fields=["taken_pence", "state"])
    write_move(dispute=row, kind=Kind.TAKEN, pence=-pence, key=journal_key, at=at)


def give_back(*, dispute_id: int, journal_key: uuid.UUID, at: datetime) -> int:
    """The money came back: what was taken from the payer's own is theirs again. Returns how much; 0 changes nothing.

    In the caller's transaction; the caller posts RECEIVABLE Dr / SHARE Cr with `journal_key`.
    """
    row = Dispute.objects.locked().get(pk=dispute_id)
    pence = min(row.taken_pence, -row.owed_pence)
    if pence <= 0:
        return 0
    losses = list(LotLoss.objects.filter(dispute=row, pence__gt=0).order_by("-pk").select_for_update())
    for loss, part in zip(losses, take_from([loss.pence for loss in losses], pence), strict=True):
        LotLoss.objects.filter(pk=loss.pk).update(pence=F("pence") - part)
        Payment.objects.filter(pk=loss.payment_id).update(lost_pence=F("lost_pence") - part)
    row.taken_pence -= pence
    row.save(update_fields=["taken_pence"])
    write_move(dispute=row, kind=Kind.GIVEN_BACK, pence=pence, key=journal_key, at=at)
    return pence


# --- two people bear a loss ---


def propose_write_off(*, dispute_id: int, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two operators says that the payer will not pay this back. Nothing moves. Raises NotAllowed, NothingIsOwed."""
    row = Dispute.objects.get(pk=dispute_id)
    if row.state != Dispute.State.LOST or row.owed_pence <= 0:
        raise NothingIsOwed
    return two_people.first(what=WRITE_OFF, about_kind="dispute", about_id=row.pk, reason=reason, by=by, at=at, council_code=row.council_code)


def confirm_write_off(*, dispute_id: int, pence: int, by: Person, at: datetime) -> Dispute:
    """The second one agrees to just that sum: LOSS Dr / RECEIVABLE Cr, and FLOAT bears it.

    Raises NotAllowed, NeedsApproval, NothingIsOwed, two_people.SumHasChanged, FloatIsShort.
    """
    try:
        with transaction.atomic():
            row = _write_off(dispute_id, pence, by, at)
    except NotEnough as short:
        raise FloatIsShort from short
    floats.watch(council_code=row.council_code, at=at)
    return row


def _write_off(dispute_id: int, pence: int, by: Person, at: datetime) -> Dispute:
    row = Dispute.objects.locked().get(pk=dispute_id)
    two_people.second(what=WRITE_OFF, about_kind="dispute", about_id=row.pk, by=by, at=at)
    if row.state != Dispute.State.LOST or row.owed_pence <= 0:
        raise NothingIsOwed
    two_people.must_be_the_sum(pence, owed_pence=row.owed_pence)
    row.written_off_pence += pence
    settle_if_clear(row)
    row.save(update_fields=["written_off_pence", "state"])
    note(row, verb="payments.write_off", by=by, at=at)
    move = write_move(dispute=row, kind=Kind.WRITTEN_OFF, pence=-pence, key=new_key(), at=at)
    loss, own = Account("LOSS", row.council_code), Account("FLOAT", row.council_code)
    transfers = (Transfer(loss, receivable(row), pence), Transfer(own, loss, pence))
    post(Journal(move.journal_key, "written_off", row.council_code, transfers, at, actor=planning.actor(by), about=f"dispute:{row.pk}"))
    return row


# --- shared with `suspense` ---


def write_move(*, dispute: Dispute, kind: str, pence: int, key: uuid.UUID, at: datetime, line_id: str | None = None, fee_pence: int = 0) -> OwedMove:
    """One movement of what a payer owes; its journal follows in the same transaction."""
    return OwedMove.objects.create(dispute=dispute, kind=kind, pence=pence, journal_key=key, line_id=line_id, fee_pence=fee_pence, at=at)


def repaid(*, row: Dispute, pence: int, journal_key: uuid.UUID, at: datetime) -> None:
    """The payer paid so much back by hand; the caller posts it. The row is locked."""
    row.repaid_pence += pence
    settle_if_clear(row)
    row.save(update_fields=["repaid_pence", "state"])
    write_move(dispute=row, kind=Kind.REPAID, pence=-pence, key=journal_key, at=at)


def watch_repaid(row: Dispute, at: datetime) -> None:
    """What its payer paid back, and is owed no more, is not here as their money: it rings until it was paid to them by hand."""
    about = f"dispute:{row.pk}"
    if row.state == Dispute.State.WON and row.repaid_pence:
        sentence = f"A payer had paid {row.repaid_pence}p back, and now it is not owed any more. Pay it to them by hand, then explain that line."
        alarms.ring(kind="repaid_for_nothing", about=about, sentence=sentence, at=at, council_code=row.council_code)
    else:
        alarms.settle(kind="repaid_for_nothing", about=about, at=at)


def receivable(row: Dispute) -> Account:
    """What this payer owes, in their council."""
    return Account("RECEIVABLE", row.council_code, row.lot_owner)


def note(row: Dispute, *, verb: str, by: Person | None, at: datetime) -> None:
    """One line of the audit trail."""
    detail = {"pence": row.pence, "owed_pence": row.owed_pence}
    trail.write(by=by, verb=verb, about_kind="dispute", about_id=row.pk, at=at, council_code=row.council_code, detail=detail)


def tell(kind: str, row: Dispute, pence: int, at: datetime) -> None:
    """Fact `payments.<kind>`: money left, or came back, without our asking."""
    payload = {"dispute": row.pk, "payment": str(row.payment_id), "about": row.payment.about, "pence": pence, "owner": row.lot_owner}
    facts.record(kind=f"payments.{kind}", subject=f"dispute:{row.pk}", payload=payload, at=at, council_code=row.council_code)
