"""When those who come can be booked: read and written by the owner, and by each for themselves. Everybody else reads free times."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, makes, verb
from providers.api.filters import DayOffFilter, WorkHoursFilter
from providers.api.serializers_of_hours import DayOffRow, DayOffSaid, HoursOfWorker, HoursSaid, WorkHoursRow
from providers.models import DayOff, Worker, WorkHours
from providers.services import hours


class Hours(ReadEdge):
    """From when to when each of your people can be booked, by day of the week."""

    model = WorkHours
    related = ("worker",)
    serializer_class = WorkHoursRow
    filterset_class = WorkHoursFilter


class WorkersHours(Edge):
    """The week of one who comes."""

    model = Worker
    related = ("enterprise",)

    @verb(HoursSaid, HoursOfWorker)
    def set_hours(self, request: Request, pk: int) -> Response:
        """The whole week as it is from now on. What is booked already stays. By the owner, or by themselves."""
        worker: Any = self.get_object()
        week = {day["weekday"]: (day["begins"], day["ends"]) for day in self.asked()["hours"]}
        hours.set_hours(worker=worker, hours=week, by=self.person, at=self.at)
        return self.give({"id": worker.pk, "hours": WorkHours.objects.filter(worker=worker)})


class DaysOff(ReadEdge):
    """Days on which your people can't be booked."""

    model = DayOff
    related = ("worker__enterprise",)
    order = ("on", "pk")
    serializer_class = DayOffRow
    filterset_class = DayOffFilter

    @makes(DayOffSaid, DayOffRow)
    def create(self, request: Request) -> Response:
        """Nobody can book them on that day any more. Said twice it is said once."""
        return self.answer(hours.take_day_off(by=self.person, at=self.at, **self.asked()))

    @verb(None, DayOffRow)
    def work_after_all(self, request: Request, pk: int) -> Response:
        """The day is for work again."""
        off = self.get_object()
        said = self.give(off)
        hours.work_after_all(day_off=off, by=self.person, at=self.at)
        return said
