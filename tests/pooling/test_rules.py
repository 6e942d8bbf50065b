"""The pure rules of pooling: tables, splitting, promises, may I buy this."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pooling import rules
from pooling.rules import NotNow, Promised, PurchaseFacts, may_buy, most_promised_at_once, pounds, shares, split, step

# --- tables ---


@pytest.mark.parametrize("machine", sorted(rules.MACHINES))
def test_every_state_and_verb_is_either_in_the_table_or_refused(machine: str) -> None:
    table = rules.MACHINES[machine]
    states = {state for state, _ in table} | set(table.values())
    verbs = {verb for _, verb in table}
    for state in states:
        for verb in verbs:
            if (state, verb) in table:
                assert step(table, state, verb) == table[state, verb]
            else:
                with pytest.raises(NotNow):
                    step(table, state, verb)


@pytest.mark.parametrize(
    ("machine", "final"),
    [
        ("membership", rules.MEMBERSHIP_FINAL),
        ("leaving", {"taken_back", "settled"}),
        ("statement", {"agreed", "silent", "replaced"}),
        ("removal", {"turned_down", "upheld", "refused", "unanswered"}),
        ("end_report", {"ended", "dismissed"}),
        ("budget_import", {"confirmed", "refused"}),
        ("weekly_list", {"done", "superseded", "stopped"}),
        ("weekly_row", {"funded", "ordered", "dropped"}),
        ("pledge", {"cancelled", "finished"}),
        ("proposal", rules.PROPOSAL_FINAL),
        ("cluster", rules.CLUSTER_FINAL),
        ("earmark", {"dropped", "used"}),
        # A used one is over, until the payer's bank takes its money back.
        ("call", rules.CALL_FINAL - {"consumed"}),
        # Banks send refunds back weeks later: no withdrawal is ever over for good.
        ("withdrawal", set()),
    ],
)
def test_nothing_follows_a_final_state_and_every_other_has_a_way_on(machine: str, final: set[str]) -> None:
    table = rules.MACHINES[machine]
    going_on = {state for (state, _), after in table.items() if after != state}
    assert not final & going_on
    assert set(table.values()) - going_on - {"active"} == set(final)


def test_the_tables_refuse_what_would_move_money_twice_or_without_a_yes() -> None:
    refused = [
        (rules.CALL, "consumed", "hold"),
        (rules.CALL, "cancelled", "pay"),
        (rules.CALL, "called", "hold"),
        (rules.CALL, "ordered", "hold"),
        (rules.CALL, "funded", "pay"),
        (rules.PLEDGE, "cancelled", "call"),
        (rules.EARMARK, "dropped", "call"),
        (rules.MEMBERSHIP, "applied", "accept_charter"),
        (rules.MEMBERSHIP, "proposed", "accept_charter"),
        (rules.MEMBERSHIP, "active", "leave_now"),
        (rules.WITHDRAWAL, "returned", "keep"),
    ]
    for table, state, verb in refused:
        with pytest.raises(NotNow):
            step(table, state, verb)


# --- S1: split to the penny ---


def test_a_hundred_pounds_among_three_is_33_34_and_twice_33_33() -> None:
    assert shares(10_000, [1, 1, 1]) == [3334, 3333, 3333]


def test_cooking_by_sessions_is_as_in_the_worked_example() -> None:
    assert shares(25_000, [3, 5, 2, 4]) == [5357, 8929, 3571, 7143]


def test_somebody_with_no_part_in_it_pays_nothing() -> None:
    assert shares(101, [0, 1, 1]) == [0, 51, 50]


def test_every_split_of_1_to_10_000_pence_adds_up_and_is_within_a_penny_of_exact() -> None:
    for people in (2, 3, 7):
        for total in range(1, 10_001):
            parts = shares(total, [1] * people)
            assert sum(parts) == total
            assert max(parts) - min(parts) <= 1


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_any_split_adds_up_gives_whole_pence_and_owes_nobody_anything_in_sum(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(part.pence for part in parts) == total
    assert all(part.pence >= 0 for part in parts)
    assert sum(part.rounding_debt for part in parts) == 0
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(total * weight, sum(weights))
        assert abs(part.pence - exact) < 1
        assert part.rounding_debt == exact - part.pence


@settings(max_examples=60)
@given(
    totals=st.lists(st.integers(1, 10_000), min_size=1, max_size=60),
    people=st.integers(2, 8),
    data=st.data(),
)
def test_the_spare_penny_goes_round_so_that_nobody_drifts_by_more_than_a_penny(totals: list[int], people: int, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 9), min_size=people, max_size=people))
    debts = [Fraction(0)] * people
    paid = [0] * people
    exact = [Fraction(0)] * people
    for total in totals:
        parts = split(total, weights, debts)
        debts = [part.rounding_debt for part in parts]
        for n in range(people):
            paid[n] += parts[n].pence
            exact[n] += Fraction(total * weights[n], sum(weights))
    assert all(abs(exact[n] - paid[n]) < 1 for n in range(people))
    assert [exact[n] - paid[n] for n in range(people)] == debts


def test_a_year_of_85_pence_among_seven_treats_all_alike() -> None:
    debts = [Fraction(0)] * 7
    paid = [0] * 7
    for _ in range(52):
        parts = split(85, [1] * 7, debts)
        debts = [part.rounding_debt for part in parts]
        paid = [had + part.pence for had, part in zip(paid, parts, strict=True)]
    assert sorted(set(paid)) == [631, 632]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_a_silly_split_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError):
        split(total, weights)


# --- promises ---


def test_the_most_it_can_cost_is_the_figure_on_the_page() -> None:
    costs = rules.costs(1800, 12, 28)
    assert (costs.most_pence, costs.if_you_stop_pence) == (21_600, 7_200)


def test_stopping_never_costs_more_than_the_whole() -> None:
    assert rules.costs(1800, 2, 28) == rules.Costs(3600, 3600)
    assert rules.costs(1800, 12, 0).if_you_stop_pence == 0
    assert rules.costs(1800, 12, 8).if_you_stop_pence == 3600


def test_promises_one_after_the_other_are_not_added_up() -> None:
    monday = date(2026, 3, 2)
    spring = Promised(monday, 4, 1800)
    after = Promised(monday + timedelta(weeks=4), 4, 2500)
    both = [spring, after]
    assert most_promised_at_once(both, starts_on=monday, ends_on=after.ends_on) == 2500
    overlapping = [*both, Promised(monday + timedelta(weeks=3), 2, 1000)]
    assert most_promised_at_once(overlapping, starts_on=monday, ends_on=after.ends_on) == 3500
    assert most_promised_at_once(overlapping, starts_on=monday, ends_on=spring.starts_on) == 1800


@pytest.mark.parametrize(
    ("share", "free", "asked"),
    [(1800, 0, 1800), (1800, 500, 1300), (1800, 1800, 0), (1800, 9999, 0), (1800, -5, 1800), (1800, 1790, 30), (20, 0, 20), (20, 15, 20)],
)
def test_a_call_asks_for_the_share_less_what_is_free(share: int, free: int, asked: int) -> None:
    assert rules.to_ask(share, free) == asked


# --- may I buy this? ---

FACTS = PurchaseFacts(
    budget_kind="agreed", budget_sureness="confirmed", person_sureness="seen", route="isf", weekly_pence=1800, free_weekly_pence=6000
)


def facts(**changes: object) -> PurchaseFacts:
    from dataclasses import replace

    return replace(FACTS, **changes)  # type: ignore[arg-type]


def test_a_confirmed_budget_with_room_may_buy() -> None:
    assert may_buy(facts()).is_yes


@pytest.mark.parametrize("route", sorted(rules.SURENESS_TO_PROMISE) + sorted(rules.OWN_MONEY_ROUTES))
@pytest.mark.parametrize("budget", ["said", "seen", "confirmed"])
@pytest.mark.parametrize("person", ["said", "seen", "confirmed"])
def test_how_sure_we_must_be_before_a_promise(route: str, budget: str, person: str) -> None:
    enough = {
        "direct_payment": budget in ("seen", "confirmed"),
        "isf": budget == "confirmed",
        "council_managed": budget == "confirmed",
        "phb_direct": budget == "confirmed",
        "phb_third_party": budget == "confirmed",
        "phb_notional": budget == "confirmed",
        "self_funded": True,
        "top_up": True,
    }[route]
    verdict = may_buy(facts(route=route, budget_sureness=budget, person_sureness=person))
    assert verdict.is_yes == (enough and person != "said")
    assert verdict.is_yes or verdict.reasons


def test_an_indicative_budget_is_never_promised_however_sure_we_are() -> None:
    assert may_buy(facts(budget_kind="indicative")).answer == "no"


def test_more_than_is_free_is_refused_with_both_figures() -> None:
    verdict = may_buy(facts(weekly_pence=6001))
    assert verdict.answer == "no"
    assert "£60.00" in verdict.reasons[0]
    assert "£60.01" in verdict.reasons[0]


def test_the_plan_says_what_the_money_is_for() -> None:
    assert may_buy(facts(category="cooking", allowed_categories=frozenset({"cooking"}))).is_yes
    assert may_buy(facts(category="cooking")).is_yes
    assert may_buy(facts(category="garden", allowed_categories=frozenset({"cooking"}))).answer == "no"


@pytest.mark.parametrize(
    ("relative", "route", "answer"),
    [
        ("none", "direct_payment", "yes"),
        ("elsewhere", "direct_payment", "yes"),
        ("same_home", "direct_payment", "with_approval"),
        ("partner", "isf", "with_approval"),
        ("same_home", "self_funded", "yes"),
        (None, "direct_payment", "yes"),
    ],
)
def test_a_partner_or_family_at_home_is_paid_only_with_the_councils_word(relative: str | None, route: str, answer: str) -> None:
    assert may_buy(facts(relative=relative, route=route)).answer == answer
    assert may_buy(facts(relative=relative, route=route, relative_exception=True)).is_yes


def test_missing_checks_outweigh_an_approval() -> None:
    assert may_buy(facts(relative="partner", checks_missing=("dbs_enhanced",))).answer == "no"


def test_pounds_are_written_as_people_write_them() -> None:
    assert [pounds(5), pounds(1800), pounds(123_405)] == ["£0.05", "£18.00", "£1,234.05"]
