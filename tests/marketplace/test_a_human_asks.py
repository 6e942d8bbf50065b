"""A first week that nobody answers for: a human asks, what they may write down, and what happens when nobody answers at all."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Entry, Fact
from marketplace.models import MilestoneShare, VisitPart
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof, to_do
from marketplace.services import shares
from marketplace.services.shares import WordsAreMissing
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.marketplace.test_silence import notices, wait
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db
told = kept(cast_market.asked)


@pytest.fixture
def story(told: Walk) -> Walk:
    return again(told)


def test_silence_never_pays_a_first_week(story: Walk) -> None:
    notices(story.share("Amina"), story)
    wait(story)
    assert story.share("Amina").state == "with_helper"
    why = Fact.objects.filter(kind="marketplace.share_with_helper", subject=f"share:{story.share('Amina').pk}").latest("pk").payload["why"]
    assert {"first_milestone", "too_few_yeses"} <= set(why)


def test_the_visit_she_did_answer_counts_and_only_the_other_is_silence(story: Walk) -> None:
    share = story.share("Amina")
    shares.answer(share=share, answers=[(story.parts(share)[0], "yes", None)], by=cast.amina(), at=story.at)
    wait(story)
    asked, paid = story.shares("Amina")
    assert (asked.state, asked.pence, paid.state, paid.pence) == ("with_helper", 900, "released", 900)
    assert proof("default") == []


def test_a_notice_told_twice_is_written_once(story: Walk) -> None:
    share = story.share("Amina")
    notices(share, story, "text")
    notices(share, story, "text")
    assert share.notices.filter(kind="did_it_happen").count() == 1


def test_a_helper_cannot_answer_before_the_system_asks(story: Walk) -> None:
    with pytest.raises(NotNow):
        write_down(story, "Amina", cast.ruth())


# --- a human asks ---


@pytest.fixture(scope="module")
def waited(told: Walk) -> Iterator[Walk]:
    """A world on top of the other: tests that want only that one stand before."""
    with transaction.atomic():
        story = again(told)
        wait(story)
        assert {story.share(name).state for name in story.places} == {"with_helper"}
        yield story
        transaction.set_rollback(True)


@pytest.fixture
def with_helper(waited: Walk) -> Walk:
    return again(waited)


def write_down(story: Walk, name: str, by: Any, *, answer: str = "yes", words: str = "She nodded.") -> MilestoneShare:
    share = story.share(name)
    answers = [(part, answer, None) for part in VisitPart.objects.filter(share=share)]
    return shares.record_for_person(share=share, answers=answers, words=words, by=by, at=story.at)


def test_who_helps_the_group_writes_down_the_persons_own_answer(with_helper: Walk) -> None:
    assert "ask_person" in {task.kind for task in to_do(cast.ruth(), today=with_helper.at.date())}
    write_down(with_helper, "Amina", cast.ruth())
    share = with_helper.share("Amina")
    assert (share.state, share.answered_by, share.by_silence) == ("released", cast.ruth(), False)
    entry = Entry.objects.filter(verb="marketplace.record_for_person").latest("pk")
    assert (entry.by_id, entry.on_behalf_of_id) == (cast.ruth().pk, cast.amina().pk)


def test_who_looks_after_the_money_may_too_for_their_own_people_only(with_helper: Walk) -> None:
    write_down(with_helper, "Yusuf", cast.sam())
    assert with_helper.share("Yusuf").state == "released"
    with pytest.raises(NotAllowed):
        write_down(with_helper, "Amina", cast.sam())


@pytest.mark.parametrize("who", ["hodan", "yusuf", "stranger", "operator", "priya", "colin"])
def test_others_may_not_write_down_an_answer(with_helper: Walk, who: str) -> None:
    with pytest.raises(NotAllowed):
        write_down(with_helper, "Amina", getattr(cast, who)())


def test_a_holder_whose_staff_works_for_the_provider_may_not(with_helper: Walk) -> None:
    cast_market.hire("Sam", person=cast.sam())
    with pytest.raises(NotAllowed):
        write_down(with_helper, "Yusuf", cast.sam())


def test_a_helper_says_how_the_person_answered(with_helper: Walk) -> None:
    with pytest.raises(WordsAreMissing):
        write_down(with_helper, "Amina", cast.ruth(), words=" ")


def test_the_person_may_still_answer_herself(with_helper: Walk) -> None:
    shares.yes(share=with_helper.share("Amina"), by=cast.amina(), at=with_helper.at)
    assert with_helper.share("Amina").state == "released"


def test_a_helper_may_write_down_a_no(with_helper: Walk) -> None:
    write_down(with_helper, "Amina", cast.ruth(), answer="no", words="She says nobody came.")
    share = with_helper.share("Amina")
    assert (share.state, share.question, share.questioned_by_person) == ("questioned", "She says nobody came.", True)


def test_after_fifteen_days_without_an_answer_it_goes_to_who_decides(with_helper: Walk) -> None:
    with_helper.until(date(2026, 4, 10))
    assert with_helper.share("Amina").state == "with_helper"
    with_helper.until(date(2026, 4, 11))
    share = with_helper.share("Amina")
    assert (share.state, share.questioned_by_person) == ("questioned", False)
    assert proof("default") == []
