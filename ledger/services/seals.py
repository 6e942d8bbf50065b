"""Sealed ranges: closing them, writing them out, and comparing the book with them.

A seal holds the hash of a closed range of journals and of the seal before it. Made by a timer, outside every posting transaction.
Changing a sealed journal unseen means changing every later seal as well; then a copy of the seals kept elsewhere (`export`) shows it.
What is not sealed yet, a minute or two of journals, is as safe as the rest of the proof makes it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from struct import unpack_from
from typing import Any

from django.db import connection, connections

from ledger import sql

MOST_SENTENCES = 50
_AT_LEAST, _OR_AFTER, _PATIENCE = 1000, "1 minute", "1 second"
_SEALS_A_RUN = 100
_NONE_BEFORE = bytes(32)

_LINE = """select number, first_journal, last_journal, journals, transfers, (extract(epoch from sealed_at) * 1000000)::bigint as sealed_at_us,
    previous, content, hash, leaves, {live} from ledger_seal where number > %s order by number limit 20"""
_STORED = _LINE.format(live="null")
_WITH_BOOK = _LINE.format(live="ledger_seal_leaves(first_journal, last_journal)")


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal as stored or exported. `leaves`: what the range held, a leaf a journal; `sealed_at_us`: microseconds since 1970."""

    number: int
    first_journal: int
    last_journal: int
    journals: int
    transfers: int
    sealed_at_us: int
    previous: bytes
    content: bytes
    hash: bytes
    leaves: bytes

    def breaks(self, before: "Seal | None") -> str:
        """What is wrong with the seal itself, or with its place after the one before it; "" when nothing is."""
        number, end, link = (before.number, before.last_journal, before.hash) if before else (0, 0, _NONE_BEFORE)
        said = [self.number, self.first_journal, self.last_journal, self.journals, self.transfers, self.sealed_at_us]
        if (self.number, self.first_journal, self.previous) != (number + 1, end + 1, link):
            return f"Seal {self.number} does not follow seal {number}."
        if sha256(self.leaves).digest() != self.content:
            return f"Seal {self.number} does not hold what it was made from."
        if sha256(json.dumps([*said, self.previous.hex(), self.content.hex()]).encode()).digest() != self.hash:
            return f"Seal {self.number} is not the hash of what it says."
        return ""


Leaf = tuple[bytes, tuple[int, ...]]  # SHA-256 of what the journal says; its accounts, debit and credit line by line


# --- making ---


def seal_due(*, at: datetime) -> int:
    """The timer: seals what is waiting, once 1,000 journals are or the first has waited a minute. Returns how many ranges.

    `at` is not asked: journals carry the database's own time of recording, and so does the wait. Inside a transaction nothing can be
    sealed, so nothing is.
    """
    if connection.in_atomic_block:
        return 0
    return _seal(_AT_LEAST, _OR_AFTER, _SEALS_A_RUN)


def seal_now() -> int:
    """Seals everything that can be closed, however little it is. Returns how many ranges."""
    return _seal(1, "0", 1_000_000)


def _seal(at_least: int, or_after: str, most: int) -> int:
    made = 0
    while made < most and _seal_one(at_least, or_after):
        made += 1
    return made


def _seal_one(at_least: int, or_after: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select ledger_seal(%s, %s::interval, %s::interval)", [at_least, or_after, _PATIENCE])
        return cursor.fetchone()[0] is not None


# --- writing out ---


def export(*, after: int = 0, using: str = "owner") -> Iterator[str]:
    """The seals as lines of JSON, from the one after number `after`. Bytes are in hexadecimal."""
    for seal, _ in _stored(_STORED, after, using):
        fields = {name: getattr(seal, name) for name in Seal.__dataclass_fields__}
        yield json.dumps({name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()})


def imported(line: str) -> Seal:
    """One exported line. Raises ValueError when it is not one."""
    try:
        said = json.loads(line)
        values: list[Any] = [bytes.fromhex(said[name]) if kind is bytes else int(said[name]) for name, kind in Seal.__annotations__.items()]
        return Seal(*values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a seal: {line[:80]}") from error


# --- comparing ---


def verify(*, after: int = 0, most: int | None = None, using: str = "owner") -> list[str]:
    """The book against its own seals, from the one after number `after`, at most so many. Sentences; none when all is whole.

    Names the journals that differ and the accounts they touch. Whoever may rewrite the seals too is found by `verify_file` only.
    """
    found = _of_the_function(using)
    before = next((seal for seal, _ in _stored(_STORED, after - 1, using)), None) if after else None
    for done, (seal, live) in enumerate(_stored(_WITH_BOOK, after, using)):
        if done == most or len(found) >= MOST_SENTENCES:
            break
        broken = seal.breaks(before)
        found += [broken] if broken else []
        found += _differences(seal, live, using)
        before = seal
    return found[:MOST_SENTENCES] + ([] if after else _without_a_place(using))


def verify_file(lines: Iterable[str], *, using: str = "owner") -> list[str]:
    """An exported file against itself, against the stored seals and against the book. The file may begin at any seal.

    Sentences; none when all is whole. Raises ValueError for a line that is not a seal.
    """
    found = _of_the_function(using)
    before: Seal | None = None
    for seal in map(imported, lines):
        if before is None and seal.number > 1:
            before = Seal(seal.number - 1, 0, seal.first_journal - 1, 0, 0, 0, b"", b"", seal.previous, b"")
        broken = seal.breaks(before)
        found += [f"In the file: {broken}"] if broken else []
        stored, live = next(_stored(_WITH_BOOK, seal.number - 1, using), (None, b""))
        if stored is None or stored.number != seal.number:
            found.append(f"Seal {seal.number} is in the file and no longer in the book.")
            live = _live(seal, using)
        elif stored.hash != seal.hash:
            found.append(f"Seal {seal.number} in the book is not the one in the file.")
            live = _live(seal, using)
        found += _differences(seal, live, using)
        before = seal
        if len(found) >= MOST_SENTENCES:
            break
    return found[:MOST_SENTENCES]


def _stored(question: str, after: int, using: str) -> Iterator[tuple[Seal, bytes]]:
    """Seals in order, each with its range's leaves as the book now has them where the question asks for that."""
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(question, [after])
            rows = cursor.fetchall()
        for row in rows:
            values: list[Any] = [bytes(value) if isinstance(value, memoryview) else value for value in row]
            yield Seal(*values[:-1]), values[-1] or b""
        if not rows:
            return
        after = rows[-1][0]


def _live(seal: Seal, using: str) -> bytes:
    with connections[using].cursor() as cursor:
        cursor.execute("select ledger_seal_leaves(%s, %s)", [seal.first_journal, seal.last_journal])
        return bytes(cursor.fetchone()[0])


def _of_the_function(using: str) -> list[str]:
    """The comparing is done by a function in the database, so whoever may change the book may change that as well."""
    with connections[using].cursor() as cursor:
        cursor.execute("select prosrc from pg_proc where proname = 'ledger_seal_leaves'")
        live = [body for (body,) in cursor.fetchall()]
    return [] if live == [sql.newest()["ledger_seal_leaves"].split("$$")[1]] else ["The function ledger_seal_leaves is not the one of this program."]


def _without_a_place(using: str) -> list[str]:
    with connections[using].cursor() as cursor:
        cursor.execute("select id from ledger_journal where id < 1 order by id limit %s", [MOST_SENTENCES])
        return [f"Journal {number} has a number that no journal can have." for (number,) in cursor.fetchall()]


def _differences(seal: Seal, live: bytes, using: str) -> list[str]:
    if live == seal.leaves:
        return []
    was, is_now = leaves(seal.leaves), leaves(live)
    wrong = [number for number in sorted({*was, *is_now}) if was.get(number) != is_now.get(number)][:MOST_SENTENCES]
    names = _names({account for number in wrong for side in (was, is_now) for account in side.get(number, (b"", ()))[1]}, using)
    return [_sentence(seal.number, number, was.get(number), is_now.get(number), names) for number in wrong]


def leaves(packed: bytes) -> dict[int, Leaf]:
    """What was sealed, by number of journal."""
    found: dict[int, Leaf] = {}
    place = 0
    while place < len(packed):
        number, digest, count = unpack_from(">q32sh", packed, place)
        found[number] = (digest, unpack_from(f">{count}q", packed, place + 42))
        place += 42 + 8 * count
    return found


def _sentence(seal: int, number: int, was: Leaf | None, is_now: Leaf | None, names: dict[int, str]) -> str:
    accounts = dict.fromkeys([*(was or (b"", ()))[1], *(is_now or (b"", ()))[1]])
    touched = ", ".join(names.get(account, f"account number {account}") for account in accounts) or "no account"
    if was is None:
        return f"Journal {number} was put into sealed range {seal} afterwards; it touches {touched}."
    if is_now is None:
        return f"Journal {number} was taken out of sealed range {seal}; it touched {touched}."
    return f"Journal {number} does not say what it said when range {seal} was sealed; it touches {touched}."


def _names(numbers: Iterable[int], using: str) -> dict[int, str]:
    with connections[using].cursor() as cursor:
        cursor.execute("select id, rtrim(code || ' ' || council || ' ' || owner) from ledger_account where id = any(%s)", [list(numbers)])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return {number: str(name) for number, name in rows}
