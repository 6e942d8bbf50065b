"""The one clock. Views and tasks read it once and pass `at=`; services, rules and querysets never read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from audit.kept import answers
from audit.models import ClockOffset

LONDON = ZoneInfo("Europe/London")
_kept: ContextVar[list[int] | None] = ContextVar("kept", default=None)


def now() -> datetime:
    """The moment it is for people, in UTC: real time plus the demo's offset (a row; nothing in production)."""
    return timezone.now() + timedelta(seconds=_offset())


def _offset() -> int:
    kept = _kept.get()
    if kept:
        return kept[0]
    seconds = next(iter(answers(_offsets)), 0)
    if kept is not None:
        kept.append(seconds)
    return seconds


def _offsets() -> "QuerySet[ClockOffset, int]":
    return ClockOffset.objects.order_by("pk").values_list("seconds", flat=True)[:1]


@contextmanager
def asked_once() -> Iterator[None]:
    """Within it the offset is read once: for answers that only show something, and so move no clock."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


def is_moved() -> bool:
    """Whether people's clock was ever moved away from the machine's: in a demo, never in production."""
    return ClockOffset.objects.exists()


def today() -> date:
    """The date it is in London."""
    return london_date(now())


def london_date(at: datetime) -> date:
    """The London date of a moment."""
    return at.astimezone(LONDON).date()
