"""The book as it must be: accounts with floors, and journals that move pence between them."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple


class Key(NamedTuple):
    """An account: code, council, owner."""

    code: str
    council: str
    owner: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


class Move(NamedTuple):
    """So much from the debit account's side to the credit account's."""

    debit: Key
    credit: Key
    pence: int

    def __str__(self) -> str:
        return f"{self.debit} → {self.credit} {self.pence}"


class Entry(NamedTuple):
    """A journal: what it is called, whose council's it is, and its moves in order."""

    kind: str
    council: str
    moves: tuple[Move, ...]

    def __str__(self) -> str:
        return f"{self.kind} in {self.council}: " + "; ".join(str(move) for move in self.moves)


class Wrong(Exception):
    """Something happened that must never happen, or did not happen that must have."""


# What is owed to people, which must always be covered; and where the money is that covers it.
OWED = ("PENDING", "DUE", "REFUND", "WALLET", "SHARE", "RESERVE", "HOLD", "DISPUTE", "LEAVING")
THERE = ("BANK", "CLEAR", "OUT")
LENT = ("RECEIVABLE", "FEE_COST", "SUSPENSE")
FLOORED = frozenset({*OWED, "FLOAT", "TIME"})
KEPT_SECONDS = 62 * 86_400


@dataclass
class Book:
    """Balances are credits less debits, for every account alike. Cover is kept up for each council as journals come."""

    balances: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    touched: set[Key] = field(default_factory=set)
    owed: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    lent: Counter[str] = field(default_factory=Counter)
    credits: dict[Key, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    now: int = 0

    def came_in(self, key: Key, since: int) -> int:
        """What was put into somebody's free money after a moment of the last sixty days and a bit."""
        return sum(pence for at, pence in self.credits[key] if at > since)

    def holds(self, code: str, council: str, owner: str = "") -> int:
        """What an account holds, in the sign of its code."""
        held = self.balances[Key(code, council, owner)]
        return -held if code in ("BANK", "CLEAR", "OUT", "FEE_COST", "RECEIVABLE", "LOSS", "TIME_ISSUED") else held

    def enter(self, entry: Entry) -> None:
        """Moves the pence. Raises Wrong where a floor breaks, a council is crossed, or people's money is neither there nor owed to us."""
        for move in entry.moves:
            if move.pence < 1 or {move.debit.council, move.credit.council} != {entry.council}:
                raise Wrong(f"No journal may be like this: {entry}")
            self._add(move.debit, -move.pence)
            self._add(move.credit, move.pence)
            if move.debit.code in FLOORED and self.balances[move.debit] < 0:
                raise Wrong(f"{move.debit} would hold {self.balances[move.debit]}: {entry}")
        if self.spare(entry.council) + self.lent[entry.council] < 0:
            raise Wrong(f"In {entry.council} people are owed {self.owed[entry.council]}p and {self.there[entry.council]}p is there: {entry}")

    def spare(self, council: str) -> int:
        """What is there beyond what people are owed. Below zero only while somebody owes us."""
        return self.there[council] - self.owed[council]

    def _add(self, key: Key, pence: int) -> None:
        self.balances[key] += pence
        self.touched.add(key)
        if key.code == "SHARE" and pence > 0:
            self.credits[key] = [*((at, part) for at, part in self.credits[key] if at > self.now - KEPT_SECONDS), (self.now, pence)]
        if key.code in OWED:
            self.owed[key.council] += pence
        elif key.code in THERE:
            self.there[key.council] -= pence
        elif key.code in LENT:
            self.lent[key.council] -= pence
