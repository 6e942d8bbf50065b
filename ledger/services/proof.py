"""Proves the book from its own rows: what must be so, asked of the tables as they are, trusting no trigger and no stored sum.

A large book is proved part by part: so many accounts, or so many journals at a time. Each part reads one moment and is true by itself, so a
proof that was stopped goes on with the parts it has not done.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connections, transaction

from ledger.services import seals
from ledger.services.questions import QUESTIONS, Question

MOST_SENTENCES = 50  # for each part; one is enough to stop for
JOURNALS_A_PART = 1_000_000
SEALS_A_PART = 500
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_PLATFORM = 2**62  # the platform's own accounts have the numbers from here on, everybody else's are spread evenly below

# The proof may use both processors and a good part of the memory for its own minutes.
_ROOM = """set local work_mem = '160MB'; set local hash_mem_multiplier = 2; set local jit = off;
    set local max_parallel_workers_per_gather = 2; set local parallel_setup_cost = 100"""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the proof; `low` and `high` are numbers of accounts, journals or seals, both included."""

    claims: str
    question: Question | None
    low: int = _LOWEST
    high: int = _HIGHEST

    @property
    def name(self) -> str:
        """What is proved, and of which piece: the same in every run over the same book."""
        bounds = "" if (self.low, self.high) == (_LOWEST, _HIGHEST) else f" ({self.low} to {self.high})"
        return self.claims + bounds


def parts(using: str = "owner", *, lately: bool = False) -> list[Part]:
    """The whole proof, quick questions first. `lately`: of what is asked piece by piece only the last piece, so in a small book all."""
    with connections[using].cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0), (select coalesce(max(number), 0) from ledger_seal) from ledger_journal")
        journals, sealed = cursor.fetchone()
    pieces = {"": [(_LOWEST, _HIGHEST)], "account": list(_accounts(journals)), "journal": list(_pieces(journals, JOURNALS_A_PART))}
    asked = [Part(question.claims, question, low, high) for question in QUESTIONS for low, high in pieces[question.by]]
    asked += [Part("sealed ranges are whole", None, low, high) for low, high in _pieces(sealed, SEALS_A_PART)]
    return [part for part in asked if part.high == _HIGHEST] if lately else asked


def _pieces(highest: int, size: int) -> Iterator[tuple[int, int]]:
    """The first begins below all numbers and the last ends above them, so that nothing is between or beyond."""
    starts = [_LOWEST, *range(size + 1, highest + 1, size)]
    return zip(starts, [start - 1 for start in starts[1:]] + [_HIGHEST], strict=True)


def _accounts(journals: int) -> Iterator[tuple[int, int]]:
    """Pieces whose lines fit into memory; one for a small book, because each reads the table of transfers once."""
    if journals <= JOURNALS_A_PART:
        return iter([(_LOWEST, _HIGHEST)])
    count = 1
    while count * 2 * JOURNALS_A_PART < journals:
        count *= 2
    starts = [_LOWEST, *(_PLATFORM // count * piece for piece in range(1, count)), _PLATFORM]
    return zip(starts, [start - 1 for start in starts[1:]] + [_HIGHEST], strict=True)


def prove_part(part: Part, using: str = "owner") -> list[str]:
    """Sentences of what differs in this part, at most 50. Reads one moment in one read-only transaction, so posting may go on meanwhile."""
    connection = connections[using]
    alone = not connection.in_atomic_block
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if alone:
            cursor.execute("set transaction isolation level repeatable read, read only")
        cursor.execute(_ROOM)
        if part.question is None:
            return seals.verify(after=max(part.low - 1, 0), most=min(part.high - max(part.low, 1) + 1, _HIGHEST), using=using)
        asked = part.question.sql.format(low=part.low, high=part.high)
        cursor.execute(f"select * from ({asked}) q limit {MOST_SENTENCES}")  # noqa: S608
        return [sentence for (sentence,) in cursor.fetchall()]


def prove(
    using: str = "owner", *, lately: bool = False, done: dict[str, list[str]] | None = None, note: Callable[[], None] | None = None
) -> list[str]:
    """Sentences of what differs, for an operator; none when the book is right. Amounts are in pence, credits less debits.

    `done`: what earlier parts found, by name; those are not asked again, and each new part is added. `note` is called after each, so
    that whoever keeps `done` somewhere can store it. `lately`: sums and counts of everything, and the newest million of the rest.
    """
    done = {} if done is None else done
    for part in parts(using, lately=lately):
        if part.name not in done:
            done[part.name] = prove_part(part, using)
            if note:
                note()
    return [sentence for found in done.values() for sentence in found]
