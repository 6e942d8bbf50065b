"""Recording budgets, saying how sure we are of them, new versions."""

from datetime import date

import pytest

from audit.errors import NotAllowed
from audit.models import Entry
from pooling.models import Budget, Portion
from pooling.selectors import free_to_promise, mode_of
from pooling.services import budgets
from pooling.services.budgets import Amounts, BudgetDoesNotAddUp, DatesAreCrossed, Period, PortionDraft, PortionIsNotWhole, VersionIsOld
from tests import cast_pooling as cast
from tests.cast import SOUTHWARK
from tests.pooling.conftest import AT, Town

YEAR = Period(date(2026, 2, 1), date(2027, 1, 31), date(2026, 8, 1))
DIRECT = PortionDraft("direct_payment", 20_000, "Southwark Council")


def record(town: Town, **changes: object) -> Budget:
    asked = {"person": town.amina, "kind": "agreed", "amounts": Amounts(20_000, 1_500, 18_500), "period": YEAR, "portions": [DIRECT]}
    return budgets.record(**{**asked, "by": town.amina, "at": AT, **changes})  # type: ignore[arg-type]


def test_record_keeps_the_three_amounts_and_is_only_said(town: Town) -> None:
    budget = record(town)
    assert (budget.weekly_cost_pence, budget.weekly_contribution_pence, budget.weekly_funder_pence) == (20_000, 1_500, 18_500)
    assert (budget.version, budget.sureness, budget.council_code) == (1, "said", SOUTHWARK)
    [portion] = budget.portions.all()
    assert (portion.route, portion.payer_owner, portion.is_held) == ("direct_payment", f"person:{town.amina.pk}", False)
    assert Entry.objects.filter(verb="pooling.record_budget", about_id=str(budget.pk), by_id=town.amina.pk).exists()


@pytest.mark.parametrize("amounts", [Amounts(20_000, 1_500, 18_499), Amounts(-1, 0, -1), Amounts(19_999, 0, 19_999), Amounts(2**63, 0, 2**63)])
def test_record_refuses_sums_that_do_not_add_up(town: Town, amounts: Amounts) -> None:
    with pytest.raises(BudgetDoesNotAddUp):
        record(town, amounts=amounts)
    assert not Budget.objects.exists()


@pytest.mark.parametrize("pence", [-1, 2**63])
def test_record_refuses_a_silly_part(town: Town, pence: int) -> None:
    with pytest.raises(BudgetDoesNotAddUp) as caught:
        record(town, portions=[PortionDraft("direct_payment", pence, "Southwark Council")])
    assert caught.value.field == "weekly_pence"


def test_record_refuses_crossed_dates(town: Town) -> None:
    with pytest.raises(DatesAreCrossed):
        record(town, period=Period(date(2026, 2, 1), date(2026, 1, 1)))


def test_record_refuses_money_nobody_looks_after_and_own_money_with_a_holder(town: Town) -> None:
    with pytest.raises(PortionIsNotWhole):
        record(town, portions=[PortionDraft("isf", 20_000, "Southwark Council")])
    with pytest.raises(PortionIsNotWhole):
        record(town, portions=[PortionDraft("direct_payment", 20_000, "Southwark Council", holder=town.kasmo)])


def test_record_refuses_more_spent_elsewhere_than_there_is(town: Town) -> None:
    with pytest.raises(BudgetDoesNotAddUp):
        record(town, portions=[PortionDraft("direct_payment", 20_000, "Southwark Council", spent_elsewhere_weekly_pence=20_001)])


@pytest.mark.parametrize("who", ["stranger", "yusuf", "sam"])
def test_record_refuses_whoever_may_not_speak_for_them(town: Town, who: str) -> None:
    with pytest.raises(NotAllowed):
        record(town, by=getattr(town, who))


def test_a_facilitator_may_write_it_down_and_it_is_still_only_said(town: Town) -> None:
    assert record(town, by=town.ruth).sureness == "said"


@pytest.mark.parametrize(
    ("who", "level", "may"),
    [
        ("ruth", "seen", True),
        ("operator", "seen", True),
        ("colin", "confirmed", True),
        ("ruth", "confirmed", False),
        ("operator", "confirmed", False),
        ("sam", "confirmed", False),
        ("amina", "seen", False),
        ("yusuf", "seen", False),
        ("stranger", "seen", False),
    ],
)
def test_who_may_vouch_for_a_direct_payment(town: Town, who: str, level: str, may: bool) -> None:
    budget = record(town)
    if may:
        assert budgets.vouch(budget=budget, level=level, by=getattr(town, who), at=AT).sureness == level
    else:
        with pytest.raises(NotAllowed):
            budgets.vouch(budget=budget, level=level, by=getattr(town, who), at=AT)
        assert Budget.objects.get().sureness == "said"


def test_the_organisation_that_looks_after_it_confirms_an_isf(town: Town) -> None:
    portion = cast.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    assert (portion.budget.sureness, portion.payer_owner) == ("confirmed", f"organisation:{town.kasmo.pk}/portion:{portion.pk}")


def test_vouching_never_makes_us_less_sure(town: Town) -> None:
    portion = cast.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    assert budgets.vouch(budget=portion.budget, level="seen", by=town.ruth, at=AT).sureness == "confirmed"


def test_a_new_version_takes_the_portions_over_and_is_only_said(town: Town) -> None:
    portion = cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    new = budgets.revise(
        budget=portion.budget,
        kind="agreed",
        amounts=Amounts(15_000, 0, 15_000),
        period=YEAR,
        weekly={portion.pk: (15_000, 2_000)},
        by=town.amina,
        at=AT,
    )
    portion = Portion.objects.get()
    assert (portion.budget_id, portion.weekly_pence, free_to_promise(portion)) == (new.pk, 15_000, 13_000)
    assert (new.version, new.sureness) == (2, "said")
    old = Budget.objects.get(pk=new.revises_id)
    assert (old.superseded, old.portions_then[0]["weekly_pence"]) == (True, 20_000)
    for call in (budgets.vouch,):
        with pytest.raises(VersionIsOld):
            call(budget=old, level="seen", by=town.ruth, at=AT)


def test_a_new_version_refuses_parts_that_are_more_than_the_whole(town: Town) -> None:
    portion = cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)
    with pytest.raises(BudgetDoesNotAddUp):
        budgets.revise(budget=portion.budget, kind="agreed", amounts=Amounts(15_000, 0, 15_000), period=YEAR, by=town.amina, at=AT)
    assert Budget.objects.count() == 1


def test_money_comes_ahead_or_on_yes_by_route_unless_the_council_says_otherwise(town: Town) -> None:
    isf = cast.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    assert mode_of(isf) == "on_yes"
    with pytest.raises(NotAllowed):
        budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="ahead", by=town.sam, at=AT)
    budgets.choose_mode(council_code=SOUTHWARK, route="isf", mode="ahead", by=town.colin, at=AT)
    assert mode_of(isf) == "ahead"
    assert mode_of(cast.direct_payment(town.amina, seen_by=town.ruth, at=AT)) == "ahead"


@pytest.mark.parametrize(("who", "sees"), [("amina", 1), ("ruth", 0), ("sam", 0), ("yusuf", 0), ("stranger", 0), ("operator", 1)])
def test_a_budget_is_seen_by_its_person_and_nobody_else_who_has_no_business_with_it(town: Town, who: str, sees: int) -> None:
    record(town)
    assert Budget.objects.visible_to(getattr(town, who)).count() == sees
    assert Portion.objects.visible_to(getattr(town, who)).count() == sees


def test_who_looks_after_a_portion_sees_it_and_the_groups_facilitator_sees_the_budget(town: Town) -> None:
    cast.isf(town.yusuf, holder=town.kasmo, confirmed_by=town.sam, at=AT)
    assert Portion.objects.visible_to(town.sam).count() == Budget.objects.visible_to(town.sam).count() == 1
    assert Portion.objects.visible_to(town.colin).count() == 0
    cast.group(town.amina, town.yusuf, at=AT, facilitator=town.ruth)
    assert Budget.objects.visible_to(town.ruth).count() == 1
    assert Budget.objects.visible_to(None).count() == 0
