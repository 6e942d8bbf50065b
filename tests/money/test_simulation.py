"""The simulator finds nothing where nothing is wrong, and each bug that is planted on purpose (docs/money.md, "The simulator")."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config.simulation.plants import PLANTS
from config.simulation.run import Found, run
from tests.conftest import Clone, point_connections_at

SEED, STEPS, BUGS_SHOW_WITHIN = 1, 2000, 250
SHOWS_LATER = {"new_key_after_silence": 500}  # a call to Stripe has to be begun, lost and made first
Play = Callable[..., Found]


@pytest.fixture
def play(clone_database: Callable[[str], Clone], django_db_blocker: DjangoDbBlocker) -> Iterator[Play]:
    """Runs a simulation on a fresh database of its own; the tests' own is untouched."""
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}

    def simulate(seed: int, steps: int, **more: Any) -> Found:
        point_connections_at(clone_database("simulation"))
        return run(seed, steps, with_faults=True, **more)

    with django_db_blocker.unblock():
        try:
            yield simulate
        finally:
            for alias, kept in before.items():
                connections[alias].close()
                connections[alias].settings_dict.update(kept)


def test_two_thousand_steps_with_faults_agree_with_the_model(play: Play) -> None:
    found = play(SEED, STEPS)
    assert found.wrong == "", "\n".join([*found.last, found.wrong])
    said = " ".join(found.counts)
    # The claim is about something: all of these happened.
    for words in ("hold_is_used_up", "already_paid_for", "not_covered", "not_that_much_free", "ceiling_reached", "not_enough", "key_reused"):
        assert words in said, words
    for words in ("killed", "fault", "a webhook is lost", "keys forgotten", "died", "release", "settle", "home: yes"):
        assert words in said, words
    for words in ("a bank takes", "back (paid): yes", "by bacs: yes", "of a wallet back: yes", "rows_are_wrong", "pays call"):
        assert words in said, words
    assert "gives it up" in said or "keeps it" in said


def test_the_same_seed_is_the_same_run(play: Play) -> None:
    first, again = play(SEED, 80, to_rest=False), play(SEED, 80, to_rest=False)
    assert (first.wrong, again.wrong) == ("", "")
    assert first.digest == again.digest
    assert play(SEED + 1, 80, to_rest=False).digest != first.digest


@pytest.mark.parametrize("bug", sorted(PLANTS))
def test_a_planted_bug_is_found(bug: str, play: Play) -> None:
    """With the seed that finds nothing where nothing is planted."""
    within = SHOWS_LATER.get(bug, BUGS_SHOW_WITHIN)
    found = play(SEED, within, plant=bug)
    assert found.wrong
    assert found.steps < within
