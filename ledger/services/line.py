"""How the book's functions are asked: statements prepared once on a connection, by a cursor that is kept with it.

Django's cursor writes the values into the statement, so that PostgreSQL reads and plans each anew: a third of the work of a post. Ours is
psycopg's own, put into Django's wrapper: queries are counted and logged, `execute_wrapper` sees them, a broken transaction is refused and
errors are Django's, as everywhere. What was prepared ends with the connection, and so does all that is kept here. A pooler that hands one
connection to several in turn within a session can't stand between (docs/operating.md).
"""

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

Row = tuple[Any, ...]
_SILENT = nullcontext()


class _Prepared(psycopg.RawCursor[Row]):
    """Prepares what it is asked, the first time. Django turns that off for a whole connection; here it is on while we ask."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> "_Prepared":
        asked = self.connection
        usual, asked.prepare_threshold = asked.prepare_threshold, 0
        try:
            return super().execute(query, params, prepare=True)
        finally:
            asked.prepare_threshold = usual


class Line:
    """What is kept with one connection. `known`: numbers of accounts that are open for good, see `accounts.open_accounts`."""

    __slots__ = ("_connection", "_cursor", "known")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._cursor = _Prepared(connection.connection)
        self.known: set[int] = set()

    def is_of(self, raw: object) -> bool:
        """Whether this connection is the one kept."""
        return self._cursor.connection is raw

    def ask(self, sql: str, values: Sequence[str | None]) -> list[Row]:
        """All rows. `sql` has $1, $2 … cast to what they are; values are text, so that there is one way to prepare it, or None."""
        db = self._connection
        wrapped = db.make_cursor(self._cursor)
        # Django would log what the cursor sent, and a prepared statement is not sent again.
        logged = db.make_debug_cursor(self._cursor).debug_sql(sql, values) if db.queries_logged else _SILENT
        with logged:
            wrapped.execute(sql, values)
        rows: list[Row] = wrapped.fetchall()
        return rows


_here = threading.local()


def line() -> Line:
    """This thread's, to the database the book is in; a new one where the connection is."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.connection is None:
        connection.ensure_connection()
    kept: Line | None = getattr(_here, "line", None)
    if kept is None or not kept.is_of(connection.connection):
        kept = _here.line = Line(connection)
    return kept


def texts(values: Sequence[str]) -> str:
    """An array of texts as PostgreSQL reads it."""
    return '{"' + '","'.join([value.replace("\\", "\\\\").replace('"', '\\"') for value in values]) + '"}' if values else "{}"


def bare(values: Sequence[object]) -> str:
    """An array of what needs no quotes: numbers, UUIDs and None."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
