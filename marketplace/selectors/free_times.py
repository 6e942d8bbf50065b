"""When somebody of a provider could come: their hours, less what is taken, less visits of agreements that run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from audit.clock import london_date
from marketplace.models import Agreement, Visit
from marketplace.rules.dates import pay_by, start_of
from marketplace.selectors.buying import clearing_kinds
from places.calendar import add_working_days
from pooling.models import Portion
from providers.models import Listing, Slot, Worker
from providers.rules_of_times import Span, lasting, spans_of_day, starts_in
from providers.selectors_of_workers import who_fits

SOONEST_WORKING_DAYS = 3
"""Money that is in or ordered needs so long before a first visit (product.md, "The short way")."""
FURTHEST_DAYS = 84
DAYS_SHOWN = 14
MEET_MINUTES = 30
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FreeDay:
    """A day and the moments at which a visit could begin; a day without any is not in the list."""

    day: date
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class _Diary:
    """What is needed to look at many days: workers whose papers count on a day, what each does already, visits of nobody named."""

    fits: Callable[[date], list[Worker]]
    busy: dict[int, list[Span]]
    unnamed: list[Span]

    def spans(self, worker: Worker, listing: Listing, day: date) -> list[Span]:
        hours = {row.weekday: (row.begins, row.ends) for row in worker.hours.all()}
        off = {row.on for row in worker.days_off.all()}
        return spans_of_day(day, hours=hours, weekdays=listing.weekdays, parts=listing.parts_of_day, off=off)

    def free(self, worker: Worker, listing: Listing, day: date, minutes: int) -> list[datetime]:
        return starts_in(self.spans(worker, listing, day), minutes=minutes, busy=self.busy.get(worker.pk, []))

    def enough(self, start: datetime, minutes: int, workers: int) -> bool:
        """A visit that nobody is named for yet takes one of those who are free."""
        first, last = lasting(start, minutes)
        return sum(begins < last and first < ends for begins, ends in self.unnamed) < workers


def free_days(*, listing: Listing, first: date, days: int = DAYS_SHOWN, minutes: int, at: datetime, soonest: date) -> list[FreeDay]:
    """From `first` so many days, none before `soonest`. A fixed number of questions, whatever the number of days."""
    first = max(first, soonest)
    diary = _diary(listing, first, first + days * DAY, at)
    found = []
    for day in (first + n * DAY for n in range(days)):
        by_start: dict[datetime, int] = {}
        for worker in diary.fits(day):
            for start in diary.free(worker, listing, day, minutes):
                by_start[start] = by_start.get(start, 0) + 1
        starts = tuple(start for start in sorted(by_start) if diary.enough(start, minutes, by_start[start]))
        if starts:
            found.append(FreeDay(day, starts))
    return found


def free_workers(*, listing: Listing, starts_at: datetime, minutes: int, at: datetime, without: Agreement | None = None) -> list[Worker]:
    """Who could come at this moment, lowest number first; nobody when it is not one of the free times. `without`: whose visits do not count."""
    day = london_date(starts_at)
    diary = _diary(listing, day, day + DAY, at, without)
    free = [worker for worker in diary.fits(day) if starts_at in diary.free(worker, listing, day, minutes)]
    return free if diary.enough(starts_at, minutes, len(free)) else []


def is_in_hours(*, listing: Listing, starts_at: datetime, minutes: int, at: datetime) -> bool:
    """Whether it is a time at which they work at all, taken or not."""
    day = london_date(starts_at)
    diary = _diary(listing, day, day + DAY, at)
    return any(starts_at in starts_in(diary.spans(worker, listing, day), minutes=minutes, busy=()) for worker in diary.fits(day))


def soonest_day(*, portions: Iterable[Portion], today: date) -> date:
    """The first day for which money of these parts of a budget would be here in time, if they pay on the day after the provider's yes."""
    day = add_working_days(today, SOONEST_WORKING_DAYS)
    kinds = {*clearing_kinds(portions).values()}
    while any(pay_by(starts_on=day, kind=kind, add_working_days=add_working_days) <= today for kind in kinds - {"order"}):
        day = add_working_days(day, 1)
    return day


def _diary(listing: Listing, first: date, end: date, at: datetime, without: Agreement | None = None) -> _Diary:
    since, until = start_of(first, time.min), start_of(end, time.min)
    busy: dict[int, list[Span]] = {}
    unnamed: list[Span] = []
    taken = Slot.objects.taken(at).filter(enterprise=listing.enterprise_id, during__overlap=(since, until))
    for worker, during in taken.values_list("worker", "during"):
        busy.setdefault(worker, []).append((during.lower, during.upper))
    there = Visit.objects.filter(milestone__agreement__enterprise=listing.enterprise_id, on__gte=first - DAY, on__lt=end, planned_start__isnull=False)
    if without is not None:
        there = there.exclude(milestone__agreement=without)
    for worker, on, start, minutes in there.filter(state__in=["planned", "begun"]).values_list("worker", "on", "planned_start", "planned_minutes"):
        (unnamed if worker is None else busy.setdefault(worker, [])).append(lasting(start_of(on, start), minutes))
    return _Diary(who_fits(listing.enterprise, listing.category), busy, unnamed)
