"""Locks that many wait for are let go before the disk is waited for; whoever asked is answered after it (docs/adr/0024-locks-before-the-disk.md).

Nearly every payment touches an account of the platform's own. Two who post to one at the same moment would each wait for the other's flush.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from ledger.services.accounts import OF_THE_PLATFORM

# A commit of its own, which waits for the disk as this server is set up to. All that was committed before is on it then: there is one log.
ON_DISK = "select pg_logical_emit_message(true, 'ledger', '')"


def is_wanted(lazy: set[int], numbers: Sequence[int]) -> bool:
    """Where one of the accounts may be waited for: of the platform's own, and not lazy (as far as is known: a mistake costs time, never money).

    Not where somebody commits by hand: nothing of ours would be called after it.
    """
    return any(number >= OF_THE_PLATFORM and number not in lazy for number in numbers) and (connection.in_atomic_block or connection.get_autocommit())


def lets_go(wanted: str) -> str:
    """One more column of a question that posts. Where `wanted`, this commit's locks are gone, and others see it, before it is on the disk."""
    return f"case when {wanted}::boolean then set_config('synchronous_commit', 'off', true) end"


def answer_after_the_disk() -> None:
    """After this transaction's commit, and before the caller goes on, what it committed is on the disk. Once, however many journals it posts."""
    if not any(task is _wait_for_the_disk for _, task, *_ in transaction.get_connection().run_on_commit):
        transaction.on_commit(_wait_for_the_disk)


def _wait_for_the_disk() -> None:
    """Raises OperationalError where the database is gone: then nobody is told that it was done, and it may not have been."""
    with connection.wrap_database_errors:  # past Django's cursor, so that nothing is prepared: see audit/kept.py
        connection.connection.execute(ON_DISK, prepare=False)
