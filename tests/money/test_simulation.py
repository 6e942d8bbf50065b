"""The simulator finds nothing where nothing is wrong, and each bug that is planted on purpose (docs/money.md, "The simulator")."""

import pytest

from config.simulation.plants import PLANTS
from tests.money.conftest import Play

SEED, STEPS, BUGS_SHOW_WITHIN = 1, 2000, 250
SHOWS_LATER = {"new_key_after_silence": 500}  # a call to Stripe has to be begun, lost and made first


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
