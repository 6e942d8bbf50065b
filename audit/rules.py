"""How long a failed delivery waits, and when it is parked."""

from datetime import timedelta

MAX_TRIES = 10
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


def wait_before_try(failures: int) -> timedelta:
    """5 s after the first failure, then twice as long each time, at most an hour: parked about an hour and a half after the first."""
    doubled: timedelta = FIRST_WAIT * 2 ** max(failures - 1, 0)
    return min(doubled, LONGEST_WAIT)
