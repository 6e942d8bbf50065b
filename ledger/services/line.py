"""How the book's functions are asked: by statements that are prepared once on a connection.

Django's cursor writes the values into the statement, so that PostgreSQL reads and plans each anew. Here psycopg's own cursor asks, which
prepares (`prepare_threshold` in config/environment.py lets it), inside Django's wrapper of cursors. So for everybody else it is a query like
any other: it is counted and logged, `execute_wrapper` sees it, a broken transaction refuses it, and its errors are Django's.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

Row = tuple[Any, ...]
_SILENT = nullcontext()

# Numbers of accounts that are open for good. By connection and not by thread: the web server's threads take theirs from a pool.
_known: "WeakKeyDictionary[psycopg.Connection[Any], set[int]]" = WeakKeyDictionary()


class Line:
    """This thread's way to the book, for a moment. Towards Django's wrapper it is the cursor.

    `known`: numbers of accounts that are open for good, see `accounts.open_accounts`.
    """

    __slots__ = ("_django", "_rows", "known")

    def __init__(self, django: Any) -> None:
        if django.connection is None:
            django.ensure_connection()
        self._django = django
        known = _known.get(django.connection)
        self.known = _known.setdefault(django.connection, set()) if known is None else known
        self._rows: list[Row] = []

    def ask(self, sql: str, values: Sequence[str | None]) -> list[Row]:
        """All rows of outcome, journal, account and available.

        `sql` has $1, $2 … cast to what they are; the values are text or None, so that each statement is prepared in one way only.
        """
        wrapped = self._django.make_cursor(self)
        # Django's logging cursor would ask ours what it sent.
        logged = self._django.make_debug_cursor(self).debug_sql(sql, values) if self._django.queries_logged else _SILENT
        with logged:
            wrapped.execute(sql, values)
        return self._rows

    def execute(self, sql: str, values: Sequence[str | None]) -> None:
        """For Django's wrapper."""
        cursor = psycopg.RawCursor(self._django.connection)
        cursor.execute(sql.encode(), values, prepare=True)
        self._rows = cursor.fetchall()


def line() -> Line:
    """This thread's, to the database the book is in, on the connection it has at this moment."""
    return Line(connections[DEFAULT_DB_ALIAS])


def texts(values: Sequence[str]) -> str:
    """An array of texts as PostgreSQL reads it."""
    return '{"' + '","'.join([value.replace("\\", "\\\\").replace('"', '\\"') for value in values]) + '"}' if values else "{}"


def bare(values: Sequence[object]) -> str:
    """An array of what needs no quotes: numbers, UUIDs and None."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
