"""When somebody who comes may be booked: their hours, and days off. Said by the owner, or by themselves."""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.db import transaction

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from providers.models import DayOff, Worker, WorkHours
from providers.policies import may_run


class HoursAreWrong(Refusal):
    code = "hours_are_wrong"
    sentence = "Write from when to when, the first time before the last. For example, 9:00 to 17:00."
    field = "hours"


class DayIsPast(Refusal):
    code = "day_is_past"
    sentence = "Choose a day that is today or later."
    field = "day"


@transaction.atomic
def set_hours(*, worker: Worker, hours: Mapping[int, tuple[time, time]], by: Person, at: datetime) -> None:
    """The week as it is from now on, by weekday (1 Monday to 7 Sunday); none at all: as the services say. What is booked stays.

    Raises NotAllowed, HoursAreWrong.
    """
    row = _locked(worker, by)
    if any(day not in range(1, 8) or first >= last for day, (first, last) in hours.items()):
        raise HoursAreWrong
    WorkHours.objects.filter(worker=row).delete()
    WorkHours.objects.bulk_create(WorkHours(worker=row, weekday=day, begins=first, ends=last) for day, (first, last) in sorted(hours.items()))
    _trail(row, "set_hours", by, at, days=sorted(hours))


@transaction.atomic
def take_day_off(*, worker: Worker, on: date, by: Person, at: datetime) -> DayOff:
    """Nobody can book them on that day any more. What is booked stays: it is moved or called off by itself. Raises NotAllowed, DayIsPast."""
    row = _locked(worker, by)
    if on < london_date(at):
        raise DayIsPast
    off, _ = DayOff.objects.get_or_create(worker=row, on=on)
    _trail(row, "take_day_off", by, at, on=str(on))
    return off


@transaction.atomic
def work_after_all(*, day_off: DayOff, by: Person, at: datetime) -> None:
    """A day off is taken back. Raises NotAllowed."""
    row = _locked(day_off.worker, by)
    DayOff.objects.filter(pk=day_off.pk).delete()
    _trail(row, "work_after_all", by, at, on=str(day_off.on))


def _locked(worker: Worker, by: Person) -> Worker:
    row = Worker.objects.locked().select_related("enterprise").get(pk=worker.pk)
    if not may_run(by=by, enterprise=row.enterprise) and not (by.is_active and row.person_id == by.pk and row.state == Worker.State.ACTIVE):
        raise NotAllowed("Only who runs this page, or who comes, can say when.")
    return row


def _trail(worker: Worker, verb: str, by: Person, at: datetime, **detail: object) -> None:
    code = worker.enterprise.council_code
    trail.write(by=by, verb=f"providers.{verb}", about_kind="worker", about_id=worker.pk, at=at, council_code=code, detail=detail)
