"""What a request wrote and kept: seen at the connection, so that "refused" can be held to "nothing written"."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

_WRITES = re.compile(r'\s*(?:insert\s+into|update|delete\s+from)\s+"?(\w+)|.*?\b(ledger_post\w*)\s*\(', re.IGNORECASE | re.DOTALL)
# Rows of the frame, not of anybody's things; an address is written down by its pages when somebody first looks at them.
FRAME = frozenset({"django_session", "account_emailaddress"})


@contextmanager
def watched() -> Iterator[list[str]]:
    """The tables written to from here on. What a savepoint gave back is not among them, and what is written to after a failure neither."""
    kept: list[list[str]] = [[]]

    def see(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if sql.startswith("SAVEPOINT"):
            kept.append([])
        elif sql.startswith("RELEASE") and len(kept) > 1:
            ended = kept.pop()
            kept[-1] += ended
        elif sql.startswith("ROLLBACK TO") and len(kept) > 1:
            kept[-1].clear()
        elif (found := _WRITES.match(sql)) and (table := found[1] or found[2]) not in FRAME:
            kept[-1].append(table)
        return answer

    written: list[str] = []
    try:
        with connection.execute_wrapper(see):
            yield written
    finally:
        written += [table for level in kept for table in level]
