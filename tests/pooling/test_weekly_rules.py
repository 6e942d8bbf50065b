"""Whom a weekly list holds, in which order, and how far a sum goes in it: the rules alone."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pooling.rules.weekly import Asked, goes_to, newest_list_day, reordered, usual_order


def asked(key: int, person: int, day: int, paid: int | None) -> Asked:
    return Asked(key, person, f"P{person}", date(2026, 3, day), date(2026, 2, paid) if paid else None)


def test_the_first_visit_comes_first_then_who_has_gone_without_for_longest() -> None:
    rows = [asked(1, 1, 5, 20), asked(2, 2, 5, None), asked(3, 3, 4, 27), asked(4, 2, 9, None), asked(5, 4, 5, 6)]
    assert [one.key for one in usual_order(rows)] == [3, 2, 4, 5, 1]


def test_numbers_put_people_in_order_and_who_has_none_comes_after() -> None:
    assert reordered([7, 8, 9, 7], {9: 1}) == [9, 7, 8]
    assert reordered([7, 8, 9], {7: 2, 8: 2, 9: 1}) == [9, 7, 8]
    assert reordered([7, 8], {8: 50}) == [8, 7]


@given(st.lists(st.integers(1, 10_000), max_size=40), st.integers(0, 200_000))
def test_a_sum_reaches_the_longest_beginning_of_the_list_that_it_pays_whole(sums: list[int], pence: int) -> None:
    reached = goes_to(sums, pence)
    assert sum(sums[:reached]) <= pence
    assert reached == len(sums) or sum(sums[: reached + 1]) > pence


@given(st.dates(), st.integers(1, 7))
def test_the_newest_day_of_lists_is_that_weekday_within_a_week(today: date, weekday: int) -> None:
    day = newest_list_day(max(today, date(1, 1, 8)), weekday)
    assert (day.isoweekday(), 0 <= (max(today, date(1, 1, 8)) - day).days < 7) == (weekday, True)
