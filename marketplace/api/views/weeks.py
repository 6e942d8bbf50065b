"""Milestones and visits."""

from datetime import timedelta
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, looks, verb
from audit.api.shapes import DayField, Shape
from marketplace import selectors
from marketplace.api.filters import MilestoneFilter, VisitFilter
from marketplace.api.serializers.changes import TakenOver, WhoseWeek
from marketplace.api.serializers.weeks import (
    AwaySaid,
    CalendarVisitShape,
    ComingVisitShape,
    EndSaid,
    LaterSaid,
    MilestoneRow,
    Notes,
    PartRow,
    ProviderMoneyShape,
    ProviderWeekShape,
    VisitRow,
    WhoCame,
    WorkerNamed,
)
from marketplace.models import Milestone, Visit
from marketplace.policies import may_record_visits, may_speak_for_enterprise
from marketplace.selectors.calendar import calendar
from marketplace.services import milestones, shares, shortfalls, visits
from providers.models import Enterprise


class Milestones(ReadEdge):
    """Weeks of agreements. The provider sends them in; the clock does the rest."""

    model = Milestone
    related = ("agreement__enterprise",)
    order = ("starts_on", "pk")
    serializer_class = MilestoneRow
    filterset_class = MilestoneFilter

    @verb(None, MilestoneRow, kept=True)
    def submit(self, request: Request, pk: int) -> Response:
        """Sends the week in: each person is asked, and what was not recorded comes back to them."""
        return self.answer(milestones.submit(milestone=self.get_object(), by=self.person, at=self.at))

    @verb(None, MilestoneRow, kept=True)
    def stop_work(self, request: Request, pk: int) -> Response:
        """The provider stops in the middle of it."""
        return self.answer(milestones.stop_work(milestone=self.get_object(), by=self.person, at=self.at))

    @verb(None, MilestoneRow, kept=True)
    def call_off(self, request: Request, pk: int) -> Response:
        """The provider calls it off before any visit of it."""
        return self.answer(milestones.call_off(milestone=self.get_object(), by=self.person, at=self.at))

    @verb(None, MilestoneRow, kept=True)
    def go_ahead(self, request: Request, pk: int) -> Response:
        """The provider comes for those who are covered."""
        return self.answer(milestones.go_ahead(milestone=self.get_object(), by=self.person, at=self.at))

    @verb(TakenOver, MilestoneRow, kept=True)
    def take_over(self, request: Request, pk: int) -> Response:
        """A payer whose part of a short week is covered takes over some of the rest."""
        return self.answer(shortfalls.take_over(milestone=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(WhoseWeek, MilestoneRow)
    def ask_fewer(self, request: Request, pk: int) -> Response:
        """A payer whose part of a short week is covered would rather have fewer visits."""
        return self.answer(shortfalls.fewer(milestone=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(WhoseWeek, MilestoneRow)
    def take_answer_back(self, request: Request, pk: int) -> Response:
        """What a payer said about a short week, taken back before it was carried out."""
        return self.answer(shortfalls.take_answer_back(milestone=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, MilestoneRow, kept=True)
    def come_fewer(self, request: Request, pk: int) -> Response:
        """The provider comes for the visits that the covered money pays."""
        return self.answer(shortfalls.come_fewer(milestone=self.get_object(), by=self.person, at=self.at))

    @verb(None, MilestoneRow)
    def say_no(self, request: Request, pk: int) -> Response:
        """The provider will not come for fewer people."""
        return self.answer(milestones.say_no(milestone=self.get_object(), by=self.person, at=self.at))


class Visits(ReadEdge):
    """Visits: yours, your group's shared ones, and those you make."""

    model = Visit
    related = ("worker", "milestone__agreement__enterprise", "payer")
    order = ("on", "number", "pk")
    serializer_class = VisitRow
    filterset_class = VisitFilter

    @looks(ComingVisitShape, many=True)
    def coming(self, request: Request) -> Response:
        """Who comes to you, and to people you help, in the next two weeks."""
        return self.give_pages(selectors.coming_visits(self.person, today=self.today, limit=200))

    @verb(WhoCame, VisitRow, detail=False, status=201, kept=True)
    def begin(self, request: Request) -> Response:
        """The worker is there: now. Today's planned visit, or the first one left of the week."""
        return self.answer(visits.begin(by=self.person, at=self.at, **self.asked()))

    @verb(LaterSaid, VisitRow, detail=False, status=201, kept=True)
    def record_later(self, request: Request) -> Response:
        """Writes a visit down after it happened. It is paid only after a yes, never by silence."""
        return self.answer(visits.record_later(by=self.person, at=self.at, **_noted(self.asked())))

    @verb(Notes, VisitRow)
    def finish(self, request: Request, pk: int) -> Response:
        """The worker is done: now."""
        return self.answer(visits.finish(visit=self.get_object(), by=self.person, at=self.at, **_noted(self.asked())))

    @verb(EndSaid, VisitRow)
    def write_end(self, request: Request, pk: int) -> Response:
        """Writes down when a visit ended that was never finished."""
        return self.answer(visits.write_end(visit=self.get_object(), by=self.person, at=self.at, **_noted(self.asked())))

    @verb(WorkerNamed, VisitRow)
    def name_worker(self, request: Request, pk: int) -> Response:
        """Says ahead who comes."""
        return self.answer(visits.name_worker(visit=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(AwaySaid, PartRow, kept=True)
    def away(self, request: Request, pk: int) -> Response:
        """This payer will not be there. In time, it costs nothing; late, the signed bands say what."""
        return self.answer(shares.away(visit=self.get_object(), by=self.person, at=self.at, **self.asked()))


def _noted(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "notes": {one["share"].pk: one["note"] for one in said["notes"]}}


CALENDAR_DAYS = timedelta(days=92)
"""A quarter of a year at a time."""

DAYS = [
    OpenApiParameter("first", OpenApiTypes.DATE, required=True, description="The first day."),
    OpenApiParameter("last", OpenApiTypes.DATE, required=True, description="The last day."),
]


class Days(Shape):
    """From which day to which."""

    first = DayField()
    last = DayField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        most = self.context.get("most")
        if most and not timedelta(0) <= attrs["last"] - attrs["first"] < most:
            raise ValidationError({"last": f"Ask for {most.days} days at most, the first before the last."})
        return attrs


class EnterpriseWeeks(Edge):
    """A provider's weeks and money, for those who run it or work there."""

    model = Enterprise

    @looks(
        ProviderWeekShape,
        detail=True,
        many=True,
        parameters=DAYS,
    )
    def weeks(self, request: Request, pk: int) -> Response:
        """Weeks that touch these days, with each person's part and every visit."""
        enterprise = get_object_or_404(self.get_queryset(), pk=pk)
        if not (may_record_visits(by=self.person, enterprise=enterprise) or self.person.is_operator):
            raise Http404
        return self.give_pages(selectors.provider_week(enterprise, **self.asked_in_address(Days)))

    @looks(
        CalendarVisitShape,
        detail=True,
        many=True,
        parameters=DAYS,
    )
    def calendar(self, request: Request, pk: int) -> Response:
        """Visits of these days, 92 at most: with whom, about where, where each part of the money is, who said that it happened."""
        enterprise = get_object_or_404(self.get_queryset(), pk=pk)
        if not (may_record_visits(by=self.person, enterprise=enterprise) or self.person.is_operator):
            raise Http404
        return self.give_pages(calendar(enterprise, **self.asked_in_address(Days, most=CALENDAR_DAYS)))

    @looks(ProviderMoneyShape, detail=True)
    def money(self, request: Request, pk: int) -> Response:
        """What is coming, on its way and paid, week by week. Its owner and operators."""
        enterprise = get_object_or_404(self.get_queryset(), pk=pk)
        if not (may_speak_for_enterprise(by=self.person, enterprise=enterprise) or self.person.is_operator):
            raise Http404
        return self.give(selectors.provider_money(enterprise))
