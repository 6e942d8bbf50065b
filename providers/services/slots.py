"""Keeping a time of somebody who comes: held for a quarter of an hour, then taken or let go.

Locks: the worker. Whoever holds that lock sees every time that is taken; the exclusion constraint stands behind it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from psycopg.types.range import TimestamptzRange

from audit.errors import Refusal
from audit.services import trail
from people.models import Person
from providers.models import Slot, Worker
from providers.rules_of_times import HOLD_MINUTES, lasting


class SlotIsTaken(Refusal):
    """Somebody was quicker."""

    code = "slot_is_taken"
    sentence = "Somebody else has just taken this time. Nothing is booked and nothing is paid. Choose another time."
    field = "time"


@transaction.atomic
def hold(*, workers: Collection[Worker], starts_at: datetime, minutes: int, by: Person, at: datetime) -> Slot:
    """Keeps this time of the first of these workers who is free then, for a quarter of an hour. Raises SlotIsTaken."""
    during = TimestamptzRange(*lasting(starts_at, minutes), "[)")
    for worker in lock_workers(workers):
        let_lapse(worker=worker, at=at)
        if Slot.objects.filter(worker=worker, released_at__isnull=True, during__overlap=during).exists():
            continue
        slot = Slot.objects.create(
            enterprise_id=worker.enterprise_id,
            worker=worker,
            council_code=worker.enterprise.council_code,
            during=during,
            held_by=by,
            held_at=at,
            held_until=at + timedelta(minutes=HOLD_MINUTES),
        )
        _trail(slot, "hold_slot", by, at)
        return slot
    raise SlotIsTaken


def lock_workers(workers: Collection[Worker]) -> list[Worker]:
    """These workers, locked in the order of their ids: nobody else takes a time of theirs until the transaction ends."""
    rows = Worker.objects.locked().filter(pk__in=[one.pk for one in workers]).select_related("enterprise")
    return list(rows.order_by("pk"))


@transaction.atomic
def keep(*, slot: Slot, by: Person, at: datetime) -> Slot:
    """What was held does not lapse any more. Raises SlotIsTaken when it has."""
    row = Slot.objects.locked().get(pk=slot.pk)
    if row.released_at is not None or (row.held_until is not None and row.held_until <= at):
        raise SlotIsTaken("We kept this time for 15 minutes, and they are over. Choose a time again.")
    row.held_until = None
    row.save(update_fields=["held_until"])
    _trail(row, "keep_slot", by, at)
    return row


@transaction.atomic
def release(*, slot: Slot, at: datetime) -> Slot:
    """The time is free again. Let go already: nothing changes."""
    row = Slot.objects.locked().get(pk=slot.pk)
    if row.released_at is None:
        row.released_at = at
        row.save(update_fields=["released_at"])
        _trail(row, "release_slot", None, at)
    return row


def let_lapse(*, worker: Worker, at: datetime) -> None:
    """What was held too long of a locked worker is free, also before the timer comes by."""
    Slot.objects.lapsed(at).filter(worker=worker).update(released_at=at)


def _trail(slot: Slot, verb: str, by: Person | None, at: datetime) -> None:
    trail.write(by=by, verb=f"providers.{verb}", about_kind="slot", about_id=slot.pk, at=at, council_code=slot.council_code)
