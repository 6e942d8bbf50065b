"""When a payer's bank takes money back, and when money comes back from a provider: whose money it is then, and which work falls short.

What a payer owes is paid from their own money in that group and from that part of their budget: what is free, what is set aside, what waits for
a leaver's answer, what was to go home and has not gone, what coming visits count on, what is held; in that order, and never from anybody else's.
What is held is given back by whoever holds it for something (told by a fact), and is free then. Locks: the debt; the place in the group, or the
organisation; what was to go home; then calls; payments' rows; the ledger last.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from audit.services import facts
from ledger import selectors as book
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
from payments.rules import take_from
from payments.services import disputes, recoveries, unsent
from payments.services.disputes import Owing
from payments.services.one_by_one import one_by_one
from payments.services.recoveries import ToCredit
from payments.services.unsent import Unsent
from people.models import Organisation
from pooling import selectors
from pooling.books import Lot, lot_of
from pooling.models import Call, Hold, Membership
from pooling.rules import CALL, step
from pooling.services import kept_for_debt, leaving_money
from pooling.services.call_records import lock_call, miss, tell, write_trail
from pooling.services.transactions import all_or_nothing

State = Call.State


@all_or_nothing
def cover(*, dispute_id: int, at: datetime) -> int:
    """Takes what a payer owes from their own money here; what is held for work of theirs is asked back by `pooling.share_uncovered`.

    Returns the pence taken now. What is left stays owed. Safe to repeat.
    """
    owing = disputes.owing(dispute_id)
    lot = lot_of(owing.lot_owner, owing.council_code)
    if owing.owed_pence <= 0:
        return 0
    if lot is None:
        return _take_from_wallet(owing, at)
    Membership.objects.locked().get(pk=lot.membership_id)
    free, going, reserves = _free(lot), unsent.of(owing), _reserves(lot)
    # What a statement says goes home is not gone yet: it pays before work that was said yes to falls short.
    leaving = _leaving(lot)
    missing = owing.owed_pence - free - sum(one.pence for one in going) - sum(reserves.values()) - sum(leaving.values())
    if missing > 0:
        _fall_short(owing, lot, missing, at)
    return _take(owing, {lot.share: _free(lot)} | reserves | leaving, going, at)


@all_or_nothing
def cover_from_free(*, dispute_id: int, at: datetime) -> int:
    """Takes what a payer owes from what is free of theirs now, or is to go home, and nothing that anything counts on. Returns the pence.

    Safe to repeat.
    """
    owing = disputes.owing(dispute_id)
    lot = lot_of(owing.lot_owner, owing.council_code)
    if owing.owed_pence <= 0:
        return 0
    if lot is None:
        return _take_from_wallet(owing, at)
    Membership.objects.locked().get(pk=lot.membership_id)
    # Nothing counts on what waits for a leaver's answer, nor on what a leaver set aside. `cover` may have been told before it was there.
    leaving = _leaving(lot)
    return _take(owing, {lot.share: _free(lot)} | (_reserves(lot) | leaving if leaving else {}), unsent.of(owing), at)


def _take_from_wallet(owing: Owing, at: datetime) -> int:
    """An organisation's: nothing counts on what it has handed to nobody."""
    Organisation.objects.select_for_update(no_key=True).get(pk=int(owing.lot_owner.removeprefix("holder:")))
    wallet = Account("WALLET", owing.council_code, owing.lot_owner)
    return _take(owing, {wallet: book.balance(wallet)}, unsent.of(owing), at)


def _free(lot: Lot) -> int:
    return max(0, selectors.free_share(lot.membership_id, lot.portion_id, lot.council))


def _fall_short(owing: Owing, lot: Lot, missing: int, at: datetime) -> None:
    """Calls of this payer fall short until it is enough: the disputed payment's own first, then what is not held yet, then the newest held."""
    calls = Call.objects.filter(membership_id=lot.membership_id, portion_id=lot.portion_id, state__in=(State.FUNDED, State.CONSUMED))
    order = sorted(calls.values_list("pk", "state"), key=lambda row: (f"call:{row[0]}" != owing.about, row[1] != State.FUNDED, -row[0]))
    for pk, state in order:
        is_its_own = f"call:{pk}" == owing.about
        if missing <= 0 and not is_its_own:
            return
        row = lock_call(pk)
        if state == State.FUNDED:
            missing -= row.pence if row.owed_pence is None else row.owed_pence
            _short(row, owing, 0, at)
            continue
        part = max(0, min(sum(hold.held_pence for hold in _holds(row)), missing))
        if part or is_its_own:
            missing -= part
            _short(row, owing, part, at)


def _holds(row: Call) -> list[Hold]:
    return list(Hold.objects.locked().filter(share_id=row.about_id, membership_id=row.membership_id, portion_id=row.portion_id))


def _short(row: Call, owing: Owing, held_pence: int, at: datetime) -> None:
    row.state, row.short_for = step(CALL, row.state, "chargeback"), owing.dispute_id
    row.save(update_fields=["state", "short_for"])
    write_trail(row=row, verb="pooling.call_shortfall", by=None, at=at)
    payload = {"call": row.pk, "about_kind": row.about_kind, "about_id": row.about_id, "membership": row.membership_id}
    payload |= {"pence": held_pence, "dispute": owing.dispute_id}
    facts.record(kind="pooling.share_uncovered", subject=f"dispute:{owing.dispute_id}", payload=payload, at=at, council_code=row.council_code)


def _reserves(lot: Lot) -> dict[Account, int]:
    """Where money of this lot is set aside by its owner's yes."""
    there = book.balances(codes=("RESERVE",), council=lot.council)
    return {account: pence for account, pence in there.items() if pence and account.owner.endswith(f"/{lot.owner}")}


def _leaving(lot: Lot) -> dict[Account, int]:
    """What waits for a leaver's answer."""
    return {lot.leaving: pence} if (pence := book.balance(lot.leaving)) else {}


def _take(owing: Owing, there: dict[Account, int], going: Sequence[Unsent], at: datetime) -> int:
    """From these accounts in order, as much as is owed and they may give: SHARE (RESERVE, LEAVING, WALLET) Dr / RECEIVABLE Cr.

    Only what they are short of stays of `going`: it is in the first of them again, before that pays.
    """
    receivable, own = Account("RECEIVABLE", owing.council_code, owing.lot_owner), next(iter(there))
    missing = owing.owed_pence - sum(there.values())
    stays = min(max(0, missing), sum(one.pence for one in going))
    kept = kept_for_debt.keep(owing=owing, own=own, going=going, pence=stays, at=at)
    there = there | {own: there[own] + stays}
    parts = take_from(list(there.values()), owing.owed_pence)
    transfers = tuple(Transfer(account, receivable, part) for account, part in zip(there, parts, strict=True) if part)
    if transfers:
        key = new_key()
        disputes.take(dispute_id=owing.dispute_id, pence=sum(parts), journal_key=key, at=at)
        _note_leaving(owing, there, parts, key, at)
        leaving_money.post_all([*kept, Journal(key, "debt_taken", owing.council_code, transfers, at, about=f"dispute:{owing.dispute_id}")])
    return sum(parts)


def _note_leaving(owing: Owing, there: dict[Account, int], parts: list[int], key: uuid.UUID, at: datetime) -> None:
    lot = lot_of(owing.lot_owner, owing.council_code)
    for account, part in zip(there, parts, strict=True):
        if lot is not None and part and account == lot.leaving:
            leaving_money.note_debt(lot=lot, pence=part, journal_key=key, at=at)


@all_or_nothing
def give_back(*, dispute_id: int, at: datetime) -> int:
    """The bank gave it up: what was taken is the payer's again, and what fell short because of it is whole where that is still wanted."""
    owing = disputes.owing(dispute_id)
    lot = lot_of(owing.lot_owner, owing.council_code)
    if lot is not None:
        Membership.objects.locked().get(pk=lot.membership_id)
    key = new_key()
    pence = disputes.give_back(dispute_id=dispute_id, journal_key=key, at=at)
    if pence:
        own = lot.share if lot is not None else Account("WALLET", owing.council_code, owing.lot_owner)
        back = (Transfer(Account("RECEIVABLE", owing.council_code, owing.lot_owner), own, pence),)
        post(Journal(key, "debt_given_back", owing.council_code, back, at, about=f"dispute:{dispute_id}"))
    return pence


@all_or_nothing
def _mend(call_id: int, at: datetime) -> bool:
    """A call that fell short, once its dispute is over: used ones are what they were; the others are covered again, or were missed."""
    row = lock_call(call_id)
    if row.state != State.SHORTFALL or row.short_for is None or not disputes.owing(row.short_for).is_ended:
        return False
    if _holds(row):
        row.state = step(CALL, row.state, "repaid_when_used")
        row.save(update_fields=["state"])
    elif selectors.free_share(row.membership_id, row.portion_id, row.council_code) >= (row.pence if row.owed_pence is None else row.owed_pence):
        row.state = step(CALL, row.state, "repaid")
        row.save(update_fields=["state"])
        tell("call_covered", row, at, covered_by="money")
    else:
        miss(row, "miss", at)
    write_trail(row=row, verb="pooling.call_mended", by=None, at=at)
    return True


def advance_due(*, at: datetime) -> int:
    """Gives back what came back, takes what is owed from what is free then, mends what fell short, and gives payers what providers gave back.

    In this order, whichever debt is older: what one debt gives back pays another of the same payer before anything counts on it again.
    Returns how many things moved.
    """
    owing = disputes.all_owing()
    moved = one_by_one(owing, lambda pk: give_back(dispute_id=pk, at=at))
    moved += one_by_one(owing, lambda pk: cover_from_free(dispute_id=pk, at=at))
    short = list(Call.objects.filter(state=State.SHORTFALL).order_by("pk").values_list("pk", flat=True))
    moved += one_by_one(short, partial(_mend, at=at))
    return moved + one_by_one(recoveries.to_credit(), lambda one: _credit(one, at))


@all_or_nothing
def _credit(one: ToCredit, at: datetime) -> bool:
    """Money asked back from a provider is its payer's again: RECEIVABLE Dr / SHARE Cr."""
    lot = lot_of(one.lot_owner, one.council_code)
    if lot is None:
        return False
    Membership.objects.locked().get(pk=lot.membership_id)
    key = new_key()
    if not recoveries.credit(recovery_id=one.recovery_id, journal_key=key, at=at):
        return False
    payload = {"about": one.about, "pence": one.pence, "owner": one.lot_owner}
    facts.record(kind="pooling.money_recovered", subject=one.about, payload=payload, at=at, council_code=one.council_code)
    back = (Transfer(Account("RECEIVABLE", one.council_code, one.payee_owner), lot.share, one.pence),)
    post(Journal(key, "recover", one.council_code, back, at, about=one.about))
    return True
