"""Money back from somebody who was paid: Stripe takes the transfer back, or it is kept back from what they are paid next.

The payer has it again as soon as it came, or FLOAT can stand in for it (`pooling` posts RECEIVABLE Dr / SHARE Cr and calls `credit`).
A refund never takes a transfer back by itself: it is taken back first, and then the payer's money can go home.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from audit.errors import Refusal
from audit.services import facts, trail
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Transfer, new_key, post
from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import Made, Reversal
from payments.models import OwedMove, Payee, Payment, PaymentOperation, Recovery, Remittance
from payments.rules import RECOVERY, REMITTANCE, may_step, step
from payments.services import alarms, asked_back, floats, operations, planning, two_people
from payments.services.disputes import FloatIsShort, NothingIsOwed
from payments.services.one_by_one import ask_one_by_one
from people.models import Approval, Person

WRITE_OFF = "recovery.write_off"
Kind = OwedMove.Kind


class BeyondWhatIsLeft(Refusal):
    code = "beyond_what_is_left"
    sentence = "That is more than is left to take back from this payment. Choose a smaller amount."


class StillGoingOut(Refusal):
    code = "still_going_out"
    sentence = "This payment is going out this moment. Try again in a few minutes."


@dataclass(frozen=True, slots=True)
class ToCredit:
    """So much is to be given back to a payer."""

    recovery_id: int
    lot_owner: str
    payee_owner: str
    council_code: str
    about: str
    pence: int


def open_for(*, about: str, pence: int, by: Person, at: datetime) -> list[Recovery]:
    """In the caller's transaction: so much of what was paid "share:9" is asked back, the newest payment first. Two people have said yes above.

    Raises BeyondWhatIsLeft, StillGoingOut; then nothing is changed.
    """
    with transaction.atomic():
        rows = list(Remittance.objects.filter(about=about).order_by("-pk").locked())
        if any(row.state in ("planned", "sent") for row in rows):
            raise StillGoingOut
        found = [_open(row, part, by, at) for row, part in asked_back.parts(rows, pence)]
        if sum(one.pence for one in found) != pence or not found:
            raise BeyondWhatIsLeft
        return found


def _open(row: Remittance, pence: int, by: Person, at: datetime) -> Recovery:
    operation = None
    if row.state == Remittance.State.PAID and row.operation is not None:
        params = {"id": row.operation.stripe_id, "amount": pence}
        about, council = f"remittance:{row.pk}", row.council_code
        operation = planning.plan(kind="reversal", reference=about, params=params, council_code=council, at=at, pence=pence)
    recovery = Recovery.objects.create(
        payee_id=row.payee_id,
        remittance=row,
        pence=pence,
        council_code=row.council_code,
        lot_owner=row.payment.lot_owner,
        about=row.about,
        # Never sent, or kept back already: there is nothing at Stripe to take back.
        state=Recovery.State.OWED if operation is None else Recovery.State.REVERSING,
        operation=operation,
        opened_at=at,
    )
    _note(recovery, "payments.recover", by, at)
    return recovery


# --- Stripe's answer (called by `operations`, in its transaction) ---


def made(operation: PaymentOperation, thing: Made, at: datetime) -> None:
    """Stripe took it back: BANK Dr / RECEIVABLE Cr."""
    row = Recovery.objects.locked().get(operation=operation)
    if not isinstance(thing, Reversal) or not may_step(RECOVERY, row.state, "reverse"):
        return
    sent = Remittance.objects.locked().get(recoveries=row)
    _count_reversed(sent, thing.pence)
    row.state, row.reversed_pence, row.ended_at = step(RECOVERY, row.state, "reverse"), thing.pence, at
    row.save(update_fields=["state", "reversed_pence", "ended_at"])
    _tell_ended(row, at)
    bank = Account("BANK", row.council_code)
    transfers = (Transfer(bank, receivable(row), row.pence),)
    post_move(row, kind=Kind.REVERSED, pence=-row.pence, transfers=transfers, at=at, line_id=thing.line_id or None)


def refused(operation: PaymentOperation, code: str, at: datetime) -> None:
    """Their account at Stripe is short of it, or closed: it is kept back from what they are paid next."""
    row = Recovery.objects.locked().get(operation=operation)
    row.state, row.problem = step(RECOVERY, row.state, "refuse"), code[:60]
    row.save(update_fields=["state", "problem"])
    _note(row, "payments.recovery_owed", None, at)
    sentence = f"Stripe could not take {row.pence}p back ({code}). It is kept back from what this provider is paid next."
    alarms.ring(kind="reversal_refused", about=f"recovery:{row.pk}", sentence=sentence, at=at, council_code=row.council_code)


def look_for(*, at: datetime) -> int:
    """Asks after every reversal not done (or done before this book was put back): its line names no transfer to look up. Returns how many were."""

    def found(operation: PaymentOperation) -> bool:
        thing = gateway.find(operation.kind, operation.params, str(operation.pk), operation.first_sent_at or operation.planned_at)
        return thing is not None and operations.settle(operation.pk, thing, at=at)

    rows = PaymentOperation.objects.filter(kind="reversal", state__in=("planned", "sent", "unknown"))
    return ask_one_by_one(list(rows.order_by("planned_at", "pk")), found)


def may_be(*, pence: int) -> bool:
    """Whether a line of so much may be a reversal of which Stripe could not be asked yet (`look_for`): nobody can say so before it was."""
    return PaymentOperation.objects.filter(kind="reversal", state__in=("planned", "sent", "unknown"), pence=pence).exists()


# --- the payer has it again (pooling, in its own transaction) ---


def to_credit() -> list[ToCredit]:
    """What payers can be given back now: it came, or FLOAT can stand in for it. Oldest first."""
    found = []
    spare: dict[str, int] = {}
    for row in Recovery.objects.to_credit().select_related("payee").order_by("pk"):
        left = spare.setdefault(row.council_code, floats.spare(row.council_code))
        if row.come_pence == row.pence or left >= row.pence:
            spare[row.council_code] -= row.pence
            found.append(ToCredit(row.pk, row.lot_owner, _payee(row), row.council_code, row.about, row.pence))
    return found


def credit(*, recovery_id: int, journal_key: uuid.UUID, at: datetime) -> bool:
    """The lot and its payer have it again. False when they had it already.

    In the caller's transaction; the caller posts RECEIVABLE Dr / SHARE Cr with `journal_key`.
    """
    row = Recovery.objects.locked().get(pk=recovery_id)
    if row.credited_pence or row.remittance_id is None:
        return False
    row.credited_pence = row.pence
    row.save(update_fields=["credited_pence"])
    asked_back.note_recovered(row)
    Payment.objects.filter(remittances=row.remittance_id).update(used_pence=F("used_pence") - row.pence)
    _move(row, Kind.CREDITED, row.pence, journal_key, at)
    return True


# --- it came from the payee, or is borne ---


def come(row: Recovery, at: datetime) -> None:
    """Some of it came from the payee, or two people wrote it off. The row is locked; the sum is set already."""
    is_whole = row.left_pence == 0
    row.state = step(RECOVERY, row.state, "come_whole" if is_whole else "come")
    row.ended_at = at if is_whole else None
    row.save(update_fields=["state", "set_off_pence", "repaid_pence", "written_off_pence", "ended_at"])
    if is_whole:
        alarms.settle(kind="reversal_refused", about=f"recovery:{row.pk}", at=at)
        _tell_ended(row, at)


def propose_write_off(*, recovery_id: int, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two operators says that this will not come back. Nothing moves. Raises NotAllowed, NothingIsOwed."""
    row = Recovery.objects.get(pk=recovery_id)
    if row.state != Recovery.State.OWED:
        raise NothingIsOwed
    return two_people.first(what=WRITE_OFF, about_kind="recovery", about_id=row.pk, reason=reason, by=by, at=at, council_code=row.council_code)


def confirm_write_off(*, recovery_id: int, pence: int, by: Person, at: datetime) -> Recovery:
    """The second one agrees to just that sum: LOSS Dr / RECEIVABLE Cr, and FLOAT bears it.

    Raises NotAllowed, NeedsApproval, NothingIsOwed, two_people.SumHasChanged, FloatIsShort.
    """
    try:
        with transaction.atomic():
            row = _write_off(recovery_id, pence, by, at)
    except NotEnough as short:
        raise FloatIsShort from short
    floats.watch(council_code=row.council_code, at=at)
    return row


def _write_off(recovery_id: int, pence: int, by: Person, at: datetime) -> Recovery:
    row = Recovery.objects.locked().get(pk=recovery_id)
    two_people.second(what=WRITE_OFF, about_kind="recovery", about_id=row.pk, by=by, at=at)
    if row.state != Recovery.State.OWED:
        raise NothingIsOwed
    two_people.must_be_the_sum(pence, owed_pence=row.left_pence)
    row.written_off_pence += pence
    come(row, at)
    _note(row, "payments.write_off", by, at)
    loss, own = Account("LOSS", row.council_code), Account("FLOAT", row.council_code)
    transfers = (Transfer(loss, receivable(row), pence), Transfer(own, loss, pence))
    post_move(row, kind=Kind.WRITTEN_OFF, pence=-pence, transfers=transfers, by=by, at=at)
    return row


# --- shared with `suspense` ---


def owe_by_hand(*, payee: Payee, council_code: str, pence: int, journal_key: uuid.UUID, about: str, by: Person, at: datetime) -> Recovery:
    """They were paid by hand at Stripe: it is kept back from what they are paid next. The caller posts it."""
    row = Recovery.objects.create(
        payee=payee, pence=pence, credited_pence=pence, council_code=council_code, about=about, state=Recovery.State.OWED, opened_at=at
    )
    _note(row, "payments.paid_by_hand", by, at)
    _move(row, Kind.BY_HAND, pence, journal_key, at)
    return row


def reversed_by_hand(*, remittance_id: int, pence: int, journal_key: uuid.UUID, by: Person, at: datetime) -> Recovery:
    """Somebody took so much of a transfer back at Stripe's dashboard: it has come, and its payer gets it. The caller posts it."""
    sent = Remittance.objects.locked().select_related("payment").get(pk=remittance_id)
    row = Recovery.objects.create(
        payee_id=sent.payee_id,
        remittance=sent,
        pence=pence,
        reversed_pence=pence,
        council_code=sent.council_code,
        lot_owner=sent.payment.lot_owner,
        about=sent.about,
        state=Recovery.State.RECOVERED,
        opened_at=at,
        ended_at=at,
    )
    _count_reversed(sent, pence)
    _note(row, "payments.reversed_by_hand", by, at)
    _tell_ended(row, at)
    _move(row, Kind.REVERSED, -pence, journal_key, at)
    return row


def _count_reversed(sent: Remittance, pence: int) -> None:
    sent.reversed_pence += pence
    if sent.reversed_pence == sent.pence:
        sent.state = step(REMITTANCE, sent.state, "reverse")
    sent.save(update_fields=["reversed_pence", "state"])


def repaid(*, row: Recovery, pence: int, journal_key: uuid.UUID, at: datetime) -> None:
    """The payee paid so much back by hand; the caller posts it. The row is locked."""
    row.repaid_pence += pence
    come(row, at)
    _move(row, Kind.REPAID, -pence, journal_key, at)


def receivable(row: Recovery) -> Account:
    """What this payee owes in a council."""
    return Account("RECEIVABLE", row.council_code, _payee(row))


def _payee(row: Recovery) -> str:
    return f"payee:{row.payee_id}"


def _move(row: Recovery, kind: str, pence: int, key: uuid.UUID, at: datetime, line_id: str | None = None) -> OwedMove:
    return OwedMove.objects.create(recovery=row, kind=kind, pence=pence, journal_key=key, line_id=line_id, at=at)


def post_move(
    row: Recovery,
    *,
    kind: str,
    pence: int,
    transfers: tuple[Transfer, ...],
    at: datetime,
    by: Person | None = None,
    key: uuid.UUID | None = None,
    line_id: str | None = None,
) -> None:
    """One movement of what a payee owes, and its journal: last in the transaction."""
    move = _move(row, kind, pence, key or new_key(), at, line_id)
    actor, about = planning.actor(by), f"recovery:{row.pk}"
    post(Journal(move.journal_key, f"recovery_{kind}", row.council_code, transfers, at, actor=actor, about=about))


def _note(row: Recovery, verb: str, by: Person | None, at: datetime) -> None:
    detail = {"pence": row.pence, "about": row.about, "payee": row.payee_id}
    trail.write(by=by, verb=verb, about_kind="recovery", about_id=row.pk, at=at, council_code=row.council_code, detail=detail)


def _tell_ended(row: Recovery, at: datetime) -> None:
    payload = {"recovery": row.pk, "about": row.about, "pence": row.pence, "payee": row.payee_id}
    facts.record(kind="payments.recovery_ended", subject=row.about or f"recovery:{row.pk}", payload=payload, at=at, council_code=row.council_code)
