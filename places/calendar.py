"""Working days in England: Monday to Friday without bank holidays."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Whether banks and councils work on this day."""
    return day.isoweekday() <= 5 and day not in _bank_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The date `count` working days after (or, negative, before) a day. Zero gives the day itself, whatever day it is."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and with `end`; negative when `end` comes first."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))
