"""How the book's functions are asked: by statements prepared once on a connection, with next to nothing in between.

Django's cursor writes the values into the statement, so that PostgreSQL reads and plans each anew, and on its way a value passes many
hands: together half of what a post costs outside the database. Here psycopg's connection is asked at the level of the protocol.
Still it is a query like any other: where somebody counts, logs or wraps queries it goes through Django's wrapper of cursors, a broken
transaction refuses it, its errors are Django's, and Ctrl-C ends it.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import generators, pq
from psycopg.abc import PQGen

Row = tuple[Any, ...]
_SILENT = nullcontext()
_WELL = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class _Kept:
    """What is known of one connection, for as long as it is open: `prepared`, names by statement; `known` and `lazy`, numbers of accounts."""

    __slots__ = ("known", "lazy", "prepared")

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.lazy: set[int] = set()
        self.prepared: dict[str, bytes] = {}


# By connection and not by thread: the web server's threads take theirs from a pool and give them back.
_kept: "WeakKeyDictionary[psycopg.Connection[Any], _Kept]" = WeakKeyDictionary()


class Line:
    """This thread's way to the book, for a moment. Towards Django's wrapper it is the cursor.

    `known`: numbers of accounts that are open for good, see `accounts.open_accounts`. `lazy`: of those that were lazy when they were asked for.
    """

    __slots__ = ("_django", "_prepared", "_raw", "_rows", "known", "lazy")

    def __init__(self, django: Any) -> None:
        if django.connection is None:
            django.ensure_connection()
        self._django, self._raw = django, django.connection
        kept = _kept.get(self._raw) or _kept.setdefault(self._raw, _Kept())
        self.known, self.lazy, self._prepared = kept.known, kept.lazy, kept.prepared
        self._rows: list[Row] = []

    def ask(self, sql: str, values: Sequence[str | None]) -> list[Row]:
        """All rows of outcome, journal, account and available, which `sql` gives as one composite value each.

        `sql` has $1, $2 … cast to what they are; the values are text or None, so that each statement is prepared in one way only.
        """
        if self._django.execute_wrappers or self._django.queries_logged:
            self._ask_seen(sql, values)
        else:  # what the wrapper would do
            self._django.validate_no_broken_transaction()
            with self._django.wrap_database_errors:
                self.execute(sql, values)
        return self._rows

    def _ask_seen(self, sql: str, values: Sequence[str | None]) -> None:
        """By way of Django's wrapper, for those who count or log queries; its logging cursor would ask ours what it sent."""
        wrapped = self._django.make_cursor(self)
        logged = self._django.make_debug_cursor(self).debug_sql(sql, values) if self._django.queries_logged else _SILENT
        with logged:
            wrapped.execute(sql, values)

    def execute(self, sql: str, values: Sequence[str | None]) -> None:
        """Asks, and keeps the rows."""
        protocol = self._raw.pgconn
        if protocol.transaction_status == pq.TransactionStatus.IDLE and not self._raw.autocommit:
            self._raw.execute("")  # psycopg begins a transaction as it is set up to, at whatever comes first in it
        written = [None if value is None else value.encode() for value in values]
        if b"\0" in b"".join(filter(None, written)):
            raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        name = self._prepared.get(sql) or self._prepare(sql)
        with self._raw.lock:
            results = self._raw.wait(_asking(protocol, protocol.send_query_prepared, name, written))
        self._rows = [read(result.get_value(row, 0)) for result in results for row in range(result.ntuples)]

    def _prepare(self, sql: str) -> bytes:
        name = b"ledger_%d" % len(self._prepared)
        protocol = self._raw.pgconn
        with self._raw.lock:
            self._raw.wait(_asking(protocol, protocol.send_prepare, name, sql.encode()))
        self._prepared[sql] = name
        return name


def line() -> Line:
    """This thread's, to the database the book is in, on the connection it has at this moment."""
    return Line(connections[DEFAULT_DB_ALIAS])


def _asking(protocol: "pq.abc.PGconn", send: Callable[..., None], *what: Any) -> "PQGen[list[pq.abc.PGresult]]":
    """Sends, and gives the answers. All of it inside psycopg's `wait`, which cancels at the server what Ctrl-C ends here."""
    send(*what)
    results: list[pq.abc.PGresult] = yield from generators.execute(protocol)
    for result in results:
        if result.status not in _WELL:
            raise psycopg.errors.error_from_result(result)
    return results


def read(composite: bytes | None) -> Row:
    """A word and three numbers, as both functions answer: "(posted,12,,)"; that first, because it is nearly always that."""
    if composite and composite.startswith(b"(posted,"):
        return ("posted", int(composite[8:-3]), None, None)
    word, *numbers = (composite or b"")[1:-1].split(b",")
    return (word.decode(), *[int(number) if number else None for number in numbers])


def texts(values: Sequence[str]) -> str:
    """An array of texts as PostgreSQL reads it."""
    if not values:
        return "{}"
    plain = "".join(values)
    if "\\" in plain or '"' in plain:
        values = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(values) + '"}'


def bare(values: Iterable[object]) -> str:
    """An array of what needs no quotes: numbers, UUIDs and None."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
