"""The pure rules: weeks and their pence, the most it can cost, bands, silence, dates."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.rules import dates, silence, weeks
from marketplace.rules.silence import SilenceFacts, why_silence_may_not_pay
from places.calendar import add_working_days

TUESDAY = date(2026, 3, 3)

# --- weeks ---


def test_weeks_begin_on_the_first_day_and_have_each_weekday_once() -> None:
    first, second = weeks.plan_weeks(starts_on=TUESDAY, weeks=2, weekdays=[2, 4])
    assert first.visit_days == (date(2026, 3, 3), date(2026, 3, 5))
    assert (first.starts_on, first.ends_on) == (TUESDAY, date(2026, 3, 9))
    assert second.visit_days == (date(2026, 3, 10), date(2026, 3, 12))


def test_a_weekday_before_the_first_day_falls_at_the_end_of_each_week() -> None:
    (only,) = weeks.plan_weeks(starts_on=TUESDAY, weeks=1, weekdays=[1, 2])
    assert only.visit_days == (date(2026, 3, 3), date(2026, 3, 9))


@pytest.mark.parametrize("visits", range(1, 8))
def test_days_nobody_named_are_spread_over_the_week_and_are_all_different(visits: int) -> None:
    days = weeks.spread_weekdays(TUESDAY, visits)
    assert len(set(days)) == visits
    assert 2 in days


def test_the_clocks_going_forward_do_not_move_a_visit_to_another_day() -> None:
    days = [day for week in weeks.plan_weeks(starts_on=date(2026, 3, 24), weeks=2, weekdays=[7]) for day in week.visit_days]
    assert days == [date(2026, 3, 29), date(2026, 4, 5)]


# --- prices ---


@pytest.mark.parametrize(
    ("unit", "minutes", "pence"),
    [("hour", 60, 2700), ("hour", 90, 4050), ("hour", 45, 2025), ("hour", 20, 900), ("hour", 50, 2250), ("visit", 90, 2700), ("day", 400, 2700)],
)
def test_a_visit_costs_its_minutes_of_the_hour_or_the_price_of_one(unit: str, minutes: int, pence: int) -> None:
    assert weeks.visit_pence(price_pence=2700, unit=unit, minutes=minutes) == pence


def test_half_a_penny_is_rounded_up() -> None:
    assert weeks.visit_pence(price_pence=2001, unit="hour", minutes=30) == 1001


@given(
    visit=st.integers(8, 20_000),
    visits=st.integers(1, 7),
    count=st.integers(1, 8),
    number=st.integers(1, 52),
    start=st.integers(-3, 3),
)
def test_every_week_is_split_to_the_penny_and_nobody_drifts_by_a_penny(visit: int, visits: int, count: int, number: int, start: int) -> None:
    debts = [Fraction(start, 7) / (n + 1) if n % 2 else Fraction(0) for n in range(count)]
    plans = weeks.plan_payers(visit_pence=visit, visits_per_week=visits, weeks=number, together=True, debts=debts)
    assert all(sum(plan.weeks_pence[week] for plan in plans) == visit * visits for week in range(number))
    exact = Fraction(visit * visits * number, count)
    for plan, debt in zip(plans, debts, strict=True):
        assert plan.rounding_debt == debt + exact - sum(plan.weeks_pence)
        assert max(plan.weeks_pence) - min(plan.weeks_pence) <= 1
    if not start:
        assert all(abs(plan.rounding_debt) < 1 for plan in plans)


def test_own_visits_are_not_split() -> None:
    plans = weeks.plan_payers(visit_pence=1001, visits_per_week=2, weeks=3, together=False, debts=[Fraction(0), Fraction(1, 3)])
    assert [plan.weeks_pence for plan in plans] == [(2002, 2002, 2002)] * 2


@given(pence=st.integers(1, 10_000), visits=st.integers(1, 7))
def test_a_weeks_pence_are_spread_over_its_visits_to_the_penny(pence: int, visits: int) -> None:
    parts = weeks.visit_parts(pence, visits)
    assert sum(parts) == pence
    assert max(parts) - min(parts) <= 1


# --- the most it can cost, and if you stop today ---


def test_the_most_it_can_cost_is_the_copys_own_example() -> None:
    costs = weeks.costs_of([1800] * 12, notice_days=28)
    assert (costs.most_pence, costs.if_you_stop_pence) == (21_600, 7_200)


def test_stopping_costs_no_more_than_there_is() -> None:
    assert weeks.costs_of([1800] * 2, notice_days=28).if_you_stop_pence == 3_600


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=52), st.integers(0, 91))
def test_stopping_never_costs_more_than_the_most(plan: list[int], notice_days: int) -> None:
    costs = weeks.costs_of(plan, notice_days=notice_days)
    assert 0 <= costs.if_you_stop_pence <= costs.most_pence == sum(plan)


# --- being away ---


@pytest.mark.parametrize(
    ("hours", "kept"),
    [(Fraction(72), 0), (Fraction(48), 0), (Fraction(4799, 100), 450), (Fraction(12), 450), (Fraction(1199, 100), 900), (Fraction(0), 900)],
)
def test_the_bands_decide_what_the_provider_keeps(hours: Fraction, kept: int) -> None:
    assert weeks.band_pence(900, hours_before=hours, minutes=60, bands=weeks.DEFAULT_BANDS) == kept


def test_of_a_long_visit_only_two_hours_count() -> None:
    assert weeks.band_pence(4000, hours_before=Fraction(1), minutes=240, bands=weeks.DEFAULT_BANDS) == 2000


# --- silence ---

QUIET = SilenceFacts(
    pence=6_000,
    is_first_milestone=False,
    earlier_yeses=3,
    all_recorded_at_the_time=True,
    silent_pence_in_28_days=6_000,
    silences_in_a_row=1,
    is_away=False,
    is_reachable=True,
    was_questioned=False,
    notice_channels=("email", "text"),
)


def test_silence_pays_when_every_rule_holds() -> None:
    assert why_silence_may_not_pay(QUIET) == []


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"is_first_milestone": True}, "first_milestone"),
        ({"earlier_yeses": 2}, "too_few_yeses"),
        ({"all_recorded_at_the_time": False}, "not_recorded_at_the_time"),
        ({"pence": 6_001, "silent_pence_in_28_days": 0}, "too_large"),
        ({"silent_pence_in_28_days": 6_001}, "too_much_in_28_days"),
        ({"silences_in_a_row": 2}, "third_in_a_row"),
        ({"is_away": True}, "away"),
        ({"is_reachable": False}, "not_reachable"),
        ({"was_questioned": True}, "questioned"),
        ({"notice_channels": ("text",)}, "too_few_notices"),
        ({"notice_channels": ("email", "email")}, "no_notice_that_reaches"),
    ],
)
def test_silence_does_not_pay_when_one_rule_breaks(change: dict[str, object], slug: str) -> None:
    assert why_silence_may_not_pay(replace(QUIET, **change)) == [slug]


@given(
    st.builds(
        SilenceFacts,
        pence=st.integers(1, 20_000),
        is_first_milestone=st.booleans(),
        earlier_yeses=st.integers(0, 6),
        all_recorded_at_the_time=st.booleans(),
        silent_pence_in_28_days=st.integers(0, 20_000),
        silences_in_a_row=st.integers(0, 4),
        is_away=st.booleans(),
        is_reachable=st.booleans(),
        was_questioned=st.booleans(),
        notice_channels=st.lists(st.sampled_from(["email", "text", "phone", "letter"]), max_size=4).map(tuple),
    )
)
def test_silence_never_pays_more_than_the_limits_whatever_else_is_true(facts: SilenceFacts) -> None:
    if not why_silence_may_not_pay(facts):
        assert facts.pence <= 6_000
        assert facts.pence + facts.silent_pence_in_28_days <= 12_000
        assert facts.earlier_yeses >= 3
        assert not facts.is_first_milestone
        assert set(facts.notice_channels) & silence.REACHING_CHANNELS


# --- dates ---


def test_money_is_asked_for_early_enough_for_the_slowest_payer() -> None:
    asked = dates.ask_funding_on(starts_on=TUESDAY, kinds=["card", "order"], add_working_days=add_working_days)
    assert asked == date(2026, 2, 13)
    assert dates.pay_by(starts_on=TUESDAY, kind="card", add_working_days=add_working_days) == date(2026, 2, 20)
    assert dates.ask_funding_on(starts_on=TUESDAY, kinds=["order"], add_working_days=add_working_days) == date(2026, 2, 20)


@pytest.mark.parametrize(
    ("route", "mode", "kind"),
    [("direct_payment", "ahead", "card"), ("isf", "ahead", "bank"), ("council_managed", "on_yes", "order"), ("self_funded", "ahead", "card")],
)
def test_how_money_comes_follows_the_route_and_its_mode(route: str, mode: str, kind: str) -> None:
    assert dates.clearing_kind(route=route, mode=mode) == kind


def test_five_working_days_after_asking_skip_the_weekend_and_keep_the_hour_when_the_clocks_change() -> None:
    asked = datetime(2026, 3, 26, 17, 0, tzinfo=UTC)
    by = dates.answer_by(asked_at=asked, working_days=5, add_working_days=add_working_days)
    assert by.astimezone(dates.LONDON).date() == date(2026, 4, 2)
    assert by.astimezone(dates.LONDON).hour == 17


def test_a_day_without_a_time_starts_at_nine_in_london() -> None:
    assert dates.start_of(date(2026, 7, 1)) == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert dates.start_of(date(2026, 7, 1), time(10)) == datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


def test_days_are_whole_days_of_24_hours() -> None:
    asked = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert not dates.is_past(asked, 15, asked + timedelta(days=15) - timedelta(seconds=1))
    assert dates.is_past(asked, 15, asked + timedelta(days=15))
