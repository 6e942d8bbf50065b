"""The database put back in time while Stripe stays ahead. More by hand: `manage.py torture_money --part restore --rounds 10`."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("torture")


def test_a_book_restored_to_a_random_moment_is_right_and_reconcile_finds_or_rings_for_what_moved_since(
    torture: Callable[..., dict[str, Any]],
) -> None:
    found = torture("restore", rounds=1, seed=3)
    assert (found["doubled"], found["adrift"]) == (0, 0), found["said"]
    assert found["found_again"] > 0, "nothing had moved since: nothing was tried"
    assert found["suspended"] > 0, "nothing had been asked for since: nothing was tried"
