"""On which days and from when to when somebody may be booked, and which starts fit. No database here."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from audit.clock import LONDON

HOLD_MINUTES = 15
"""So long a time is kept for somebody who is still reading (state-machines.md 9)."""
STEP = timedelta(minutes=30)
"""Visits begin on the hour or the half hour."""
DAY = (time(9), time(17))
"""Where neither the worker nor the service says from when to when."""
PARTS = {"morning": (time(8), time(12)), "afternoon": (time(12), time(17)), "evening": (time(17), time(21)), "night": (time(21), time(23, 59))}

Span = tuple[datetime, datetime]


def spans_of_day(
    day: date, *, hours: Mapping[int, tuple[time, time]], weekdays: Collection[int], parts: Collection[str], off: Collection[date]
) -> list[Span]:
    """From when to when on that day. `hours`: the worker's own by weekday (1 Monday to 7 Sunday); `weekdays`, `parts`: the service's.

    A worker's own hours are narrowed by what the service says; where only one of them says something, that counts.
    """
    weekday = day.isoweekday()
    if day in off or (hours and weekday not in hours) or (weekdays and weekday not in weekdays) or (weekday > 5 and not hours and not weekdays):
        return []
    own = hours.get(weekday)
    said = _joined(PARTS[part] for part in PARTS if part in parts)
    if own is not None and said:
        said = [(max(own[0], first), min(own[1], last)) for first, last in said]
    found = said or [own or DAY]
    return [(datetime.combine(day, first, tzinfo=LONDON), datetime.combine(day, last, tzinfo=LONDON)) for first, last in found if first < last]


def _joined(spans: Iterable[tuple[time, time]]) -> list[tuple[time, time]]:
    """Morning and afternoon are one span: a visit may begin before noon and end after it."""
    found: list[tuple[time, time]] = []
    for first, last in spans:
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def widest_week(services: Iterable[tuple[Collection[int], Collection[str]]]) -> dict[int, tuple[time, time]]:
    """From when to when on each weekday somebody without own hours can be booked for any of these services, each its weekdays and parts of day.

    Own hours of just this width take no time away from any of the services.
    """
    found: dict[int, tuple[time, time]] = {}
    for weekdays, parts in services:
        spans = [PARTS[part] for part in PARTS if part in parts] or [DAY]
        for weekday in weekdays or range(1, 6):
            first, last = found.get(weekday, spans[0])
            found[weekday] = (min(first, spans[0][0]), max(last, spans[-1][1]))
    return dict(sorted(found.items())) or dict.fromkeys(range(1, 6), DAY)


def lasting(starts_at: datetime, minutes: int) -> Span:
    """From when to when a visit is. Counted in UTC: in London an hour is skipped in March, and one comes twice in October."""
    begins = starts_at.astimezone(UTC)
    return begins, begins + timedelta(minutes=minutes)


def starts_in(spans: Iterable[Span], *, minutes: int, busy: Collection[Span]) -> list[datetime]:
    """Every half hour at which a visit of so many minutes would fit and meet nothing that is on already; of an hour that comes twice, the first."""
    found = []
    for first, last in spans:
        start, end = lasting(first, minutes)
        while end <= last:
            local = start.astimezone(LONDON)
            if not local.fold and not any(begins < end and start < ends for begins, ends in busy):
                found.append(local)
            start, end = start + STEP, end + STEP
    return found
