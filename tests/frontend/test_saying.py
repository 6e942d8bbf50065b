"""Amounts, dates, times and lists as people say them."""

from datetime import UTC, date, datetime, time

import pytest

from frontend import words


@pytest.mark.parametrize(("pence", "said"), [(0, "£0.00"), (5, "£0.05"), (125000, "£1,250.00"), (-1250, "-£12.50"), (100000000, "£1,000,000.00")])
def test_amounts_have_both_decimals(pence: int, said: str) -> None:
    assert words.pounds(pence) == said


def test_days_are_london_days() -> None:
    assert words.day(date(2026, 3, 3)) == "Tuesday 3 March"
    assert words.day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "Wednesday 1 July"
    assert words.day_year(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "Thursday 31 December 2026"


def test_a_moment_without_a_zone_is_not_said() -> None:
    with pytest.raises(ValueError, match="time zone"):
        words.day(datetime(2026, 3, 3, 10))


@pytest.mark.parametrize(
    ("when", "said"),
    [(time(10), "10am"), (time(10, 30), "10:30am"), (time(0), "midnight"), (time(12), "midday"), (time(0, 5), "12:05am"), (time(15, 5), "3:05pm")],
)
def test_times_are_said_as_people_say_them(when: time, said: str) -> None:
    assert words.clock(when) == said


def test_a_moment_is_said_in_london_time() -> None:
    assert words.clock(datetime(2026, 7, 1, 9, tzinfo=UTC)) == "10am"


@pytest.mark.parametrize(
    ("minutes", "said"), [(150, "2 hours 30 minutes"), (60, "1 hour"), (1, "1 minute"), (0, "0 minutes"), (61, "1 hour 1 minute"), (45, "45 minutes")]
)
def test_lengths_are_hours_and_minutes(minutes: int, said: str) -> None:
    assert words.duration(minutes) == said


@pytest.mark.parametrize(
    ("people", "said"), [([], ""), (["Amina"], "Amina"), (["Amina", "Yusuf"], "Amina and Yusuf"), (["A", "B", "C"], "A, B and C")]
)
def test_names_are_joined_by_and(people: list[str], said: str) -> None:
    assert words.names(people) == said


def test_greetings_follow_the_london_clock() -> None:
    said = [words.greeting(datetime(2026, 3, 9, hour, tzinfo=UTC)) for hour in (8, 12, 17, 18)]
    assert said == ["Good morning", "Good afternoon", "Good afternoon", "Good evening"]
