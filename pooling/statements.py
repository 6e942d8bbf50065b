"""What happened to one payer's money in one group, line by line, newest first: for their own page and for who looks after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger import selectors as book
from pooling.books import Lot
from pooling.models import HoldMove, Membership, Portion

_PAID = ("release", "settle_pay")


@dataclass(frozen=True, slots=True)
class Line:
    """`pence`: plus when it came to the payer's own money here, minus when it left; a payment out of held money is a minus of its own.

    `kind`: available, place, give_back, settle_return, withdraw, keep, release, settle_pay … as the journals say.
    """

    at: datetime
    kind: str
    pence: int
    about: str


def lines(membership: Membership, portion: Portion, *, limit: int = 100) -> list[Line]:
    """Payments in, what was set aside, what was paid to providers, what came back. Three queries."""
    lot = Lot(membership.pk, portion.pk, portion.council_code)
    own = _net(book.entries(owner=lot.owner, codes=("SHARE",), limit=2 * limit))
    moves = HoldMove.objects.filter(hold__membership=membership, hold__portion=portion, kind__in=_PAID).order_by("-at", "-pk")
    paid = [Line(move.at, move.kind, -move.pence, move.about) for move in moves[:limit]]
    return sorted([*own, *paid], key=lambda line: line.at, reverse=True)[:limit]


def _net(entries: Iterable[book.Entry]) -> list[Line]:
    """One line a journal: an event that touches the account twice is one event to its owner."""
    found: dict[UUID, Line] = {}
    for entry in entries:
        before = found.get(entry.key)
        found[entry.key] = Line(entry.effective_at, entry.kind, entry.pence + (before.pence if before else 0), entry.about)
    return [line for line in found.values() if line.pence]
