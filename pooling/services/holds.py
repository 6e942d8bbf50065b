"""Held money: placing it for a piece of work, paying it on, giving it back, questioning it. The only way other rooms move held money.

Who may say that something happened is `marketplace`'s matter; here a hold never gives more than was placed, one thing is paid for once, and every
movement has its journal. Locks: places in the group in id order, then calls, then holds; the ledger last.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.errors import Refusal
from audit.services import trail
from ledger.services.journals import Journal, Posted, Refused, Transfer, new_key, post, post_many
from payments.services import remittances
from people.models import Person
from pooling.books import Lot, actor, due
from pooling.models import Call, Hold, HoldMove, Membership
from pooling.rules import NotNow
from pooling.services.call_records import consume, lock_call
from pooling.services.transactions import all_or_nothing

Kind = HoldMove.Kind
SHARE_KIND = "milestone_share"


class NotCovered(Refusal):
    code = "not_covered"
    sentence = "The money for this is not here yet. Nothing was moved."


class HoldIsExhausted(Refusal):
    code = "hold_is_used_up"
    sentence = "Less than that is held. Nothing was moved."


class GroupIsStopped(Refusal):
    code = "group_is_stopped"
    sentence = "This group is stopped for now, so nothing is paid to a provider. It is tried again when the group goes on."


class AlreadyPaidFor(Refusal):
    code = "already_paid_for"
    sentence = "This has been paid already. Nothing was moved."


@dataclass(frozen=True, slots=True)
class HoldPart:
    """One payer's share of one piece of work."""

    share_id: int
    membership_id: int
    portion_id: int
    pence: int


@all_or_nothing
def place(*, about_kind: str, about_id: int, parts: Sequence[HoldPart], at: datetime) -> dict[int, Hold]:
    """Sets aside and holds the money of everybody who pays for one piece of work: all of it or nothing.

    Each part needs its own funded call (`about_kind="milestone_share"`, the share's id), which is used up. One journal for all payers of one
    council; of several councils, linked ones. Returns {share id: Hold}. Raises NotCovered; ledger's NotEnough.
    """
    if not parts:
        raise ValueError("A hold needs at least one part.")
    list(Membership.objects.locked().filter(pk__in={part.membership_id for part in parts}).order_by("pk"))
    calls = {part.share_id: _funded_call(part) for part in parts}
    keys = {council: new_key() for council in {call.council_code for call in calls.values()}}
    transfers: dict[str, list[Transfer]] = defaultdict(list)
    holds: dict[int, Hold] = {}
    for part in parts:
        call = calls[part.share_id]
        consume(call)
        hold = _write_hold(about_kind, about_id, part, call.council_code, keys[call.council_code], at)
        holds[part.share_id] = hold
        transfers[call.council_code] += _placing(_lot(hold), f"{about_kind}:{about_id}", hold)
    group = new_key() if len(keys) > 1 else None
    about = f"{about_kind}:{about_id}"
    journals = [Journal(keys[council], "place", council, tuple(transfers[council]), at, about=about, group_key=group) for council in sorted(keys)]
    _post_all(journals)
    return holds


def _funded_call(part: HoldPart) -> Call:
    pk = Call.objects.filter(about_kind=SHARE_KIND, about_id=part.share_id, state=Call.State.FUNDED).values_list("pk", flat=True).first()
    call = lock_call(pk) if pk is not None else None
    if call is None or call.state != Call.State.FUNDED or (call.membership_id, call.portion_id) != (part.membership_id, part.portion_id):
        raise NotCovered
    if not 1 <= part.pence <= call.pence or call.owed_pence is not None:
        raise NotCovered
    return call


def _write_hold(about_kind: str, about_id: int, part: HoldPart, council: str, key: uuid.UUID, at: datetime) -> Hold:
    hold = Hold.objects.create(
        about_kind=about_kind,
        about_id=about_id,
        share_id=part.share_id,
        membership_id=part.membership_id,
        portion_id=part.portion_id,
        council_code=council,
        placed_pence=part.pence,
        place_journal=key,
        placed_at=at,
    )
    _write_move(hold, Kind.PLACE, part.pence, key, f"{about_kind}:{about_id}", None, at)
    return hold


def _placing(lot: Lot, about: str, hold: Hold) -> list[Transfer]:
    """SHARE → RESERVE → HOLD."""
    reserve = lot.reserve(about)
    return [Transfer(lot.share, reserve, hold.placed_pence), Transfer(reserve, lot.hold(hold.pk), hold.placed_pence)]


@all_or_nothing
def release(*, hold: Hold, pence: int, payee_id: int, about: str, by: Person | None, at: datetime, group: str = "") -> HoldMove:
    """Held money becomes owed to the provider. `about` ("share:9") is paid for once, ever. `group`: what belongs together, "agreement:4".

    Raises HoldIsExhausted, AlreadyPaidFor; payments' LotsFallShort.
    """
    row = _lock(hold)
    _must_have(row.held_pence, pence)
    _must_be_unpaid(about)
    row.released_pence += pence
    move = _write_move(row, Kind.RELEASE, pence, new_key(), about, by, at)
    row.save(update_fields=["released_pence"])
    lot = _lot(row)
    _owe(row, payee_id, pence, about, at, group)
    _post(move, "release", [Transfer(lot.hold(row.pk), due(payee_id, row.council_code), pence)], row)
    return move


@all_or_nothing
def give_back(*, hold: Hold, pence: int, by: Person | None, at: datetime, about: str = "") -> HoldMove:
    """Held money is its owner's own and free again, in the same group and portion. Raises HoldIsExhausted."""
    row = _lock(hold)
    _must_have(row.held_pence, pence)
    row.returned_pence += pence
    move = _write_move(row, Kind.GIVE_BACK, pence, new_key(), about, by, at)
    row.save(update_fields=["returned_pence"])
    lot = _lot(row)
    _post(move, "give_back", [Transfer(lot.hold(row.pk), lot.share, pence)], row)
    return move


@all_or_nothing
def dispute(*, hold: Hold, pence: int, by: Person | None, at: datetime, about: str = "") -> HoldMove:
    """Held money is questioned: it waits apart until it is settled. Raises HoldIsExhausted."""
    row = _lock(hold)
    _must_have(row.held_pence, pence)
    row.disputed_pence += pence
    move = _write_move(row, Kind.DISPUTE, pence, new_key(), about, by, at)
    row.save(update_fields=["disputed_pence"])
    lot = _lot(row)
    _post(move, "dispute", [Transfer(lot.hold(row.pk), lot.dispute(row.pk), pence)], row)
    return move


@all_or_nothing
def settle(
    *, hold: Hold, pay_pence: int, return_pence: int, payee_id: int, about: str, by: Person | None, at: datetime, group: str = ""
) -> list[HoldMove]:
    """Questioned money: so much to the provider, so much back to its owner, in one journal. Either may be 0, not both.

    Raises HoldIsExhausted, AlreadyPaidFor; payments' LotsFallShort.
    """
    row = _lock(hold)
    if min(pay_pence, return_pence) < 0:
        raise ValueError("A settlement has no sums below zero.")
    _must_have(row.disputed_pence, pay_pence + return_pence)
    if pay_pence:
        _must_be_unpaid(about)
    row.disputed_pence -= pay_pence + return_pence
    row.released_pence += pay_pence
    row.returned_pence += return_pence
    key = new_key()
    lot = _lot(row)
    parts = [(Kind.SETTLE_PAY, pay_pence, due(payee_id, row.council_code)), (Kind.SETTLE_RETURN, return_pence, lot.share)]
    moves = [_write_move(row, kind, pence, key, about, by, at) for kind, pence, _ in parts if pence]
    row.save(update_fields=["disputed_pence", "released_pence", "returned_pence"])
    if pay_pence:
        _owe(row, payee_id, pay_pence, about, at, group)
    _post(moves[0], "settle", [Transfer(lot.dispute(row.pk), account, pence) for _, pence, account in parts if pence], row)
    return moves


@all_or_nothing
def release_by_order(*, call: Call, pence: int, payee_id: int, about: str, by: Person | None, at: datetime, group: str = "") -> HoldMove:
    """An order's money is here, and its owner said yes: SHARE → RESERVE → HOLD → DUE in one journal (money.md 3, last row).

    `call` is the billed one, funded; it is used up. Returns the release, whose hold records the whole. Raises NotCovered, AlreadyPaidFor;
    payments' LotsFallShort.
    """
    row = lock_call(call.pk)
    if row.state != Call.State.FUNDED or row.owed_pence is None or not 1 <= pence <= row.owed_pence:
        raise NotCovered
    _must_be_unpaid(about)
    consume(row)
    key = new_key()
    part = HoldPart(row.about_id, row.membership_id, row.portion_id, pence)
    hold = _write_hold("order", row.pk, part, row.council_code, key, at)
    hold.released_pence = pence
    hold.save(update_fields=["released_pence"])
    move = _write_move(hold, Kind.RELEASE, pence, key, about, by, at)
    lot = _lot(hold)
    _owe(hold, payee_id, pence, about, at, group)
    onward = Transfer(lot.hold(hold.pk), due(payee_id, row.council_code), pence)
    _post(move, "release_by_order", [*_placing(lot, f"order:{row.pk}", hold), onward], hold)
    return move


def _lock(hold: Hold) -> Hold:
    Membership.objects.locked().get(pk=hold.membership_id)
    return Hold.objects.locked().get(pk=hold.pk)


def _lot(hold: Hold) -> Lot:
    return Lot(hold.membership_id, hold.portion_id, hold.council_code)


def _must_have(there_pence: int, pence: int) -> None:
    if pence < 1:
        raise ValueError("A movement of held money is at least 1p.")
    if pence > there_pence:
        raise HoldIsExhausted


def _must_be_unpaid(about: str) -> None:
    if not about:
        raise ValueError("A payment says what it is for.")
    if HoldMove.objects.filter(about=about, kind__in=[Kind.RELEASE, Kind.SETTLE_PAY]).exists():
        raise AlreadyPaidFor


def _write_move(hold: Hold, kind: str, pence: int, key: uuid.UUID, about: str, by: Person | None, at: datetime) -> HoldMove:
    move = HoldMove.objects.create(hold=hold, kind=kind, pence=pence, about=about, journal_key=key, by=by, at=at)
    trail.write(
        by=by,
        verb=f"pooling.hold_{kind}",
        about_kind=hold.about_kind,
        about_id=hold.about_id,
        at=at,
        council_code=hold.council_code,
        detail={"hold": hold.pk, "pence": pence, "share": hold.share_id},
    )
    return move


def _owe(hold: Hold, payee_id: int, pence: int, about: str, at: datetime, group: str) -> None:
    """Names the lots the provider is paid from, before the ledger moves. Nothing leaves a group that is stopped (state-machines.md 2)."""
    if Membership.objects.filter(pk=hold.membership_id, cluster__state="frozen").exists():
        raise GroupIsStopped
    remittances.owe(payee_id=payee_id, lot_owner=_lot(hold).owner, pence=pence, council_code=hold.council_code, about=about, at=at, group=group)


def _post(move: HoldMove, kind: str, transfers: Sequence[Transfer], hold: Hold) -> None:
    about = move.about or f"{hold.about_kind}:{hold.about_id}"
    post(Journal(move.journal_key, kind, hold.council_code, tuple(transfers), move.at, actor=actor(move.by), about=about))


def _post_all(journals: Sequence[Journal]) -> None:
    """All of them or none. Raises the refusal of the guilty one."""
    results = post_many(journals, linked=len(journals) > 1)
    refused = [result for result in results if isinstance(result, Refused)]
    if refused:
        raise next((one for one in refused if one.reason != "linked"), refused[0])
    if not all(isinstance(result, Posted) for result in results):
        raise NotNow
