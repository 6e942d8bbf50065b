"""A provider's calendar on a page: a week with each visit whole, a month as a list."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontend import words
from frontend.presenters.provider_visits import BY_ORDER, HELD, DayVisit, said_of, visits_between
from marketplace.models import MilestoneShare
from marketplace.selectors.calendar import answer_of, share_of_each
from providers.models import Enterprise

FIRST, LAST = date(2020, 1, 1), date(2099, 12, 31)
# What people said of a visit, for one of them and for more.
_SAID = {
    "yes": ("{names} said that it happened.",) * 2,
    "part": ("{names} said that some of it happened.",) * 2,
    "no": ("{names} said that it did not happen.",) * 2,
    "not_sure": ("{names} was not sure, and is asked again.", "{names} were not sure, and are asked again."),
    "silence": ("Nobody answered for {names} in time.",) * 2,
    "asked": ("{names} has not answered yet.", "{names} have not answered yet."),
    "not_asked": ("{names} was not asked yet.", "{names} were not asked yet."),
}
_ASKED = frozenset({"asked", "with_helper"})


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One visit. `paid`: each person's part, those alike together. `said`: who said that it happened; empty before it did."""

    day_visit: DayVisit
    paid: list[str]
    said: list[str]

    @property
    def length(self) -> str:
        """What was agreed, where `when` is only from when to when."""
        return words.duration(self.day_visit.visit.planned_minutes)

    @property
    def stands(self) -> str:
        """In a word or two, for a list."""
        return self.day_visit.said.rstrip(".")


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    lines: list[CalendarLine]


@dataclass(frozen=True, slots=True)
class Span:
    """A week or a month. `before`, `after`: a day of the one before and after, None at the ends of time. `is_now`: today is in it."""

    first: date
    last: date
    days: list[Day]
    before: date | None
    after: date | None
    is_now: bool

    @property
    def visits(self) -> int:
        return sum(len(day.lines) for day in self.days)

    @property
    def free(self) -> str:
        """The days of a week without a visit, by name."""
        taken = {day.on for day in self.days}
        every = (self.first + timedelta(days=one) for one in range((self.last - self.first).days + 1))
        return words.names(words.day(one).split()[0] for one in every if one not in taken)

    @property
    def minutes(self) -> str:
        """How long all visits that were not called off are together."""
        counted = [one.day_visit for day in self.days for one in day.lines]
        return words.duration(sum(one.visit.planned_minutes for one in counted if one.stands not in {"called_off", "not_recorded", "stopped"}))


def read_day(text: str, today: date) -> tuple[date, bool]:
    """The day that was asked for, and whether it could be read; else today."""
    try:
        found = date.fromisoformat(text) if text else today
    except ValueError:
        return today, False
    return (found, True) if FIRST <= found <= LAST else (today, False)


def week(enterprise: Enterprise, day: date, today: date, at: datetime) -> Span:
    """Monday to Sunday around `day`. Five queries, however many visits."""
    first = day - timedelta(days=day.weekday())
    return _span(enterprise, first, first + timedelta(days=6), today, at)


def month(enterprise: Enterprise, day: date, today: date, at: datetime) -> Span:
    """The month around `day`. Five queries."""
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return _span(enterprise, first, after - timedelta(days=1), today, at)


def _span(enterprise: Enterprise, first: date, last: date, today: date, at: datetime) -> Span:
    by_day: dict[date, list[CalendarLine]] = defaultdict(list)
    for one in visits_between(enterprise, first, last, at):
        by_day[one.visit.on].append(_line(one))
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    return Span(
        first=first,
        last=last,
        days=[Day(on, lines) for on, lines in sorted(by_day.items())],
        before=before if before >= FIRST else None,
        after=after if after <= LAST else None,
        is_now=first <= today <= last,
    )


def _line(one: DayVisit) -> CalendarLine:
    is_over = one.visit.state == "done"
    paid: dict[str, list[str]] = defaultdict(list)
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for share, part in share_of_each(one.visit).values():
        name = share.payer.person.known_as
        if part is not None and part.is_away:
            paid["away"].append(name)
            continue
        paid[_paid(share)].append(name)
        if is_over:
            answer, by = answer_of(share, part)
            said[answer or ("asked" if share.state in _ASKED else "not_asked"), by].append(name)
    return CalendarLine(one, [f"{words.names(names)}: {how}." for how, names in paid.items()], [_said(*key, names) for key, names in said.items()])


def _paid(share: MilestoneShare) -> str:
    """Where somebody's part is; that they were asked and have not answered is said beside it."""
    if share.state in _ASKED:
        return BY_ORDER if share.covered_by == "order" else HELD
    return said_of(share)


def _said(answer: str, by: str, names: list[str]) -> str:
    told = _SAID[answer][len(names) > 1].format(names=words.names(names))
    return f"{told[:-1]}, in words that somebody wrote down for them." if by == "helper" else told
