"""The money of a week, when two things happen at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from audit.errors import Refusal
from audit.models import Delivery
from marketplace.models import Change, MilestoneShare
from marketplace.selectors import proof
from marketplace.services import changing, milestones, shares, shortfalls
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


def test_what_is_taken_over_while_a_new_price_comes_about_is_paid_beside_it() -> None:
    """Neither writes over the other's sums: else the last weeks would be above the most that was said yes to, and asked of nobody."""
    story = cast_market.running()
    story.pay("Amina", "Yusuf")
    while story.week().state != "short":
        story.until(story.at + timedelta(days=1))
    change = changing.propose(agreement=story.agreement, kind="price", visit_pence=3_000, by=cast.hodan(), at=story.at)
    for name in ("Amina", "Yusuf"):
        changing.answer(change=change, membership=story.places[name], answer="accept", by=story.person(name), at=story.at)
    week, amina, halima = story.week(), story.places["Amina"], story.places["Halima"]
    last = while_waiting(
        lambda: changing.answer(change=change, membership=halima, answer="accept", by=halima.person, at=story.at),
        lambda: shortfalls.take_over(milestone=week, membership=amina, pence=1_800, by=amina.person, at=story.at),
    )
    payer = story.payer("Amina")
    assert (last.state, payer.weeks_pence[0], payer.weeks_pence[11]) == ("applied", 3_600, 2_000)
    assert payer.ceiling_pence == sum(payer.weeks_pence) == (payer.earmark and payer.earmark.pence)


def while_waiting(first: Callable[[], Change], second: Callable[[], object]) -> Change:
    """`second` begins when `first` is done and not committed, and goes on when it is. Returns what `first` does."""

    def other() -> None:
        try:
            second()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        done = first()
        meanwhile = pool.submit(other)
        while not meanwhile.done() and not _somebody_waits_for_us():
            pass
        transaction.on_commit(meanwhile.result)
    return done


def _somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid)))")
        return bool(cursor.fetchone()[0])
