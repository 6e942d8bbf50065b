"""The weekly list of who looks after money: one sum, paid in an order."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from pooling.api.filters_of_budgets import WeeklyListFilter
from pooling.api.serializers.weekly import ListAsked, OrdersSaid, PlacesSaid, WeekdaySaid, WeeklyDayShape, WeeklyListShape
from pooling.models import WeeklyList
from pooling.services import weekly_lists


class WeeklyLists(ReadEdge):
    """Lists of organisations you work for. What comes for a list that was sent goes to its people from the top, whole weeks only."""

    model = WeeklyList
    order = ("-pk",)
    serializer_class = WeeklyListShape
    filterset_class = WeeklyListFilter

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("rows__membership__person")

    @makes(ListAsked, WeeklyListShape)
    def create(self, request: Request) -> Response:
        """Makes a list of all that is asked for now. Nothing is paid until it is sent."""
        said = self.asked()
        said.setdefault("council_code", said["organisation"].council_code)
        return self.answer(weekly_lists.make(**said, by=self.person, at=self.at))

    @verb(WeekdaySaid, WeeklyDayShape, detail=False)
    def choose_day(self, request: Request) -> Response:
        """On which day of the week lists are made."""
        return self.give(weekly_lists.set_day(**self.asked(), by=self.person, at=self.at))

    @verb(PlacesSaid, WeeklyListShape)
    def reorder(self, request: Request, pk: int) -> Response:
        """Puts people in another order, before the list is sent."""
        row = self.get_object()
        numbers = {one["person"]: one["number"] for one in self.asked()["places"]}
        return self.answer(weekly_lists.reorder(weekly_list=row, numbers=numbers, by=self.person, at=self.at))

    @verb(None, WeeklyListShape, kept=True)
    def send(self, request: Request, pk: int) -> Response:
        """The list stands, and its sum is asked for; in a moment the wallet says where to send it."""
        return self.answer(weekly_lists.send(weekly_list=self.get_object(), by=self.person, at=self.at))

    @verb(None, WeeklyListShape, kept=True)
    def stop(self, request: Request, pk: int) -> Response:
        """Its sum will not come after all."""
        return self.answer(weekly_lists.stop(weekly_list=self.get_object(), by=self.person, at=self.at))

    @verb(OrdersSaid, WeeklyListShape, kept=True)
    def accept_orders(self, request: Request, pk: int) -> Response:
        """A written order stands for these rows, or for all that wait: all or none."""
        row = self.get_object()
        weekly_lists.accept_orders(weekly_list=row, **self.asked(), by=self.person, at=self.at)
        return self.answer(row)
