"""Whether a history of many clients posting at once can be true. Pure: no database, no clock.

Each client noted when it asked and when it was answered. Every answer must have been right at some moment between the two: what was acknowledged
is in the book exactly once, what was refused is not, what was never answered is there at most once; the versions of an account are dense and
follow the clock; and whoever was told "not enough" asked at a time at which there was too little.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.services.accounts import Account
from ledger.services.journals import Journal

NEVER = 1 << 62


@dataclass(frozen=True)
class Asked:
    """One journal asked for: when (nanoseconds of one clock), and what was said. `answer` is empty when nothing was; `left` goes with not_enough."""

    journal: Journal
    began: int
    ended: int = NEVER
    answer: str = ""
    short: Account | None = None
    left: int | None = None


@dataclass(frozen=True)
class Line:
    """One transfer of the book, from one account's side."""

    key: uuid.UUID
    account: Account
    version: int
    after: int
    signed: int


@dataclass
class Book:
    """What is in the book: each journal's transfers, and each account's lines in order."""

    journals: Mapping[uuid.UUID, Sequence[tuple[Account, Account, int]]]
    lines: Mapping[Account, Sequence[Line]]


def judge(asked: Iterable[Asked], book: Book) -> list[str]:
    """Sentences of what cannot be; none when the history can be true."""
    by_key: dict[uuid.UUID, list[Asked]] = defaultdict(list)
    for one in asked:
        by_key[one.journal.key].append(one)
    found = [f"Journal {key} is in the book and nobody asked for it." for key in book.journals if key not in by_key]
    for key, all_of_it in by_key.items():
        found += _key(key, all_of_it, book)
    windows = _Windows(by_key, book)
    for account, lines in book.lines.items():
        found += _account(account, lines, windows)
    for one in (one for all_of_it in by_key.values() for one in all_of_it if one.answer == "not_enough"):
        found += windows.could_be_short(one)
    return found


def _key(key: uuid.UUID, all_of_it: list[Asked], book: Book) -> list[str]:
    answers = Counter(one.answer for one in all_of_it)
    there = book.journals.get(key)
    if there is None:
        said = [answer for answer in ("posted", "replayed", "key_reused") if answers[answer]]
        return [f"Journal {key} was {said[0]} to somebody and is not in the book."] if said else []
    asked_for = [one for one in all_of_it if [(t.debit, t.credit, t.pence) for t in one.journal.transfers] == list(there)]
    others = [one for one in all_of_it if one not in asked_for]
    found = []
    if answers["posted"] > 1:
        found.append(f"Journal {key} was posted {answers['posted']} times.")
    if not asked_for:
        found.append(f"Journal {key} says in the book what nobody asked for.")
    if not answers["posted"] and not answers[""]:
        found.append(f"Journal {key} is in the book, and everybody who asked for it was told no.")
    if any(one.answer in ("posted", "replayed") for one in others):
        found.append(f"Journal {key} was acknowledged to somebody who asked for something else.")
    begun = min((one.began for one in asked_for if one.answer in ("posted", "")), default=NEVER)
    ended = min((one.ended for one in all_of_it if one.answer in ("posted", "replayed", "key_reused")), default=NEVER)
    if ended < begun:
        found.append(f"Journal {key} was spoken of before anybody could have posted it.")
    late = [one for one in asked_for if one.answer == "not_enough" and one.began > ended]
    return found + [f"Journal {key} was refused to somebody who asked after it was in the book." for _ in late]


def _account(account: Account, lines: Sequence[Line], windows: "_Windows") -> list[str]:
    """Versions are 1, 2, 3 …, each balance follows from the one before, and nothing is after what was asked for only later."""
    found, balance = [], 0
    for number, line in enumerate(lines, start=1):
        balance += line.signed
        if line.version != number:
            found.append(f"{account} has version {line.version} where {number} should be.")
        if line.after != balance:
            found.append(f"{account} holds {line.after} after version {line.version}; its transfers add up to {balance}.")
    earliest = 0
    for line in lines:
        began, ended = windows.of(line.key)
        if ended < earliest:
            found.append(f"Version {line.version} of {account} was answered before an earlier one was asked for.")
        earliest = max(earliest, began)
    return found


class _Windows:
    """When each journal can have got into the book, and so when each balance can have stood."""

    def __init__(self, by_key: Mapping[uuid.UUID, list[Asked]], book: Book) -> None:
        self._book = book
        self._by_key = {
            key: (
                min((one.began for one in by_key[key] if one.answer in ("posted", "")), default=0),
                min((one.ended for one in by_key[key] if one.answer in ("posted", "replayed")), default=NEVER),
            )
            for key in book.journals
            if key in by_key
        }

    def of(self, key: uuid.UUID) -> tuple[int, int]:
        """Not before anybody asked who may have posted it, not after the first acknowledgement."""
        return self._by_key.get(key, (0, NEVER))

    def could_be_short(self, one: Asked) -> list[str]:
        """Whether the account held just what was said, and too little, at some moment between asking and answer."""
        assert one.short is not None
        needed = sum(t.pence for t in one.journal.transfers if t.debit == one.short)
        lines = self._book.lines.get(one.short, ())
        starts = [0]
        for line in lines:
            starts.append(max(starts[-1], self.of(line.key)[0]))
        end = NEVER
        for number in range(len(lines), -1, -1):
            held = lines[number - 1].after if number else 0
            if held == one.left and held < needed and starts[number] <= one.ended and end >= one.began:
                return []
            end = min(end, self.of(lines[number - 1].key)[1]) if number else end
        return [f"{one.short} was said to hold {one.left}p, too little for {needed}p, at a moment when it cannot have."]
