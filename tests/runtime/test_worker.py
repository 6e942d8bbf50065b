"""Beat leads in one worker only, and another takes over when the first ends."""

import time

import pytest

from config.worker import Leadership

pytestmark = pytest.mark.django_db(transaction=True)


def _soon(candidate: Leadership) -> bool:
    """The database lets go of a lock a moment after its connection ended."""
    deadline = time.monotonic() + 5
    while not (held := candidate.is_held()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return held


def test_one_leads_and_the_next_takes_over() -> None:
    first, second = Leadership(), Leadership()
    try:
        assert first.is_held()
        assert first.is_held()
        assert not second.is_held()
        first.give_up()
        assert _soon(second)
        assert not first.is_held()
    finally:
        first.give_up()
        second.give_up()


def test_a_lost_connection_is_a_lost_lead() -> None:
    first, second = Leadership(), Leadership()
    try:
        assert first.is_held()
        first._connection.connection.close()
        assert _soon(second)
        assert not first.is_held()
        assert not first.is_held()
        second.give_up()
        assert _soon(first)
    finally:
        first.give_up()
        second.give_up()
