"""What is done behind the posting: lazy accounts are added up, and lines are added to the sums of their days."""

from datetime import datetime

from django.db import connection, connections, transaction

from ledger.services.accounts import Account
from ledger.services.retry import retrying

MOST_LINES = 50_000  # a transaction; each takes a fraction of a second
MOST_ACCOUNTS = 500
# A balance of an earlier day adds up the lines not yet in their days: so many cost nothing, and accounts of a few lines need no days.
FEWEST_LINES = 200


def roll_up(*, at: datetime, most: int = MOST_LINES) -> int:
    """Adds what lazy accounts' lines moved to the accounts, in one bounded transaction; how many lines. Safe to repeat, side by side and to kill.

    A timer. `at` is not used: the database's own moment counts.
    """
    return _ask("select ledger_roll_up(null, %s)", most)


def keep_days(*, at: datetime, fewest: int = FEWEST_LINES, most: int = MOST_LINES) -> int:
    """Adds lines of busy accounts to the sums of their London days, in one bounded transaction; how many lines. As safe as `roll_up`."""
    return _ask("select ledger_keep_days(null, %s, %s, %s)", fewest, most, MOST_ACCOUNTS)


def _ask(sql: str, *values: int) -> int:
    def once() -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.fetchone()[0])

    return retrying(once)


def set_lazy(account: Account, *, lazy: bool, using: str = "owner") -> None:
    """Makes one of the platform's own accounts without a floor lazy, or locked again. The owner's login alone may.

    Worth it where many post to one account at the same moment and wait for one another: money at Stripe in a busy council.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("select ledger_set_mode(%s, %s::smallint)", [account.number, int(lazy)])
