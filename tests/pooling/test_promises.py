"""Promises and what is kept of them: no money, no journal, never more than was said yes to."""

from datetime import date, timedelta
from typing import Any

import pytest

from audit.errors import NotAllowed
from ledger.selectors import balances
from pooling.models import Earmark, Pledge, Portion
from pooling.rules import EARMARK, PLEDGE, NotNow
from pooling.selectors import free_to_promise, money_of, proof
from pooling.services import budgets, calls, earmarks, memberships, pledges
from pooling.services.earmarks import AlreadyKept, PledgeIsExhausted
from pooling.services.pledges import (
    AlreadySaidYes,
    AmountIsSilly,
    MayNotPromise,
    NotInGroup,
    NotYourMoney,
    OutsideBudget,
    OverTrialCap,
    StartIsPast,
    StartIsTooFar,
    WeeksAreSilly,
)
from tests import cast_pooling as cast
from tests.pooling.conftest import AT, Town


@pytest.fixture
def scene(town: Town) -> tuple[Any, Portion]:
    _, [amina, _] = cast.group(town.amina, town.yusuf, at=AT)
    return amina, cast.direct_payment(town.amina, seen_by=town.ruth, at=AT, weekly_pence=10_000)


def promise(scene: tuple[Any, Portion], **changes: Any) -> Pledge:
    asked = {"membership": scene[0], "portion": scene[1], "weekly_pence": 1_800, "weeks": 12, "starts_on": cast.monday_after(AT)}
    return pledges.promise(**{**asked, "by": scene[0].person, "at": AT, **changes})


def test_a_promise_is_weeks_of_a_weekly_sum_and_posts_nothing(scene: tuple[Any, Portion]) -> None:
    pledge = promise(scene)
    assert (pledge.pence, pledge.earmarked_pence, pledge.called_pence, pledge.state) == (21_600, 0, 0, "pledged")
    assert free_to_promise(scene[1]) == 10_000 - 1_800
    assert not balances()
    [money] = money_of(scene[0].person)
    assert (money.promised_pence, money.yours_pence, money.asked_pence) == (21_600, 0, 0)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"weekly_pence": 0}, AmountIsSilly, "weekly_pence"),
        ({"weekly_pence": -1}, AmountIsSilly, "weekly_pence"),
        ({"weekly_pence": 2**63}, AmountIsSilly, "weekly_pence"),
        ({"weeks": 0}, WeeksAreSilly, "weeks"),
        ({"weeks": 53}, WeeksAreSilly, "weeks"),
        ({"starts_on": AT.date() - timedelta(days=1)}, StartIsPast, "starts_on"),
        ({"starts_on": date(9999, 12, 31)}, StartIsTooFar, "starts_on"),
        ({"starts_on": AT.date() + timedelta(days=350)}, OutsideBudget, "weeks"),
        ({"weekly_pence": 10_001}, MayNotPromise, "portion"),
    ],
)
def test_each_wrong_promise_gets_a_sentence_and_its_field(
    scene: tuple[Any, Portion], changes: dict[str, Any], refusal: type[Any], field: str
) -> None:
    with pytest.raises(refusal) as caught:
        promise(scene, **changes)
    assert caught.value.field == field
    assert caught.value.sentence.endswith(".")
    assert not Pledge.objects.exists()


def test_the_same_money_is_not_promised_twice(scene: tuple[Any, Portion]) -> None:
    promise(scene, weekly_pence=6_000)
    with pytest.raises(MayNotPromise) as caught:
        promise(scene, weekly_pence=4_001)
    assert "£40.00" in caught.value.sentence
    promise(scene, weekly_pence=4_000)
    after = cast.monday_after(AT) + timedelta(weeks=12)
    assert promise(scene, weekly_pence=10_000, starts_on=after).pence == 120_000


def test_what_is_spent_elsewhere_is_not_free(town: Town, scene: tuple[Any, Portion]) -> None:
    money = cast.budget_of(town.amina, "direct_payment", at=AT, vouched_by=town.ruth, weekly_pence=10_000, elsewhere_pence=9_000)
    with pytest.raises(MayNotPromise):
        promise((scene[0], money), weekly_pence=1_001)
    assert promise((scene[0], money), weekly_pence=1_000).pk


@pytest.mark.parametrize(
    ("route", "level", "by", "may"),
    [
        ("direct_payment", "", None, False),
        ("direct_payment", "seen", "ruth", True),
        ("isf", "", None, False),
        ("isf", "seen", "ruth", False),
        ("isf", "confirmed", "sam", True),
        ("council_managed", "seen", "ruth", False),
        ("council_managed", "confirmed", "colin", True),
        ("self_funded", "", None, True),
    ],
)
def test_what_may_be_promised_depends_on_who_said_the_budget_is_right(town: Town, route: str, level: str, by: str | None, may: bool) -> None:
    _, [amina, _] = cast.group(town.amina, town.yusuf, at=AT)
    holder = {"isf": town.kasmo, "council_managed": town.council}.get(route)
    money = cast.budget_of(town.amina, route, at=AT, holder=holder, vouched_by=getattr(town, by) if by else None, level=level)
    if may:
        assert promise((amina, money)).state == "pledged"
    else:
        with pytest.raises(MayNotPromise) as caught:
            promise((amina, money))
        assert caught.value.reasons


def test_a_first_guess_of_a_budget_is_never_promised(town: Town, scene: tuple[Any, Portion]) -> None:
    money = cast.budget_of(town.amina, "isf", at=AT, holder=town.kasmo, vouched_by=town.sam, level="confirmed", kind="indicative")
    with pytest.raises(MayNotPromise) as caught:
        promise((scene[0], money))
    assert "plan with it" in caught.value.sentence


def test_only_the_person_promises_and_only_their_own_money_into_their_own_group(town: Town, scene: tuple[Any, Portion]) -> None:
    for who in (town.yusuf, town.ruth, town.sam, town.operator, town.stranger):
        with pytest.raises(NotAllowed):
            promise(scene, by=who)
    yusufs = cast.direct_payment(town.yusuf, seen_by=town.ruth, at=AT)
    with pytest.raises(NotYourMoney):
        promise((scene[0], yusufs))
    asked = memberships.apply(cluster=scene[0].cluster, answers="", by=town.halima, at=AT)
    with pytest.raises(NotInGroup):
        promise((asked, cast.direct_payment(town.halima, seen_by=town.ruth, at=AT)), by=town.halima)


def test_in_the_first_days_a_promise_has_a_ceiling(town: Town) -> None:
    _, [_, yusuf] = cast.group(town.amina, town.yusuf, at=AT, settled=False)
    money = cast.direct_payment(town.yusuf, seen_by=town.ruth, at=AT)
    promise((yusuf, money), weekly_pence=4_000)
    with pytest.raises(OverTrialCap):
        promise((yusuf, money), weekly_pence=2_001)
    assert promise((yusuf, money), weekly_pence=2_000).pk


def test_a_promise_changes_but_never_below_what_was_said_yes_to(scene: tuple[Any, Portion]) -> None:
    pledge = promise(scene)
    cast.earmarked(pledge, at=AT, pence=10_000)
    with pytest.raises(AlreadySaidYes):
        pledges.revise(pledge=pledge, weekly_pence=999, weeks=10, by=scene[0].person, at=AT)
    changed = pledges.revise(pledge=pledge, weekly_pence=1_000, weeks=10, by=scene[0].person, at=AT)
    assert (changed.pence, changed.earmarked_pence) == (10_000, 10_000)
    with pytest.raises(MayNotPromise):
        pledges.revise(pledge=pledge, weekly_pence=10_001, weeks=10, by=scene[0].person, at=AT)
    assert pledges.revise(pledge=pledge, weekly_pence=10_000, weeks=10, by=scene[0].person, at=AT).pence == 100_000


def test_a_promise_with_nothing_said_yes_to_is_taken_back(town: Town, scene: tuple[Any, Portion]) -> None:
    pledge = promise(scene)
    with pytest.raises(NotAllowed):
        pledges.cancel(pledge=pledge, by=town.yusuf, at=AT)
    assert pledges.cancel(pledge=pledge, by=town.amina, at=AT).state == "cancelled"
    assert free_to_promise(scene[1]) == 10_000
    kept = promise(scene)
    cast.earmarked(kept, at=AT)
    with pytest.raises(AlreadySaidYes):
        pledges.cancel(pledge=kept, by=town.amina, at=AT)


def test_earmarks_stay_within_the_promise(town: Town, scene: tuple[Any, Portion]) -> None:
    pledge = promise(scene)
    cast.earmarked(pledge, at=AT, agreement=1, pence=20_000)
    with pytest.raises(PledgeIsExhausted) as caught:
        cast.earmarked(pledge, at=AT, agreement=2, pence=1_601)
    assert "£16.00" in caught.value.sentence
    with pytest.raises(AlreadyKept):
        cast.earmarked(pledge, at=AT, agreement=1, pence=1)
    with pytest.raises(NotAllowed):
        earmarks.earmark(pledge=pledge, about_kind="agreement", about_id=3, pence=1, by=town.yusuf, at=AT)
    with pytest.raises(ValueError):
        earmarks.earmark(pledge=pledge, about_kind="agreement", about_id=3, pence=0, by=town.amina, at=AT)
    assert not balances()


def test_dropping_what_was_kept_frees_only_what_was_not_called(scene: tuple[Any, Portion]) -> None:
    pledge = promise(scene)
    kept = cast.earmarked(pledge, at=AT, agreement=4, pence=10_000)
    call = cast.called(kept, share=1, pence=1_800, at=AT)
    assert earmarks.drop(about_kind="agreement", about_id=4, at=AT) == 1
    assert earmarks.drop(about_kind="agreement", about_id=4, at=AT) == 0
    pledge.refresh_from_db()
    assert (pledge.earmarked_pence, pledge.called_pence) == (1_800, 1_800)
    with pytest.raises(NotNow):
        cast.called(kept, share=2, pence=1, at=AT)
    calls.drop_call(call=call, at=AT)
    pledge.refresh_from_db()
    assert (pledge.earmarked_pence, pledge.called_pence) == (0, 0)
    assert proof() == []


def test_the_clock_finishes_a_promise_once_its_weeks_and_calls_are_over(scene: tuple[Any, Portion]) -> None:
    pledge = promise(scene, weeks=2)
    kept = cast.earmarked(pledge, at=AT)
    call = cast.called(kept, share=1, pence=1_800, at=AT)
    over = AT + timedelta(days=7 + 14)
    assert calls.advance_due(at=over) == 1
    pledge.refresh_from_db()
    call.refresh_from_db()
    assert (pledge.state, call.state) == ("pledged", "missed")
    calls.drop_call(call=call, at=over)
    # It may still be asked for: what it was kept for runs longer than the promise, or was moved.
    assert calls.advance_due(at=over) == 0
    earmarks.drop(about_kind="agreement", about_id=1, at=over)
    assert calls.advance_due(at=over) == 1
    assert calls.advance_due(at=over) == 0
    pledge.refresh_from_db()
    kept.refresh_from_db()
    assert (pledge.state, kept.state) == ("finished", "dropped")


def test_each_verb_of_a_promise_is_refused_in_every_state_its_table_does_not_name(scene: tuple[Any, Portion]) -> None:
    pledge = promise(scene)
    kept = cast.earmarked(pledge, at=AT, pence=1_000)
    deeds: dict[str, Any] = {
        "earmark": lambda: cast.earmarked(pledge, at=AT, agreement=77, pence=1),
        "revise": lambda: pledges.revise(pledge=pledge, weekly_pence=1_800, weeks=12, by=scene[0].person, at=AT),
        "cancel": lambda: pledges.cancel(pledge=pledge, by=scene[0].person, at=AT),
        "call": lambda: cast.called(kept, share=5, pence=1, at=AT),
    }
    for state in Pledge.State.values:
        Pledge.objects.filter(pk=pledge.pk).update(state=state)
        for verb, deed in deeds.items():
            if (state, verb) not in PLEDGE:
                with pytest.raises(NotNow):
                    deed()
    Pledge.objects.filter(pk=pledge.pk).update(state="pledged")
    for state in Earmark.State.values:
        Earmark.objects.filter(pk=kept.pk).update(state=state)
        if (state, "call") not in EARMARK:
            with pytest.raises(NotNow):
                cast.called(kept, share=6, pence=1, at=AT)


@pytest.mark.parametrize(("who", "sees"), [("amina", 1), ("yusuf", 0), ("halima", 0), ("ruth", 0), ("sam", 0), ("stranger", 0), ("operator", 1)])
def test_a_promise_is_its_owners_business(town: Town, scene: tuple[Any, Portion], who: str, sees: int) -> None:
    cast.earmarked(promise(scene), at=AT)
    assert Pledge.objects.visible_to(getattr(town, who)).count() == sees
    assert Earmark.objects.visible_to(getattr(town, who)).count() == sees


def test_a_smaller_budget_leaves_promises_and_shows_less_than_nothing_free(town: Town, scene: tuple[Any, Portion]) -> None:
    promise(scene, weekly_pence=6_000)
    period = budgets.Period(AT.date() - timedelta(days=1), AT.date() + timedelta(days=364))
    budget = cast.current_budget(scene[1])
    amounts = budgets.Amounts(5_000, 0, 5_000)
    budgets.revise(budget=budget, kind="agreed", amounts=amounts, period=period, weekly={scene[1].pk: (5_000, 0)}, by=town.amina, at=AT)
    assert free_to_promise(Portion.objects.get(pk=scene[1].pk)) == -1_000
    assert Pledge.objects.get().weekly_pence == 6_000
