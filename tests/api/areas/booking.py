"""Booking: see the package."""

from datetime import time as hour
from datetime import timedelta
from typing import Any

from marketplace.models import BookedTime, Booking, BookingMove
from marketplace.selectors.free_times import free_days, soonest_day
from marketplace.services import booking
from providers.models import WorkHours
from providers.services import hours, slots
from tests import cast
from tests.cast_market import Walk

SEE = frozenset({"amina", "operator", "ruth"})
ROWS: dict[str, frozenset[str]] = {"bookings": SEE, "booked-times": SEE, "booking-moves": SEE} | dict.fromkeys(
    ("work-hours", "days-off"), frozenset({"hodan"})
)
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {}


def things(story: Walk) -> dict[str, Any]:
    """Amina keeps a time for her group, and has asked nobody yet."""
    first = soonest_day(portions=(), today=story.at.date())
    days = free_days(listing=story.listing, first=first, minutes=60, at=story.at, soonest=first)
    starts_at, later = days[0].starts[0], days[1].starts[0]
    found = booking.hold_slot(listing=story.listing, starts_at=starts_at, by=cast.amina(), at=story.at)
    Booking.objects.filter(pk=found.pk).update(cluster=story.cluster)
    time = BookedTime.objects.get(booking=found)
    slot = slots.hold(workers=[time.slot.worker], starts_at=later, minutes=60, by=cast.amina(), at=story.at)
    moved = {"from_at": starts_at, "to_at": later, "side": "person", "answer_by": starts_at}
    asked = {"asked_by": cast.amina(), "asked_at": story.at, "council_code": found.council_code}
    move = BookingMove.objects.create(time=time, slot=slot, **moved, **asked)
    hours.set_hours(worker=time.slot.worker, hours={day: (hour(8), hour(18)) for day in range(1, 8)}, by=cast.hodan(), at=story.at)
    off = hours.take_day_off(worker=time.slot.worker, on=story.at.date() + timedelta(days=80), by=cast.hodan(), at=story.at)
    free = {"work-hours": WorkHours.objects.all()[0].pk, "days-off": off.pk}
    return free | {"bookings": found.pk, "booked-times": time.pk, "booking-moves": move.pk}
