"""Silence: when no answer pays, when a human asks, what the human may write down, and what happens when nobody answers at all."""

from datetime import date, timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from audit.models import Entry, Fact
from marketplace.models import MilestoneShare, VisitPart
from marketplace.rules import silence
from marketplace.rules.tables import NotNow
from marketplace.selectors import proof, to_do
from marketplace.services import shares
from marketplace.services.shares import WordsAreMissing
from tests import cast, cast_market
from tests.cast_market import Walk

pytestmark = pytest.mark.django_db


def notices(share: MilestoneShare, story: Walk, *channels: str) -> None:
    for number, channel in enumerate(channels or ("email", "text")):
        shares.record_notice(share=share, kind="did_it_happen", channel=channel, at=story.at + timedelta(hours=number))


def after_three_yeses(weeks: int = 4) -> Walk:
    """Amina has said yes to three weeks; the fourth was sent in, and she was told twice, once by text."""
    story = cast_market.running()
    for week in (1, 2, 3, 4, 5, 6)[:weeks]:
        story.until_asked(week)
        story.pay("Amina", week=week)
    for week in (1, 2, 3):
        story.do_visits(week)
        story.yes("Amina", week=week)
    story.do_visits(4)
    notices(story.share("Amina", 4), story)
    return story


def wait(story: Walk) -> None:
    """Five working days and a little."""
    story.until(story.at + timedelta(days=8))


def test_silence_pays_a_small_sum_after_three_yeses_five_working_days_and_two_notices() -> None:
    story = after_three_yeses()
    story.until(story.at + timedelta(days=6))
    assert story.share("Amina", 4).state == "asked"
    story.until(story.at + timedelta(days=2))
    share = story.share("Amina", 4)
    assert (share.state, share.by_silence, share.answered_by) == ("released", True, None)
    assert Fact.objects.filter(kind="marketplace.share_released", payload__by_silence=True).count() == 1
    assert proof("default") == []


@pytest.mark.parametrize("why", ["not_recorded_at_the_time", "too_few_notices", "away", "not_reachable", "too_large", "no_notice_that_reaches"])
def test_silence_does_not_pay_and_a_human_is_asked(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story = after_three_yeses()
    share = story.share("Amina", 4)
    amina = cast.amina()
    if why == "not_recorded_at_the_time":
        story.visits(4)[0].__class__.objects.filter(pk=story.visits(4)[0].pk).update(recorded_at_the_time=False)
    elif why in {"too_few_notices", "no_notice_that_reaches"}:
        share.notices.all().delete()
        if why == "no_notice_that_reaches":
            notices(share, story, "email")
    elif why == "away":
        amina.away_until = story.at.date()
        amina.save()
    elif why == "not_reachable":
        amina.channel, amina.phone = "phone", None
        amina.save()
    else:
        monkeypatch.setattr(silence, "MOST_PENCE", share.pence - 1)
    wait(story)
    assert story.share("Amina", 4).state == "with_helper"
    assert why in Fact.objects.filter(kind="marketplace.share_with_helper").latest("pk").payload["why"]


def test_silence_never_pays_a_first_week() -> None:
    story = cast_market.asked()
    notices(story.share("Amina"), story)
    wait(story)
    assert story.share("Amina").state == "with_helper"
    why = Fact.objects.filter(kind="marketplace.share_with_helper", subject=f"share:{story.share('Amina').pk}").latest("pk").payload["why"]
    assert {"first_milestone", "too_few_yeses"} <= set(why)


def test_a_third_silence_in_a_row_goes_to_a_human() -> None:
    story = after_three_yeses(weeks=6)
    for week in (5, 6):
        story.do_visits(week)
        notices(story.share("Amina", week), story)
    wait(story)
    assert [story.share("Amina", week).by_silence for week in (4, 5, 6)] == [True, True, False]
    assert story.share("Amina", 6).state == "with_helper"


def test_the_visit_she_did_answer_counts_and_only_the_other_is_silence() -> None:
    story = cast_market.asked()
    share = story.share("Amina")
    shares.answer(share=share, answers=[(story.parts(share)[0], "yes", None)], by=cast.amina(), at=story.at)
    wait(story)
    asked, paid = story.shares("Amina")
    assert (asked.state, asked.pence, paid.state, paid.pence) == ("with_helper", 900, "released", 900)
    assert proof("default") == []


# --- a human asks ---


@pytest.fixture
def with_helper() -> Walk:
    story = cast_market.asked()
    wait(story)
    assert {story.share(name).state for name in story.places} == {"with_helper"}
    return story


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


def test_a_helper_cannot_answer_before_the_system_asks() -> None:
    story = cast_market.asked()
    with pytest.raises(NotNow):
        write_down(story, "Amina", cast.ruth())


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


def test_a_notice_told_twice_is_written_once() -> None:
    story = cast_market.asked()
    share = story.share("Amina")
    notices(share, story, "text")
    notices(share, story, "text")
    assert share.notices.filter(kind="did_it_happen").count() == 1
