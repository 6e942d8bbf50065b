"""Past our own code, straight in the database: what the payers of a week pay together is its price (docs/money.md, money invariant 5)."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from marketplace.models import Milestone, MilestoneShare
from tests import cast_market
from tests.cast_market import Walk
from tests.worlds import stage

pytestmark = pytest.mark.django_db
running = stage(cast_market.running)
Breach = Callable[[Walk], object]


def _rows(story: Walk) -> tuple[Milestone, MilestoneShare]:
    return story.week(), story.share("Amina")


def a_weeks_price_rises(story: Walk) -> None:
    week, _ = _rows(story)
    Milestone.objects.filter(pk=week.pk).update(pence=F("pence") + 1)


def a_week_has_nobody_who_pays(story: Walk) -> None:
    week, _ = _rows(story)
    week.pk, week.number = None, 99
    week.save(force_insert=True)


def a_share_shrinks(story: Walk) -> None:
    _, share = _rows(story)
    MilestoneShare.objects.filter(pk=share.pk).update(pence=F("pence") - 1)


def a_share_is_there_twice(story: Walk) -> None:
    _, share = _rows(story)
    share.split_from_id, share.pk = share.pk, None
    share.save(force_insert=True)


def a_share_is_gone(story: Walk) -> None:
    _, share = _rows(story)
    with connection.cursor() as cursor:
        cursor.execute("delete from marketplace_milestoneshare where id = %s", [share.pk])


def a_share_is_in_another_week(story: Walk) -> None:
    _, share = _rows(story)
    MilestoneShare.objects.filter(pk=share.pk).update(milestone=story.week(2), payer=share.payer_id, split_from=story.share("Amina", 2))


@pytest.mark.parametrize(
    ("guard", "breach"),
    [
        ("milestone_is_its_shares", a_weeks_price_rises),
        ("milestone_is_its_shares", a_week_has_nobody_who_pays),
        ("milestoneshare_adds_up", a_share_shrinks),
        ("milestoneshare_adds_up", a_share_is_there_twice),
        ("milestoneshare_adds_up", a_share_is_gone),
        ("milestoneshare_adds_up", a_share_is_in_another_week),
    ],
)
def test_each_guard_refuses_shares_that_are_not_the_weeks_price(running: Callable[[], Walk], guard: str, breach: Breach) -> None:
    story = running()
    with connection.cursor() as cursor, transaction.atomic():
        breach(story)
        with pytest.raises(IntegrityError, match="the shares of milestone"):
            cursor.execute(f"set constraints {guard} immediate")  # this one alone; a commit asks all
        transaction.set_rollback(True)


def test_the_sums_of_a_week_may_change_together(running: Callable[[], Walk]) -> None:
    story = running()
    a_weeks_price_rises(story)
    MilestoneShare.objects.filter(pk=story.share("Amina").pk).update(pence=F("pence") + 1)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
