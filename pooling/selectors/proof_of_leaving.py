"""Proves that LEAVING is what statements say is still to go, and that what is settled has gone home by a journal."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from ledger import selectors as book
from ledger.services.accounts import Account
from pooling.books import Lot
from pooling.models import Leaving, LeavingMove, Statement, StatementPart

Kind = LeavingMove.Kind
SIGNS = {Kind.INTO: 1, Kind.HOME: -1, Kind.DEBT: -1}


def proof_of_leaving(using: str = "default") -> Iterator[str]:
    """Sentences of what differs; none when all is right. Reads rows by the connection `using`."""
    moves = list(LeavingMove.objects.using(using).select_related("leaving"))
    here: dict[Account, int] = defaultdict(int)
    said: dict[UUID, int] = defaultdict(int)
    for move in moves:
        pence = SIGNS[Kind(move.kind)] * move.pence
        here[Lot(move.membership_id, move.portion_id, move.council_code).leaving] += pence
        said[move.journal_key] += pence
    there = book.balances(codes=("LEAVING",))
    for account in sorted(here.keys() | there.keys()):
        if here.get(account, 0) != there.get(account, 0):
            yield f"LEAVING of {account.owner}: the book has {there.get(account, 0)}p, the rows {here.get(account, 0)}p"
    did = book.moved(code="LEAVING", keys=said)
    for key in sorted(said):
        if said[key] != did.get(key, 0):
            yield f"journal {key}: moved {did.get(key, 0)}p of LEAVING, its rows say {said[key]}p"
    settled = {move.membership_id for move in moves if move.leaving.state == Leaving.State.SETTLED}
    for account, pence in here.items():
        if pence and any(account.owner.startswith(f"member:{pk}/") for pk in settled):
            yield f"LEAVING of {account.owner}: they are settled, and {pence}p have not gone home"
    yield from _statements(using, moves, here)


def _statements(using: str, moves: list[LeavingMove], here: dict[Account, int]) -> Iterator[str]:
    """The newest version of each: what it says comes back has gone by it, paid a debt by it, or still waits."""
    gone: dict[tuple[int, int], int] = defaultdict(int)
    for move in moves:
        if move.statement_id is not None and move.kind != Kind.INTO:
            gone[move.statement_id, move.portion_id] += move.pence
    newest = {row.leaving_id: row for row in Statement.objects.using(using).order_by("version")}
    for part in StatementPart.objects.using(using).filter(statement__in=[row.pk for row in newest.values()]).select_related("statement"):
        waits = here.get(Lot(part.statement.membership_id, part.portion_id, part.council_code).leaving, 0)
        if part.payable_pence != waits + gone[part.statement_id, part.portion_id]:
            went = gone[part.statement_id, part.portion_id]
            yield f"{part.statement}: portion {part.portion_id} says {part.payable_pence}p, {went}p went and {waits}p wait"
