"""When somebody who comes may be booked, and the times that are taken."""

from calendar import day_name

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from people.models import Person
from providers.querysets_of_slots import DayOffQuerySet, SlotQuerySet, WorkHoursQuerySet


class WorkHours(models.Model):
    """From when to when somebody can be booked on one day of the week. No row for a day: not that day; no row at all: as their services say."""

    worker = models.ForeignKey("providers.Worker", on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    begins = models.TimeField()
    ends = models.TimeField()

    objects = WorkHoursQuerySet.as_manager()

    class Meta:
        ordering = ["worker_id", "weekday"]
        constraints = [
            models.UniqueConstraint(name="workhours_are_once_a_day", fields=["worker", "weekday"]),
            # 1 is Monday, 7 Sunday (ISO 8601).
            models.CheckConstraint(name="workhours_are_of_a_day", condition=Q(weekday__gte=1, weekday__lte=7)),
            models.CheckConstraint(name="workhours_end_after_they_begin", condition=Q(ends__gt=F("begins"))),
        ]

    def __str__(self) -> str:
        return f"hours {self.pk} of worker {self.worker_id}"

    @property
    def day_name(self) -> str:
        """ "Monday"."""
        return day_name[self.weekday - 1]


class DayOff(models.Model):
    """A day on which somebody cannot be booked."""

    worker = models.ForeignKey("providers.Worker", on_delete=models.CASCADE, related_name="days_off")
    on = models.DateField()

    objects = DayOffQuerySet.as_manager()

    class Meta:
        ordering = ["worker_id", "on"]
        constraints = [models.UniqueConstraint(name="dayoff_is_said_once", fields=["worker", "on"])]

    def __str__(self) -> str:
        return f"day off {self.pk} of worker {self.worker_id}"


class Slot(models.Model):
    """A time of one worker that is held for somebody, or taken. Two that are not let go never overlap: the database says so.

    `held_until`: it lapses then; empty: it is taken until it is let go.
    """

    enterprise = models.ForeignKey("providers.Enterprise", on_delete=models.PROTECT, related_name="slots")
    worker = models.ForeignKey("providers.Worker", on_delete=models.PROTECT, related_name="slots")
    council_code = models.CharField(max_length=9)
    during = DateTimeRangeField()
    held_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="slot_is_taken_once",
                expressions=[(F("worker"), RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(released_at__isnull=True),
            ),
            # Both ends, and the first is in it and the last is not: one visit may begin when another ends.
            models.CheckConstraint(
                name="slot_has_a_beginning_and_an_end",
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False, during__lower_inc=True, during__upper_inc=False),
            ),
        ]
        # The timer looks every few seconds: only at what waits.
        indexes = [models.Index(name="slot_lapses", fields=["held_until"], condition=Q(released_at__isnull=True, held_until__isnull=False))]

    def __str__(self) -> str:
        return f"slot {self.pk} of worker {self.worker_id}"
