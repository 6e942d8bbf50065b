"""Shapes of when somebody who comes can be booked."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import DayField, Row, Shape, VisibleField
from providers.models import DayOff, Worker, WorkHours


class WorkHoursRow(Row):
    """From when to when somebody can be booked on one day of the week: 1 is Monday, 7 Sunday."""

    class Meta:
        model = WorkHours
        fields = ("id", "worker", "weekday", "begins", "ends")


class HoursOfDay(Shape):
    """One day of the week; 1 is Monday, 7 Sunday."""

    weekday = serializers.IntegerField(min_value=1, max_value=7)
    begins = serializers.TimeField()
    ends = serializers.TimeField()


class HoursSaid(Shape):
    """The whole week as it is from now on: days that are not in it are not for work. An empty list: as the services say."""

    hours = HoursOfDay(many=True)

    def validate_hours(self, days: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({day["weekday"] for day in days}) < len(days):
            raise serializers.ValidationError("Each day of the week once.")
        return days


class HoursOfWorker(Shape):
    """The week of one who comes."""

    id = serializers.IntegerField()
    hours = WorkHoursRow(many=True)


class DayOffRow(Row):
    """A day on which somebody can't be booked."""

    class Meta:
        model = DayOff
        fields = ("id", "worker", "on")


class DayOffSaid(Shape):
    """Whose day, and which. What is booked already stays."""

    worker = VisibleField(Worker, ("enterprise",))
    on = DayField()
