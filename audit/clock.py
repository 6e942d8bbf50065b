"""The one clock. Views and tasks read it once and pass `at=`; services, rules and querysets never read it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from audit.models import ClockOffset

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The moment it is for people, in UTC: real time plus the demo's offset (a row; nothing in production)."""
    offset = ClockOffset.objects.values_list("seconds", flat=True).first() or 0
    return timezone.now() + timedelta(seconds=offset)


def is_moved() -> bool:
    """Whether people's clock was ever moved away from the machine's: in a demo, never in production."""
    return ClockOffset.objects.exists()


def today() -> date:
    """The date it is in London."""
    return london_date(now())


def london_date(at: datetime) -> date:
    """The London date of a moment."""
    return at.astimezone(LONDON).date()
