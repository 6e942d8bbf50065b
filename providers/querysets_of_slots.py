"""Named filters of hours and of times that are taken."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import Person
    from providers.models import DayOff, Slot, WorkHours  # noqa: F401 - named in strings below


def _works_there(person: "Person") -> Q:
    return Q(worker__enterprise__owner=person) | Q(worker__person=person)


class WorkHoursQuerySet(models.QuerySet["WorkHours"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The owner and the worker. Others see free times only."""
        return self.none() if person is None or not person.is_active else self.filter(_works_there(person))


class DayOffQuerySet(models.QuerySet["DayOff"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The owner and the worker: why somebody is away is nobody else's business."""
        return self.none() if person is None or not person.is_active else self.filter(_works_there(person))


class SlotQuerySet(models.QuerySet["Slot"]):
    def taken(self, at: datetime) -> Self:
        """Held or taken at that moment."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__gt=at), released_at__isnull=True)

    def lapsed(self, at: datetime) -> Self:
        """Held too long."""
        return self.filter(held_until__lte=at, released_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
