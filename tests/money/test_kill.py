"""`kill -9` while money moves. By hand: `manage.py torture_money --rounds 100`."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("torture")
Torture = Callable[..., dict[str, Any]]


def test_kills_of_the_database_the_worker_and_the_web_server_under_load_lose_and_double_nothing(torture: Torture) -> None:
    found = torture("kills", rounds=4, seed=2, targets="worker,web,backend,postmaster")
    assert (found["lost"], found["doubled"], found["adrift"]) == (0, 0, 0), found["said"]
    assert [found[f"killed {target}"] for target in ("backend", "postmaster", "worker", "web")] == [1, 1, 1, 1]
    assert found["acknowledged"] > 40, "there was next to no load: nothing was tried"
    assert found["unknown"] > 0, "nobody's answer was lost: the kills came too late"


def test_check_books_and_reconcile_killed_over_and_over_end_with_a_clean_run(torture: Torture) -> None:
    found = torture("reruns", rounds=10, seed=1)
    assert (found["doubled"], found["adrift"]) == (0, 0), found["said"]
    assert found["killed reconcile"] > 6
    assert found["killed check_books"] > 3
