"""Many awards, and restarts in the middle of them. In full by hand: `manage.py torture_money --part awards --awards 200 --rounds 50`."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("torture")


def test_fifty_random_restarts_in_a_200_award_run_end_with_equal_books_here_five_in_twelve(torture: Callable[..., dict[str, Any]]) -> None:
    found = torture("awards", awards=12, rounds=5, seed=1)
    assert (found["lost"], found["doubled"], found["adrift"]) == (0, 0, 0), found["said"]
    assert (found["awards"], found["restarts"]) == (12, 5)
    assert found["orders"] > 80
    assert found["transfers"] > 35, "awards are paid to several, out of several lots"
