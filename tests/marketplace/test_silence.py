"""Silence: when no answer pays, when a human asks, what the human may write down, and what happens when nobody answers at all."""

from datetime import timedelta

import pytest

from audit.models import Fact
from marketplace.models import MilestoneShare
from marketplace.rules import silence
from marketplace.rules.dates import start_of
from marketplace.selectors import proof
from marketplace.services import shares
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def notices(share: MilestoneShare, story: Walk, *channels: str) -> None:
    for number, channel in enumerate(channels or ("email", "text")):
        shares.record_notice(share=share, kind="did_it_happen", channel=channel, at=story.at + timedelta(hours=number))


def _after_three_yeses() -> Walk:
    """Amina has said yes to three weeks; the fourth was sent in, and she was told twice, once by text. The next two are paid."""
    story = cast_market.running()
    for week in (1, 2, 3, 4, 5, 6):
        story.until_asked(week)
        story.pay("Amina", week=week)
    for week in (1, 2, 3):
        story.do_visits(week)
        story.yes("Amina", week=week)
    story.do_visits(4)
    notices(story.share("Amina", 4), story)
    return story


told = kept(_after_three_yeses)


@pytest.fixture
def after_three_yeses(told: Walk) -> Walk:
    return again(told)


def wait(story: Walk) -> None:
    """Five working days and a little."""
    story.until(story.at + timedelta(days=8))


def away_too_late(story: Walk, week: int, visit: int) -> None:
    """Amina calls one visit off twenty hours before: the provider keeps half of it."""
    off = story.visits(week)[visit]
    story.until(start_of(off.on) - timedelta(hours=20))
    shares.away(share=story.share("Amina", week), visit=off, by=cast.amina(), at=story.at)


def test_what_is_kept_of_a_visit_called_off_late_is_nobodys_yes() -> None:
    story = cast_market.running()
    for week in (1, 2, 3, 4):
        story.until_asked(week)
        story.pay("Amina", week=week)
    for week in (1, 2):
        story.do_visits(week)
        story.yes("Amina", week=week)
    for visit in (0, 1):
        away_too_late(story, 3, visit)
    assert sorted(row.state for row in story.shares("Amina", 3)) == ["released", "released", "returned", "returned"]
    story.do_visits(4)
    notices(story.share("Amina", 4), story)
    wait(story)
    assert story.share("Amina", 4).state == "with_helper"
    assert "too_few_yeses" in Fact.objects.filter(kind="marketplace.share_with_helper").latest("pk").payload["why"]


def test_silence_pays_a_small_sum_after_three_yeses_five_working_days_and_two_notices(after_three_yeses: Walk) -> None:
    story = after_three_yeses
    story.until(story.at + timedelta(days=6))
    assert story.share("Amina", 4).state == "asked"
    story.until(story.at + timedelta(days=2))
    share = story.share("Amina", 4)
    assert (share.state, share.by_silence, share.answered_by) == ("released", True, None)
    assert Fact.objects.filter(kind="marketplace.share_released", payload__by_silence=True).count() == 1
    assert proof("default") == []


@pytest.mark.parametrize("why", ["not_recorded_at_the_time", "too_few_notices", "away", "not_reachable", "too_large", "no_notice_that_reaches"])
def test_silence_does_not_pay_and_a_human_is_asked(why: str, after_three_yeses: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    story = after_three_yeses
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


def test_a_visit_called_off_late_does_not_begin_the_count_of_silences_again(after_three_yeses: Walk) -> None:
    story = after_three_yeses
    for week in (5, 6):
        story.do_visits(week)
        notices(story.share("Amina", week), story)
    story.pay("Amina", week=7)
    away_too_late(story, 7, 0)
    assert [story.share("Amina", week).state for week in (4, 5, 6)] == ["released", "released", "asked"]
    wait(story)
    assert story.share("Amina", 6).state == "with_helper"


def test_a_third_silence_in_a_row_goes_to_a_human(after_three_yeses: Walk) -> None:
    story = after_three_yeses
    for week in (5, 6):
        story.do_visits(week)
        notices(story.share("Amina", week), story)
    wait(story)
    assert [story.share("Amina", week).by_silence for week in (4, 5, 6)] == [True, True, False]
    assert story.share("Amina", 6).state == "with_helper"
