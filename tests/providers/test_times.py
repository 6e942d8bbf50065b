"""When somebody can be booked who has written no hours of their own, said as hours."""

from datetime import date, time, timedelta

import pytest

from providers.rules_of_times import DAY, spans_of_day, widest_week

MONDAY = date(2026, 3, 2)
NONE: tuple[list[int], list[str]] = ([], [])
SERVICES = {
    "says nothing": [NONE],
    "on Saturday evenings": [([6], ["evening"])],
    "in the morning and at night": [([1, 7], ["morning", "night"])],
    "two that differ": [NONE, ([3, 6], ["evening"])],
}


@pytest.mark.parametrize("services", SERVICES.values(), ids=SERVICES)
def test_own_hours_that_wide_take_no_time_from_any_service(services: list[tuple[list[int], list[str]]]) -> None:
    week = widest_week(services)
    for weekdays, parts in services:
        for day in (MONDAY + timedelta(days=n) for n in range(7)):
            before = spans_of_day(day, hours={}, weekdays=weekdays, parts=parts, off=())
            after = spans_of_day(day, hours=week, weekdays=weekdays, parts=parts, off=())
            assert all(any(a <= first and last <= b for a, b in after) for first, last in before)


def test_it_is_no_wider_than_the_services_are() -> None:
    assert widest_week([]) == widest_week([NONE]) == dict.fromkeys(range(1, 6), DAY)
    assert widest_week([([6], ["evening"]), ([6, 7], ["afternoon"])]) == {6: (time(12), time(21)), 7: (time(12), time(17))}
