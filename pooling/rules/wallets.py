"""What an organisation may hand out of what it paid in: only what will be used soon (money.md 2, "Two modes")."""

from collections.abc import Iterable
from datetime import date, timedelta

from pooling.rules.promises import Promised

HAND_OUT_DAYS = 60
"""Money in a person's name is money that will be used within so many days; the rest waits in the wallet, or goes back."""
MOST_SLICES = 100
"""Rows of one list: each row is at least one journal, and one list is posted at once."""


def used_soon(promise: Promised, left_pence: int, today: date) -> int:
    """Of what a promise's owner said yes to and nobody asked for yet (`left_pence`): what its weeks in the next 60 days can use."""
    first, last = max(today, promise.starts_on), min(today + timedelta(days=HAND_OUT_DAYS), promise.ends_on)
    weeks = -(-((last - first).days + 1) // 7) if last >= first else 0
    return min(max(0, left_pence), promise.weekly_pence * weeks)


def most_to_hand_out(*, asked_pence: int, soon_pence: Iterable[int], free_pence: int) -> int:
    """What one person's place can still use: what is asked for now and what comes soon, less what is free there already."""
    return max(0, asked_pence + sum(soon_pence) - max(0, free_pence))
