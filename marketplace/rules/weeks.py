"""A plan in weeks: on which days visits fall, what each costs, what each payer pays each week, and what it can cost them at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from pooling.rules import Costs, shares, split


@dataclass(frozen=True, slots=True)
class Week:
    """One week of an agreement: its number from 1, its first and last day, the days on which visits fall."""

    number: int
    starts_on: date
    ends_on: date
    visit_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class PayerPlan:
    """What one payer pays in each week, and what rounding owes them at the end (exact pence)."""

    weeks_pence: tuple[int, ...]
    rounding_debt: Fraction


@dataclass(frozen=True, slots=True)
class Band:
    """Called off with less than `under_hours` to go: the provider is paid `percent` of the visit, of at most `of_minutes` of it."""

    under_hours: int
    percent: int
    of_minutes: int = 120


DEFAULT_BANDS = (Band(under_hours=12, percent=100), Band(under_hours=48, percent=50))
"""State-machines.md 9: under 48 hours half, under 12 hours all, of at most two hours. Frozen into each agreement when it is written."""


def visit_pence(*, price_pence: int, unit: str, minutes: int) -> int:
    """The price of one visit: an hourly price by the minutes, rounded to the penny (half up); any other price is for the visit."""
    return (price_pence * minutes * 2 + 60) // 120 if unit == "hour" else price_pence


def plan_weeks(*, starts_on: date, weeks: int, weekdays: Sequence[int]) -> list[Week]:
    """The weeks from `starts_on`, seven days each; `weekdays` are 1 (Monday) to 7 (ISO 8601). Each week has each weekday exactly once."""
    found = []
    for number in range(weeks):
        first = starts_on + timedelta(weeks=number)
        days = tuple(day for day in (first + timedelta(days=n) for n in range(7)) if day.isoweekday() in weekdays)
        found.append(Week(number + 1, first, first + timedelta(days=6), days))
    return found


def spread_weekdays(starts_on: date, visits_per_week: int) -> tuple[int, ...]:
    """Days for somebody who named none: the first day, and the others evenly after it."""
    return tuple(sorted((starts_on + timedelta(days=7 * n // visits_per_week)).isoweekday() for n in range(visits_per_week)))


def plan_payers(*, visit_pence: int, visits_per_week: int, weeks: int, together: bool, debts: Sequence[Fraction]) -> list[PayerPlan]:
    """What each payer pays in each week, in the order of `debts` (what earlier rounding owes each).

    Together: the week's price is split equally, spare pence going round (S1). Own visits: each pays for their own, nothing to split.
    """
    weekly = visit_pence * visits_per_week
    if not together:
        return [PayerPlan((weekly,) * weeks, debt) for debt in debts]
    owed = list(debts)
    rows: list[list[int]] = [[] for _ in owed]
    for _ in range(weeks):
        parts = split(weekly, [1] * len(owed), owed)
        for row, part in zip(rows, parts, strict=True):
            row.append(part.pence)
        owed = [part.rounding_debt for part in parts]
    return [PayerPlan(tuple(row), debt) for row, debt in zip(rows, owed, strict=True)]


def costs_of(weeks_pence: Sequence[int], *, notice_days: int) -> Costs:
    """The most a plan can cost, and the most still to pay after saying stop before it begins: as many weeks as the notice is long."""
    notice_weeks = -(-notice_days // 7)
    return Costs(most_pence=sum(weeks_pence), if_you_stop_pence=sum(weeks_pence[:notice_weeks]))


def visit_parts(share_pence: int, visits: int) -> list[int]:
    """A week's pence spread over its visits, to the penny, spare pence on the first ones."""
    return shares(share_pence, [1] * visits)


def band_pence(part_pence: int, *, hours_before: Fraction, minutes: int, bands: Sequence[Band]) -> int:
    """What the provider keeps of one person's part of a visit called off so many hours before it. Rounded down, for the person."""
    percents = [(band.percent, min(band.of_minutes, minutes)) for band in bands if hours_before < band.under_hours]
    return max((part_pence * percent * of // (100 * minutes) for percent, of in percents), default=0)
