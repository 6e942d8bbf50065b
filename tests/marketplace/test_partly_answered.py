"""Answers to some visits of a week and not to others: what was said counts, and only the rest is silence."""

from datetime import timedelta

import pytest

from marketplace.selectors import proof
from marketplace.services import shares
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.marketplace.test_silence import wait
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db

told = kept(lambda: cast_market.asked(weeks=2))


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def say(story: Walk, answer: str, words: str = "") -> None:
    share = story.share("Amina")
    shares.answer(share=share, answers=[(story.parts(share)[0], answer, None)], words=words, by=cast.amina(), at=story.at)


def test_a_no_to_one_visit_keeps_its_words_until_it_counts(story: Walk) -> None:
    say(story, "no", "Nobody came on Tuesday.")
    wait(story)
    asked, questioned = story.shares("Amina")
    assert (asked.state, asked.pence) == ("with_helper", 900)
    assert (questioned.state, questioned.question, questioned.questioned_by_person) == ("questioned", "Nobody came on Tuesday.", True)


def test_a_no_said_while_a_helper_is_to_ask_is_hers_and_is_not_paid_on_day_45(story: Walk) -> None:
    wait(story)
    say(story, "no", "Nobody came on Tuesday.")
    story.until(story.at + timedelta(days=16))
    silent, hers = story.shares("Amina")
    assert (silent.state, silent.pence, silent.questioned_by_person) == ("questioned", 900, False)
    assert (hers.state, hers.pence, hers.questioned_by_person, hers.question) == ("questioned", 900, True, "Nobody came on Tuesday.")
    story.until(story.at + timedelta(days=46))
    silent, hers = story.shares("Amina")
    assert (hers.paid_pence, hers.returned_pence) == (0, 900)
    assert (silent.paid_pence, silent.returned_pence) == (900, 0)
    assert proof("default") == []


def test_a_yes_said_while_a_helper_is_to_ask_is_paid_when_the_time_to_ask_is_over(story: Walk) -> None:
    wait(story)
    say(story, "yes")
    assert story.share("Amina").state == "with_helper"
    story.until(story.at + timedelta(days=16))
    silent, hers = story.shares("Amina")
    assert (silent.state, hers.state, hers.paid_pence) == ("questioned", "released", 900)
    assert proof("default") == []
