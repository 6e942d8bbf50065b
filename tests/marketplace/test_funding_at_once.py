"""The money of a week, when two things happen at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from audit.errors import Refusal
from audit.models import Delivery
from marketplace.models import MilestoneShare
from marketplace.selectors import proof
from marketplace.services import milestones, shares
from pooling.models import HoldMove
from pooling.services import calls
from tests import cast, cast_market
from tests.cast_market import Walk

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times: int, act: Callable[[], object]) -> list[object]:
    def one() -> object:
        try:
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(times)]]


def test_twelve_yeses_at_once_pay_once() -> None:
    story = cast_market.asked()
    share, amina = story.share("Amina"), cast.amina()
    results = at_once(12, lambda: shares.yes(share=share, by=amina, at=story.at))
    assert sum(isinstance(result, MilestoneShare) for result in results) == 1
    assert HoldMove.objects.filter(kind="release").count() == 1
    assert proof("default") == []


def test_a_yes_and_a_question_at_once_are_one_or_the_other() -> None:
    story = cast_market.asked()
    share, amina = story.share("Amina"), cast.amina()
    turns = iter([True, False] * 4)

    def act() -> object:
        if next(turns):
            return shares.yes(share=share, by=amina, at=story.at)
        return shares.question(share=share, words="Nobody came.", by=amina, at=story.at)

    results = at_once(8, act)
    assert sum(isinstance(result, MilestoneShare) for result in results) == 1
    assert story.share("Amina").state in {"released", "questioned"}
    assert proof("default") == []


def test_a_yes_racing_the_timer_pays_once() -> None:
    story = cast_market.asked()
    share, amina = story.share("Amina"), cast.amina()
    late = story.at + timedelta(days=20)
    turns = iter([True, False] * 3)

    def act() -> object:
        return shares.yes(share=share, by=amina, at=late) if next(turns) else shares.advance_due(at=late)

    at_once(6, act)
    rows = story.shares("Amina")
    assert sum(row.paid_pence for row in rows) in {0, 1_800}
    assert proof("default") == []


def test_the_last_two_payers_covered_at_once_hold_the_week_once() -> None:
    story = cast_market.running()
    calls.accept_order(call=story.call("Halima"), reference="PO-1", by=cast.colin(), at=story.at)
    story.run()
    ids = [story.share("Amina").pk, story.share("Yusuf").pk]
    for name in ("Amina", "Yusuf"):
        pay_without_telling(story, name)
    turns = iter(ids * 4)
    at_once(8, lambda: milestones.cover_share(share_id=next(turns), covered_by="money", at=story.at))
    assert story.week().state == "funded"
    assert HoldMove.objects.filter(kind="place").count() == 2
    assert proof("default") == []


def pay_without_telling(story: Walk, name: str) -> None:
    """The money is here and the call knows; this room has not heard yet."""
    story.pay(name)
    MilestoneShare.objects.filter(pk=story.share(name).pk, state="covered").update(state="planned", covered_by="")
    assert not Delivery.objects.filter(state="parked").exists()
