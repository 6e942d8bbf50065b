"""Every state of a week and of one person's part in it, and what people do with them: done where the table has it, and nothing moves elsewhere."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from audit.errors import Refusal
from marketplace.models import Milestone, MilestoneShare, VisitPart
from marketplace.rules.dates import start_of
from marketplace.rules.tables import MILESTONE, SHARE
from marketplace.services import decisions, late, milestones, shares, visits
from tests import cast, cast_market
from tests.cast_market import Walk
from tests.worlds import again, kept

pytestmark = pytest.mark.django_db


def half_done() -> Walk:
    """On Thursday: Tuesday's visit is written down, today's is not."""
    story = cast_market.covered()
    story.do_visits(only=[1], submit=False)
    story.at = start_of(story.visits()[-1].on) + timedelta(hours=1)
    return story


def paid_in_part() -> Walk:
    """Two of three have paid: the week waits for Halima's council."""
    story = cast_market.running()
    story.pay("Amina", "Yusuf")
    story.run()
    return story


waiting_one, covered_one, half_done_one, asked_one = kept(paid_in_part), kept(cast_market.covered), kept(half_done), kept(cast_market.asked)

NOT_PAID_YET = ("planned", "funding_due", "short")
# Where nothing of the week was done yet; and where a visit was.
BEFORE: dict[str, Callable[[Walk], object]] = {
    "go_ahead": lambda one: milestones.go_ahead(milestone=one.week(), by=cast.hodan(), at=one.at),
    "call_off drop_milestone": lambda one: milestones.call_off(milestone=one.week(), by=cast.hodan(), at=one.at),
}
MEANWHILE: dict[str, Callable[[Walk], object]] = {
    "begin": lambda one: visits.begin(milestone=one.week(), worker=one.worker(), by=cast.hodan(), at=one.at),
    "submit": lambda one: milestones.submit(milestone=one.week(), by=cast.hodan(), at=one.at),
    "stop_work": lambda one: milestones.stop_work(milestone=one.week(), by=cast.hodan(), at=one.at),
}


def moved(table: Mapping[tuple[str, str], str], state: str, verbs: str) -> str:
    """Where the table leads by whichever of these verbs it has from there; else it stays."""
    return next((table[state, verb] for verb in verbs.split() if (state, verb) in table), state)


GOES_ON = {"agreed": {"agreed", "released"}, "closing": {"closing", "closed"}}
"""What is agreed may be paid in the same breath; a week in which nothing is open any more is closed."""


def may_be(wanted: str, state: str) -> set[str]:
    return GOES_ON.get(wanted, {wanted}) if wanted != state else {state}


def tried(world: Walk, verbs: Mapping[str, Callable[[Walk], object]], state: str) -> list[tuple[str, str, str]]:
    """What went another way than the table says."""
    wrong = []
    for verb, act in verbs.items():
        story = again(world)
        with transaction.atomic():
            Milestone.objects.filter(pk=story.week().pk).update(state=state)
            with suppress(Refusal):
                act(story)
            now = story.week().state
            if now not in may_be(moved(MILESTONE, state, verb), state):
                wrong.append((state, verb, now))
            transaction.set_rollback(True)
    return wrong


# One world after the other: the timers that make the next one move the one before.


@pytest.mark.parametrize("state", NOT_PAID_YET)
def test_a_week_not_paid_yet_goes_ahead_or_is_called_off_only_where_the_table_says(waiting_one: Walk, state: str) -> None:
    assert tried(waiting_one, BEFORE, state) == []


@pytest.mark.parametrize("state", [state for state in Milestone.State.values if state not in NOT_PAID_YET])
def test_a_week_that_is_paid_for_is_called_off_only_where_the_table_says(covered_one: Walk, state: str) -> None:
    assert tried(covered_one, BEFORE, state) == []


@pytest.mark.parametrize("state", Milestone.State.values)
def test_visits_and_sending_in_move_a_week_only_where_the_table_says(half_done_one: Walk, state: str) -> None:
    assert tried(half_done_one, MEANWHILE, state) == []


def by_two(propose: Callable[..., object], confirm: Callable[..., object], row: MilestoneShare, **said: Any) -> None:
    propose(share=row, by=cast.operator(), **said)
    confirm(share=row, by=cast.second_operator(), **said)


def half_of_it(row: MilestoneShare, at: Any) -> object:
    first, second = VisitPart.objects.filter(share=row).order_by("pk")
    return shares.part_yes(share=row, answers=[(first, "yes", None), (second, "no", None)], words="Once.", by=cast.amina(), at=at)


def held_back(row: MilestoneShare, at: Any) -> object:
    decisions.propose_hold_back(share=row, reason="A worry.", by=cast.operator(), at=at)
    return decisions.confirm_hold_back(share=row, by=cast.second_operator(), at=at)


ANSWERS: dict[str, Callable[[MilestoneShare, Any], object]] = {
    "yes": lambda row, at: shares.yes(share=row, by=cast.amina(), at=at),
    "part_yes": half_of_it,
    "question": lambda row, at: shares.question(share=row, words="Nobody came.", by=cast.amina(), at=at),
    "not_sure": lambda row, at: shares.not_sure(share=row, by=cast.amina(), at=at),
    "settle": lambda row, at: [decisions.settle(share=row, pay_pence=0, by=who, at=at) for who in (cast.amina(), cast.hodan())],
    "decide": lambda row, at: by_two(decisions.propose_decision, decisions.confirm_decision, row, pay_pence=0, reason="So.", at=at),
    "clock_out": lambda row, at: decisions.clock_out(share=row, at=at + timedelta(days=46)),
    "hold_back": held_back,
    "query_late": lambda row, at: late.query_late(share=row, words="Nobody came.", by=cast.amina(), at=at),
    "dismiss": lambda row, at: by_two(late.propose_dismissal, late.confirm_dismissal, row, reason="She came.", at=at),
}


def put_into(row: MilestoneShare, state: str, at: Any) -> None:
    """With what such a part has: where money moved, its journal; where somebody asked, their words."""
    paid = {"paid_pence": row.pence, "release_journal": uuid4(), "by_silence": True, "released_at": at}
    told = {"late_at": at, "late_by": cast.amina(), "late_words": "Nobody came."}
    fields: dict[str, dict[str, Any]] = {
        "released": paid,
        "queried_late": paid | told,
        "recovering": paid | {"recover_pence": row.pence, "recover_at": at, "recover_reason": "So."},
        "decided": paid | {"decided_pence": row.pence},
        "returned": {"returned_pence": row.pence, "return_journal": uuid4()},
    }
    if state == "questioned":
        shares.question(share=row, words="Nobody came.", by=cast.amina(), at=at)  # its money is put aside
    else:
        MilestoneShare.objects.filter(pk=row.pk).update(state=state, **fields.get(state, {}))


@pytest.mark.parametrize("state", MilestoneShare.State.values)
def test_what_people_say_moves_a_part_only_where_the_table_says(asked_one: Walk, state: str) -> None:
    story, wrong = again(asked_one), []
    for verb, act in ANSWERS.items():
        with transaction.atomic():
            row = story.share("Amina")
            put_into(row, state, story.at)
            with suppress(Refusal):
                act(MilestoneShare.objects.get(pk=row.pk), story.at)
            now, wanted = MilestoneShare.objects.get(pk=row.pk).state, moved(SHARE, state, verb)
            if now not in may_be(wanted, state):
                wrong.append((state, verb, now))
            transaction.set_rollback(True)
    assert wrong == []
