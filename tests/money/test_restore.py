"""The database put back in time while Stripe stays ahead. More by hand: `manage.py torture_money --part restore --rounds 10`."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("torture")


def test_a_book_restored_to_a_random_moment_does_nothing_twice_and_is_right_once_two_people_have_explained_what_moved_since(
    torture: Callable[..., dict[str, Any]],
) -> None:
    found = torture("restore", rounds=1, seed=3)
    assert (found["doubled"], found["adrift"]) == (0, 0), found["said"]
    assert found["found_again"] > 0, "nothing had moved since: nothing was tried"
    assert found["suspended"] > 0, "nothing had been asked for since: nothing was tried"
    assert found["taken_over"] + found["explained_otherwise"] == found["suspended"]
    assert found["taken_over"] > 0, "nothing waited here that had gone there: the danger was not tried"
