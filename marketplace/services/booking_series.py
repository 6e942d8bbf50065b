"""The times of a series: taken four weeks ahead, one by one. Where somebody else has one, there is no visit that week, and everybody is told."""

from datetime import datetime, timedelta

from audit.clock import LONDON
from marketplace.models import BookedTime, Booking
from marketplace.rules.dates import start_of
from marketplace.selectors.free_times import free_workers
from marketplace.services.booking_states import clash, locked
from marketplace.services.writing import tell
from payments.services.one_by_one import one_by_one
from pooling.services.transactions import all_or_nothing
from providers.models import Worker
from providers.services import slots

TAKEN_AHEAD = timedelta(weeks=4)


def plan(*, booking: Booking) -> None:
    """Writes down when each later week of a series would be: the same day and the same time by the clock on the wall."""
    first = booking.times.get(number=1)
    local = first.starts_at.astimezone(LONDON)
    BookedTime.objects.bulk_create(
        BookedTime(
            booking=booking,
            council_code=booking.council_code,
            number=number,
            starts_at=start_of(local.date() + timedelta(weeks=number - 1), local.time()),
        )
        for number in range(2, booking.weeks + 1)
    )


def take_ahead(*, at: datetime) -> int:
    """The timer: every time of a running series that begins within four weeks."""
    waiting = BookedTime.objects.filter(slot__isnull=True, clashed_at__isnull=True, starts_at__lte=at + TAKEN_AHEAD, number__gt=1)
    asked = waiting.filter(booking__state__in=[Booking.State.REQUESTED, Booking.State.CONFIRMED]).order_by("booking_id", "number")
    return one_by_one(asked.values_list("pk", flat=True), lambda pk: _take(pk, at))


@all_or_nothing
def _take(pk: int, at: datetime) -> int:
    booking = locked(BookedTime.objects.values_list("booking", flat=True).get(pk=pk))
    time = BookedTime.objects.locked().select_related("visit__milestone").get(pk=pk)
    if time.slot_id is not None or time.clashed_at is not None or booking.state not in {Booking.State.REQUESTED, Booking.State.CONFIRMED}:
        return 0
    take(booking=booking, time=time, at=at)
    return 1


def take(*, booking: Booking, time: BookedTime, at: datetime) -> None:
    """This time of a locked booking: taken, by the same worker as before where they are free; or a clash."""
    slots.lock_workers(list(Worker.objects.filter(enterprise=booking.enterprise_id).active()))
    free = free_workers(listing=booking.listing, starts_at=time.starts_at, minutes=booking.minutes, at=at, without=booking.agreement)
    usual = booking.times.get(number=1).slot
    if not free:
        clash(time=time, at=at)
        tell(kind="booking_clashes", row=booking, at=at, number=time.number)
        return
    free.sort(key=lambda who: (usual is None or who.pk != usual.worker_id, who.pk))
    slot = slots.hold(workers=free[:1], starts_at=time.starts_at, minutes=booking.minutes, by=booking.held_by, at=at)
    time.slot = slots.keep(slot=slot, by=booking.held_by, at=at)
    time.save(update_fields=["slot"])
    if time.visit is not None:
        time.visit.worker_id = slot.worker_id
        time.visit.save(update_fields=["worker"])
