"""Runs a whole transaction again when PostgreSQL says that only its timing was wrong."""

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

Result = TypeVar("Result")

# serialization failure, deadlock, lock not available: each says "ask again", and nothing of the transaction stands
AGAIN = frozenset({"40001", "40P01", "55P03"})


def retrying(fn: Callable[[], Result], *, tries: int = 8) -> Result:
    """Runs `fn` in a transaction of its own, again with the same keys when the database asks for that; at most `tries` times.

    `fn` must be safe to run from its start: keys are made outside it. Inside a transaction already open it runs once, because only
    the outermost can start again. Raises what `fn` raises.
    """
    if connection.in_atomic_block:
        return fn()
    for attempt in range(tries - 1):
        try:
            with transaction.atomic():
                return fn()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in AGAIN:
                raise
        # A little longer each time, by chance, so that two who met do not meet again.
        time.sleep(secrets.randbelow(5 << attempt) / 1000)
    with transaction.atomic():
        return fn()
