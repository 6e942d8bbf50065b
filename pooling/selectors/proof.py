"""Proves this room's rows against the book and against each other: sentences of what differs, none when all is right.

A state that says money was held, paid on, given back or sent home has its journal, with the same pence.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Q

from ledger import selectors as book
from ledger.services.accounts import Account
from payments.models import Payment, Refund
from pooling.books import Lot
from pooling.models import Call, Earmark, Hold, HoldMove, Pledge, WalletMove, WalletSlice, Withdrawal
from pooling.selectors.promises import free_shares
from pooling.selectors.proof_of_leaving import proof_of_leaving
from pooling.selectors.proof_of_weekly import proof_of_weekly
from pooling.selectors.wallets import slice_payments

Kind = HoldMove.Kind
# What each kind of movement does to the accounts of each code, in natural sign.
EFFECTS = {
    "HOLD": {Kind.PLACE: 1, Kind.RELEASE: -1, Kind.GIVE_BACK: -1, Kind.DISPUTE: -1},
    "DISPUTE": {Kind.DISPUTE: 1, Kind.SETTLE_PAY: -1, Kind.SETTLE_RETURN: -1},
    "DUE": {Kind.RELEASE: 1, Kind.SETTLE_PAY: 1},
}


def proof(using: str = "default") -> list[str]:
    """What differs. Reads rows by the connection `using`; the book by the one everybody reads it with."""
    rows = [*_holds(using), *_moves(using), *_withdrawals(using), *_wallets(using), *_promises(using), *_paid_by(using), *_free(using)]
    return [*rows, *proof_of_leaving(using), *proof_of_weekly(using)]


def _holds(using: str) -> Iterator[str]:
    """Each hold is what its movements made it, and equals its HOLD and DISPUTE accounts; no such account without a hold. Nothing is in RESERVE."""
    moved: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for hold_id, kind, pence in HoldMove.objects.using(using).values_list("hold_id", "kind", "pence"):
        moved[hold_id][kind] += pence
    wanted: dict[Account, int] = {}
    for hold in Hold.objects.using(using):
        sums = moved[hold.pk]
        paid, back = sums[Kind.RELEASE] + sums[Kind.SETTLE_PAY], sums[Kind.GIVE_BACK] + sums[Kind.SETTLE_RETURN]
        questioned = sums[Kind.DISPUTE] - sums[Kind.SETTLE_PAY] - sums[Kind.SETTLE_RETURN]
        if (hold.placed_pence, hold.released_pence, hold.returned_pence, hold.disputed_pence) != (sums[Kind.PLACE], paid, back, questioned):
            yield f"hold {hold.pk}: its figures are not those of its movements"
        lot = Lot(hold.membership_id, hold.portion_id, hold.council_code)
        wanted |= {lot.hold(hold.pk): hold.held_pence, lot.dispute(hold.pk): hold.disputed_pence}
    there = book.balances(codes=("HOLD", "DISPUTE", "RESERVE"))
    for account in sorted(wanted.keys() | there.keys()):
        if wanted.get(account, 0) != there.get(account, 0):
            yield f"{account.code} of {account.owner}: the book has {there.get(account, 0)}p, the holds {wanted.get(account, 0)}p"


def _moves(using: str) -> Iterator[str]:
    """Each movement's journal is in the book, and moved what the movements of that journal say."""
    rows = list(HoldMove.objects.using(using).values_list("journal_key", "kind", "pence"))
    for code, effects in EFFECTS.items():
        yield from _compare(code, ((key, effects.get(Kind(kind), 0) * pence) for key, kind, pence in rows))
    unknown = set(Hold.objects.using(using).values_list("place_journal", flat=True)) - {key for key, kind, _ in rows if kind == Kind.PLACE}
    yield from (f"journal {key}: a hold names it, no movement does" for key in sorted(unknown))


def _withdrawals(using: str) -> Iterator[str]:
    rows = list(Withdrawal.objects.using(using))
    yield from _compare("REFUND", ((row.journal_key, row.pence) for row in rows))
    yield from _compare("REFUND", ((row.kept_journal, -row.kept_pence) for row in rows if row.kept_journal is not None))
    theirs: dict[tuple[str, str], int] = defaultdict(int)
    sent: dict[str, int] = defaultdict(int)
    for refund in Refund.objects.using(using).filter(about__startswith="withdrawal:").select_related("payment"):
        if refund.lot_owner == refund.payment.lot_owner:
            theirs[refund.about, refund.lot_owner] += refund.pence
        # Once home it may have come back since, and a fact still be on its way that says so.
        if refund.done_journal is not None or refund.state == Refund.State.BY_HAND:
            sent[refund.about] += refund.pence
    for row in rows:
        about, owner = f"withdrawal:{row.pk}", Lot(row.membership_id, row.portion_id, row.council_code).owner
        if theirs[about, owner] != row.pence:
            yield f"{row}: {row.pence}p of {owner}, but of their lots {theirs[about, owner]}p go home"
        if row.returned_pence > sent[about]:
            yield f"{row}: it says that {row.returned_pence}p are home, and {sent[about]}p were sent"


def _wallets(using: str) -> Iterator[str]:
    """Each list handed out is its rows, each row is the parts of lots that its journals moved; and a wallet holds what is left of its lots."""
    rows = list(WalletSlice.objects.using(using))
    parts = slice_payments(row.pk for row in rows)
    of_move: dict[int, int] = defaultdict(int)
    for row in rows:
        of_move[row.move_id] += row.pence
        if (made := sum(pence for _, pence in parts.get(row.pk, []))) != row.pence:
            yield f"{row} says {row.pence}p, the parts it became are {made}p"
    for key, change in (("WALLET", -1), ("SHARE", 1)):
        yield from _compare(key, ((journal, change * pence) for each in parts.values() for journal, pence in each))
    moves = list(WalletMove.objects.using(using))
    for move in moves:
        if move.kind == WalletMove.Kind.HANDED_OUT and move.pence != of_move[move.pk]:
            yield f"{move} says {move.pence}p, its rows are {of_move[move.pk]}p"
    yield from _compare("REFUND", ((move.journal_key, move.pence) for move in moves if move.journal_key is not None))
    yield from _compare("REFUND", ((move.kept_journal, -move.kept_pence) for move in moves if move.kept_journal is not None))
    for account, pence in book.balances(codes=("WALLET",), owner_prefix="holder:").items():
        left = sum(lot.free_pence for lot in Payment.objects.using(using).with_money_left(account.owner, account.council))
        if left != pence:
            yield f"WALLET of {account.owner}: the book has {pence}p, its lots have {left}p left"


def _compare(code: str, claims: Iterable[tuple[UUID, int]]) -> Iterator[str]:
    """What rows claim their journals moved on accounts of a code, against what they did."""
    claimed: dict[UUID, int] = defaultdict(int)
    for key, pence in claims:
        claimed[key] += pence
    did = book.moved(code=code, keys=claimed)
    for key in sorted(claimed):
        if claimed[key] != did.get(key, 0):
            yield f"journal {key}: moved {did.get(key, 0)}p of {code}, its rows say {claimed[key]}p"


def _promises(using: str) -> Iterator[str]:
    """What was called and kept adds up: calls within earmarks within promises."""
    called: dict[int, int] = defaultdict(int)
    counted = Q(follows__isnull=True) | Q(follows__state="cancelled")
    for earmark_id, pence in Call.objects.using(using).filter(counted).exclude(state="cancelled").values_list("earmark_id", "pence"):
        called[earmark_id] += pence
    kept: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for earmark in Earmark.objects.using(using):
        if earmark.called_pence != called[earmark.pk]:
            yield f"earmark {earmark.pk}: its calls are {called[earmark.pk]}p, it says {earmark.called_pence}p"
        sums = kept[earmark.pledge_id]
        sums[0] += earmark.called_pence if earmark.state == Earmark.State.DROPPED else earmark.pence
        sums[1] += earmark.called_pence
    for pledge in Pledge.objects.using(using):
        if [pledge.earmarked_pence, pledge.called_pence] != kept[pledge.pk]:
            yield f"promise {pledge.pk}: its earmarks are {kept[pledge.pk]}p, it says {[pledge.earmarked_pence, pledge.called_pence]}p"


def _paid_by(using: str) -> Iterator[str]:
    """What a call names as its payment is its own payer's."""
    owners = dict(Payment.objects.using(using).values_list("pk", "lot_owner"))
    for call in Call.objects.using(using).exclude(payment_id=None):
        owner = Lot(call.membership_id, call.portion_id, call.council_code).owner
        if call.payment_id is not None and owners.get(call.payment_id) != owner:
            yield f"call {call.pk}: no payment of {owner} paid it"


def _free(using: str) -> Iterator[str]:
    """Nobody's money is counted on twice."""
    calls = Call.objects.using(using).filter(state__in=["called", "ordered", "clearing", "funded"])
    lots = sorted(set(calls.values_list("membership_id", "portion_id", "council_code")))
    for lot, pence in free_shares(Lot(*each) for each in lots).items():
        if pence < 0:
            yield f"member {lot.membership_id}, portion {lot.portion_id}: less is here than calls count on"
