"""A line of Stripe's that nobody could explain: two operators say what it was, it leaves SUSPENSE, its alarm ends and releases go on."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.errors import Refusal
from audit.services import trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Refused, Transfer, new_key, post_many
from payments.models import Dispute, Explanation, Payee, Payment, Recovery, StripeLine
from payments.models.owed import OwedMove
from payments.rules import DISPUTE, step
from payments.services import alarms, disputes, fitting, floats, planning, recoveries, rerouting, restored, two_people
from payments.services.disputes import FloatIsShort
from people.models import Person
from people.services import approvals

EXPLAIN = "line.explain"
Kind = Explanation.Kind


class NotInSuspense(Refusal):
    code = "not_in_suspense"
    sentence = "This line is explained already, or does not need to be."


@dataclass(frozen=True, slots=True)
class Booking:
    """Where a line's money belongs: `account` in its own council; `more` transfers that follow in the same journal there."""

    account: Account
    more: tuple[Transfer, ...] = ()


def propose(*, line_id: str, kind: str, about: str = "", reason: str, by: Person, at: datetime) -> Explanation:
    """The first operator says what a line was. Nothing moves. Raises NotAllowed, NotInSuspense, DoesNotFit, ReasonIsMissing.

    `kind`: Explanation.Kind. `about`: "payment:<id>", "payee:4", "refund:7", "dispute:2", "recovery:3", "remittance:8"; for the platform's own
    money "council:E09000028" (whose FLOAT), or "" for the council the line was found in. Raises also NotThatRow, ItIsOurs.
    """
    two_people.must_be_operator(by)
    with transaction.atomic():
        line = _locked(line_id)
        restored.must_fit(line, kind, about)
        council = fitting.must_fit(line, kind=kind, about=about, by=by)
        fields = {"kind": kind, "about": about, "council_code": council, "proposed_by": by, "proposed_at": at}
        _must_be_unanswered(line, at)
        two_people.first(what=EXPLAIN, about_kind="stripe_line", about_id=line.pk, reason=reason, by=by, at=at, council_code=council)
        return Explanation.objects.create(line=line, **fields)


def _must_be_unanswered(line: StripeLine, at: datetime) -> None:
    """What was said of it waits for a second person. When that request ran out, or had a no by itself, what was said is over too."""
    said = line.explanations.filter(refused_at=None).first()
    if said is None:
        return
    if two_people.waits(what=EXPLAIN, about_kind="stripe_line", about_id=line.pk, at=at):
        raise NotInSuspense("Somebody has said already what this line was. Agree to it, or say no, first.")
    said.refused_at = at
    said.save(update_fields=["refused_at"])


def refuse(*, line_id: str, by: Person, at: datetime) -> None:
    """The second operator does not agree, or who proposed it takes it back: the line waits for another explanation.

    Raises NotAllowed, as `confirm` does.
    """
    two_people.must_be_operator(by)
    with transaction.atomic():
        line = _locked(line_id)
        told = _told(line)
        asked = {"what": EXPLAIN, "about_kind": "stripe_line", "about_id": line.pk}
        (approvals.take_back if by.pk == told.proposed_by_id else two_people.refuse)(**asked, by=by, at=at)
        told.refused_at = at
        told.save(update_fields=["refused_at"])


def confirm(*, line_id: str, by: Person, at: datetime) -> Explanation:
    """Another operator agrees: SUSPENSE against what it was, and the alarm ends. Raises NotAllowed, NeedsApproval, NotInSuspense, FloatIsShort.

    `ours`: out of SUSPENSE, and the row goes on as if just sent; raises also NotThatRow, ItIsOurs.
    """
    try:
        with transaction.atomic():
            told = _confirm(line_id, by, at)
    except NotEnough as short:
        raise FloatIsShort from short
    alarms.settle_line(line_id, at=at)
    alarms.settle_behind(at=at)
    what, _, number = told.about.partition(":")
    if what == "dispute":
        disputes.watch_repaid(Dispute.objects.get(pk=int(number)), at)
    floats.watch(council_code=told.council_code, at=at)
    return told


def _confirm(line_id: str, by: Person, at: datetime) -> Explanation:
    line = _locked(line_id)
    told = _told(line)
    two_people.second(what=EXPLAIN, about_kind="stripe_line", about_id=line.pk, by=by, at=at)
    restored.must_fit(line, told.kind, told.about)
    fitting.must_fit(line, kind=told.kind, about=told.about, by=by)
    if told.kind == Kind.OURS:
        _note(line, told, by, at)
        restored.adopt(line, told, at=at)
        return told
    line.state = StripeLine.State.EXPLAINED
    line.save(update_fields=["state"])
    if told.kind == Kind.NOTHING:
        _note(line, told, by, at)
        told.save()
        return told
    told.journal_key = new_key()
    told.second_journal_key = new_key() if told.council_code != line.council_code else None
    key = told.second_journal_key or told.journal_key
    booking = _BOOKINGS[told.kind](line, told, key, by, at)
    _note(line, told, by, at)
    told.save()
    _post(line, told, booking, by, at)
    return told


def _note(line: StripeLine, told: Explanation, by: Person, at: datetime) -> None:
    told.agreed_by, told.agreed_at = by, at
    detail = {"explanation": told.pk, "kind": told.kind, "about": told.about, "pence": line.unknown_pence}
    trail.write(by=by, verb="payments.explain", about_kind="stripe_line", about_id=line.pk, at=at, council_code=told.council_code, detail=detail)


def _post(line: StripeLine, told: Explanation, booking: Booking, by: Person, at: datetime) -> None:
    """One journal; or, where the money is another council's, one in each, through BANK on both sides, together nothing."""
    suspense, actor, about = Account("SUSPENSE", line.council_code), planning.actor(by), f"line:{line.pk}"
    assert told.journal_key is not None
    journals: list[tuple[uuid.UUID, str, tuple[Transfer, ...], uuid.UUID | None]]
    if told.second_journal_key is None:
        journals = [(told.journal_key, line.council_code, (_pair(line, booking.account, suspense), *booking.more), None)]
    else:
        here, there = Account("BANK", line.council_code), Account("BANK", told.council_code)
        group = new_key()
        journals = [
            (told.journal_key, line.council_code, (_pair(line, here, suspense),), group),
            (told.second_journal_key, told.council_code, (_pair(line, booking.account, there), *booking.more), group),
        ]
    rows = [
        Journal(key, "line_explained", council, transfers, at, actor=actor, about=about, group_key=group)
        for key, council, transfers, group in journals
    ]
    refused = [result for result in post_many(rows, linked=len(rows) > 1) if isinstance(result, Refused)]
    if refused:
        raise next((one for one in refused if one.reason != "linked"), refused[0])


def _pair(line: StripeLine, account: Account, other: Account) -> Transfer:
    """Money that left is a debit of what it was; money that came, a credit."""
    return Transfer(account, other, -line.unknown_pence) if line.unknown_pence < 0 else Transfer(other, account, line.unknown_pence)


def _locked(line_id: str) -> StripeLine:
    line = StripeLine.objects.locked().filter(pk=line_id).first()
    if line is None or line.state != StripeLine.State.SUSPENSE:
        raise NotInSuspense
    return line


def _told(line: StripeLine) -> Explanation:
    told = line.explanations.filter(refused_at=None).first()
    if told is None:
        raise NotInSuspense("Nobody has said what this line was yet.")
    return told


# --- where its money belongs ---


def _refund_by_hand(line: StripeLine, told: Explanation, key: uuid.UUID, by: Person, at: datetime) -> Booking:
    """The payer has it back: they owe it here, and it is taken from their own money as after a chargeback."""
    payment = Payment.objects.locked().get(pk=told.about.partition(":")[2])
    pence = -line.unknown_pence
    row = Dispute.objects.create(
        kind=Dispute.Kind.BY_HAND,
        stripe_id=line.source or line.pk,
        payment=payment,
        lot_owner=payment.lot_owner,
        council_code=payment.council_code,
        pence=pence,
        withdrawn_pence=pence,
        state=Dispute.State.LOST,
        opened_at=at,
        ended_at=at,
    )
    disputes.note(row, verb="payments.refunded_by_hand", by=by, at=at)
    disputes.tell("money_withdrawn", row, pence, at)
    disputes.write_move(dispute=row, kind=OwedMove.Kind.BY_HAND, pence=pence, key=key, at=at)
    return Booking(disputes.receivable(row))


def _transfer_by_hand(line: StripeLine, told: Explanation, key: uuid.UUID, by: Person, at: datetime) -> Booking:
    """They have had it already: it is kept back from what two people gave up, or what they are paid next."""
    what, _, number = told.about.partition(":")
    payee = Payee.objects.get(remittances=int(number)) if what == "remittance" else Payee.objects.get(pk=int(number))
    about, council = f"line:{line.pk}"[:60], told.council_code
    row = recoveries.owe_by_hand(payee=payee, council_code=council, pence=-line.unknown_pence, journal_key=key, about=about, by=by, at=at)
    return Booking(recoveries.receivable(row))


def _failed_refund_paid(line: StripeLine, told: Explanation, key: uuid.UUID, by: Person, at: datetime) -> Booking:
    refund = rerouting.paid_by_hand(refund_id=int(told.about.partition(":")[2]), journal_key=key, by=by, at=at)
    return Booking(Account("REFUND", refund.council_code, refund.lot_owner))


def _repayment(line: StripeLine, told: Explanation, key: uuid.UUID, by: Person, at: datetime) -> Booking:
    what, _, number = told.about.partition(":")
    if what == "remittance":
        taken = recoveries.reversed_by_hand(remittance_id=int(number), pence=line.unknown_pence, journal_key=key, by=by, at=at)
        return Booking(recoveries.receivable(taken))
    if what == "dispute":
        case = Dispute.objects.locked().get(pk=int(number))
        disputes.repaid(row=case, pence=line.unknown_pence, journal_key=key, at=at)
        return Booking(disputes.receivable(case))
    row = Recovery.objects.locked().get(pk=int(number))
    recoveries.repaid(row=row, pence=line.unknown_pence, journal_key=key, at=at)
    return Booking(recoveries.receivable(row))


def _came_back(line: StripeLine, told: Explanation, key: uuid.UUID, by: Person, at: datetime) -> Booking:
    """Its bank did not take it, so it is here again, and they owe nothing."""
    row = Dispute.objects.locked().select_related("payment").get(pk=int(told.about.partition(":")[2]))
    row.withdrawn_pence, row.state = 0, step(DISPUTE, row.state, "win")
    row.save(update_fields=["withdrawn_pence", "state"])
    disputes.note(row, verb="payments.refund_by_hand_failed", by=by, at=at)
    disputes.tell("money_reinstated", row, line.unknown_pence, at)
    disputes.write_move(dispute=row, kind=OwedMove.Kind.REINSTATED, pence=-line.unknown_pence, key=key, at=at)
    if row.written_off_pence:
        disputes.unwrite(row, at)
    return Booking(disputes.receivable(row))


def _own_money(line: StripeLine, told: Explanation, key: uuid.UUID, by: Person, at: datetime) -> Booking:
    """FLOAT itself, or a cost that FLOAT bears at once."""
    own = Account("FLOAT", told.council_code)
    if told.kind in (Kind.PAYOUT, Kind.TOP_UP):
        return Booking(own)
    cost = Account("FEE_COST" if told.kind == Kind.FEE else "LOSS", told.council_code)
    pence = line.unknown_pence
    return Booking(cost, (Transfer(own, cost, -pence) if pence < 0 else Transfer(cost, own, pence),))


_BOOKINGS: dict[str, Callable[[StripeLine, Explanation, uuid.UUID, Person, datetime], Booking]] = {
    Kind.REFUND_BY_HAND: _refund_by_hand,
    Kind.TRANSFER_BY_HAND: _transfer_by_hand,
    Kind.FAILED_REFUND_PAID: _failed_refund_paid,
    Kind.CAME_BACK: _came_back,
    Kind.REPAYMENT: _repayment,
    Kind.FEE: _own_money,
    Kind.PAYOUT: _own_money,
    Kind.TOP_UP: _own_money,
    Kind.LOSS: _own_money,
}
