"""A leaver's money: SHARE → LEAVING when a statement says so, LEAVING → REFUND when they agree or say nothing, and what comes free later at once.

Money goes out to where it came from, by its lots, and nowhere else (money.md 5, 4). Whoever calls has locked the place; the ledger is last.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.services import facts, trail
from ledger import selectors as book
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Posted, Refused, Transfer, new_key, post, post_many
from payments.models import Payment
from payments.services import refunds
from people.models import Person
from pooling.books import Lot, actor, lot_of
from pooling.models import Leaving, LeavingMove, Membership, Portion, Statement, Withdrawal
from pooling.rules import MEMBERSHIP, NEW, WITHDRAWAL, NotNow, step
from pooling.selectors import free_share
from pooling.selectors.leaving import Reckoned, reserves_of
from pooling.services.membership_records import write_trail
from pooling.services.transactions import all_or_nothing

Kind = LeavingMove.Kind


@dataclass(frozen=True, slots=True)
class Going:
    """What every movement of one leaver's money says of itself."""

    leaving: Leaving
    by: Person | None
    at: datetime
    statement: Statement | None = None


def put_aside(*, going: Going, reckoned: Sequence[Reckoned]) -> None:
    """What a statement says comes back waits in LEAVING for their answer: SHARE (and what was set aside) Dr / LEAVING Cr, a journal a portion."""
    journals = []
    for one in reckoned:
        pence = one.settled.payable_pence
        if not pence:
            continue
        lot = _lot(going, one.portion)
        key = new_key()
        _write(going, one.portion, Kind.INTO, pence, key)
        journals.append(Journal(key, "leaving", lot.council, _out_of_own(lot, pence), going.at, actor=actor(going.by), about=_about(going)))
    post_all(journals)


def _out_of_own(lot: Lot, pence: int) -> tuple[Transfer, ...]:
    """What was set aside first, then what is free."""
    transfers = []
    for account, there in reserves_of(lot).items():
        if part := min(there, pence):
            transfers.append(Transfer(account, lot.leaving, part))
            pence -= part
    return (*transfers, Transfer(lot.share, lot.leaving, pence)) if pence else tuple(transfers)


def send_home(*, going: Going, keep_portions: Sequence[int] = ()) -> int:
    """Everything that waits in LEAVING for this place goes to where it came from: LEAVING Dr / REFUND Cr. Returns the pence.

    `keep_portions`: theirs waits on, because where it goes is being asked about.
    """
    journals, total = [], 0
    portions = Portion.objects.filter(leaving_moves__leaving=going.leaving).exclude(pk__in=keep_portions).distinct().order_by("pk")
    for portion in portions:
        lot = _lot(going, portion)
        pence = _may_leave(lot)
        if pence > 0:
            total += pence
            row = _approve(going, portion, pence)
            journals.append(_journal(row, "leaving_home", (Transfer(lot.leaving, lot.refund, pence),), going))
    post_all(journals)
    return total


def _may_leave(lot: Lot) -> int:
    """What waits in LEAVING, less what their bank took back since and their other money here can't pay: `setbacks` takes that in a moment."""
    waiting = book.balance(lot.leaving)
    owed = book.balance(Account("RECEIVABLE", lot.council, lot.owner)) if waiting else 0
    if owed <= 0:
        return waiting
    own = max(0, free_share(lot.membership_id, lot.portion_id, lot.council)) + sum(reserves_of(lot).values())
    return waiting - max(0, owed - own)


def _approve(going: Going, portion: Portion, pence: int, lot_id: uuid.UUID | None = None) -> Withdrawal:
    """The row whose refunds carry it home, newest lot first; tracked and re-tried as any other money going home."""
    lot = _lot(going, portion)
    row = Withdrawal.objects.create(
        membership_id=lot.membership_id,
        portion=portion,
        council_code=lot.council,
        pence=pence,
        state=step(WITHDRAWAL, NEW, "withdraw"),
        journal_key=new_key(),
        asked_by=going.by,
        asked_at=going.at,
    )
    _write(going, portion, Kind.HOME, pence, row.journal_key, row)
    about = f"withdrawal:{row.pk}"
    refunds.approve(lot_owner=lot.owner, pence=pence, council_code=lot.council, about=about, by=going.by, at=going.at, lot_id=lot_id)
    return row


def _journal(row: Withdrawal, kind: str, transfers: tuple[Transfer, ...], going: Going) -> Journal:
    return Journal(row.journal_key, kind, row.council_code, transfers, going.at, actor=actor(going.by), about=f"withdrawal:{row.pk}")


# --- what comes later ---


@all_or_nothing
def true_up(*, membership: Membership, at: datetime) -> int:
    """What came free after the statement goes to where it came from, in one journal: SHARE → LEAVING → REFUND. Returns the pence.

    To the original payer and portion only, also long after they left. What their bank took back is kept for that (`setbacks`).
    """
    place = Membership.objects.locked().select_related("person").get(pk=membership.pk)
    leaving = _leaving_of(place)
    if leaving is None or (place.state, "late_true_up") not in MEMBERSHIP:
        return 0
    going, journals, total = Going(leaving, None, at), [], 0
    for portion in Portion.objects.filter(pledges__membership=place).distinct().order_by("pk"):
        lot = _lot(going, portion)
        pence = _came_free(lot)
        if pence <= 0:
            continue
        total += pence
        row = _approve(going, portion, pence)
        _write(going, portion, Kind.INTO, pence, row.journal_key)
        journals.append(_journal(row, "late_true_up", (*_out_of_own(lot, pence), Transfer(lot.leaving, lot.refund, pence)), going))
    if total:
        write_trail(membership=place, verb="pooling.late_true_up", by=None, at=at, pence=total)
        _tell("pooling.trued_up", going, pence=total)
        post_all(journals)
    return total


def _came_free(lot: Lot) -> int:
    owed = book.balances(codes=("RECEIVABLE",), council=lot.council, owner_prefix=lot.owner)
    free = max(0, free_share(lot.membership_id, lot.portion_id, lot.council))
    return free + sum(reserves_of(lot).values()) - sum(pence for account, pence in owed.items() if account.owner == lot.owner and pence > 0)


@all_or_nothing
def send_aged(*, payment_id: uuid.UUID, at: datetime) -> int:
    """A lot of 88 days whose money waits in LEAVING for an answer goes home, out of that lot (adr/0012). Returns the pence."""
    payment = Payment.objects.get(pk=payment_id)
    lot = lot_of(payment.lot_owner, payment.council_code)
    if lot is None:
        return 0
    place = Membership.objects.locked().get(pk=lot.membership_id)
    payment.refresh_from_db()
    pence = min(payment.free_pence, _may_leave(lot))
    leaving = _leaving_of(place)
    if leaving is None or pence <= 0:
        return 0
    going = Going(leaving, None, at, _newest(leaving))
    row = _approve(going, Portion.objects.get(pk=lot.portion_id), pence, payment.pk)
    post_all([_journal(row, "leaving_home", (Transfer(lot.leaving, lot.refund, pence),), going)])
    return pence


def note_debt(*, lot: Lot, pence: int, journal_key: uuid.UUID, at: datetime) -> None:
    """A bank took a payment of a leaver's back, and what waits in LEAVING pays it: the row of that. The caller posts LEAVING Dr / RECEIVABLE Cr."""
    move = LeavingMove.objects.filter(membership_id=lot.membership_id, portion_id=lot.portion_id).select_related("leaving").latest("pk")
    _write(Going(move.leaving, None, at, _newest(move.leaving)), Portion(pk=lot.portion_id, council_code=lot.council), Kind.DEBT, pence, journal_key)


# --- writing down ---


def _leaving_of(place: Membership) -> Leaving | None:
    return place.leavings.exclude(state=Leaving.State.TAKEN_BACK).order_by("-pk").first()


def _newest(leaving: Leaving) -> Statement | None:
    return leaving.statements.order_by("-version").first()


def _lot(going: Going, portion: Portion) -> Lot:
    return Lot(going.leaving.membership_id, portion.pk, portion.council_code)


def _about(going: Going) -> str:
    return f"statement:{going.statement.pk}" if going.statement is not None else f"leaving:{going.leaving.pk}"


def _write(going: Going, portion: Portion, kind: str, pence: int, key: uuid.UUID, withdrawal: Withdrawal | None = None) -> None:
    LeavingMove.objects.create(
        leaving=going.leaving,
        membership_id=going.leaving.membership_id,
        portion_id=portion.pk,
        council_code=portion.council_code,
        statement=going.statement,
        kind=kind,
        pence=pence,
        journal_key=key,
        withdrawal=withdrawal,
        by=going.by,
        at=going.at,
    )
    trail.write(
        by=going.by,
        verb=f"pooling.leaving_{kind}",
        about_kind="leaving",
        about_id=going.leaving.pk,
        at=going.at,
        council_code=portion.council_code,
        detail={"pence": pence, "portion": portion.pk},
    )


def _tell(kind: str, going: Going, **more: int) -> None:
    place = going.leaving.membership_id
    payload = {"membership": place, "leaving": going.leaving.pk, **more}
    facts.record(kind=kind, subject=f"membership:{place}", payload=payload, at=going.at, council_code=going.leaving.council_code)


def post_all(journals: Sequence[Journal]) -> None:
    """All of them or none, their accounts locked in one order. Raises the refusal of the guilty one."""
    if len(journals) == 1:
        post(journals[0])
        return
    results = post_many(journals, linked=True) if journals else []
    refused = [result for result in results if isinstance(result, Refused)]
    if refused:
        raise next((one for one in refused if one.reason != "linked"), refused[0])
    if not all(isinstance(result, Posted) for result in results):
        raise NotNow
