"""Where the money is that a council's own money team looks after."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, looks
from people.models import Organisation
from people.roles import organisations_of
from pooling.api.serializers.funder import FunderLineShape, FunderShape
from pooling.selectors.funder import FunderMoney, where_money_is


class FunderMoneys(Edge):
    """Where your council's money is: for its own money team. One by the team's id."""

    model = Organisation
    serializer_class = FunderShape
    queryset = Organisation.objects.none()  # the schema is made without asking the database

    def get_queryset(self) -> QuerySet[Any]:
        mine = [one.pk for one in organisations_of(self.person, at=self.at) if one.kind == Organisation.Kind.COUNCIL]
        return Organisation.objects.filter(pk__in=mine).order_by("name", "pk")

    def list(self, request: Request) -> Response:
        """All of yours."""
        return self.give_pages(self._seen(one) for one in self.get_queryset())

    def retrieve(self, request: Request, pk: int) -> Response:
        """One of them."""
        return self.give(self._seen(self.get_object()))

    @looks(FunderLineShape, detail=True, many=True)
    def lines(self, request: Request, pk: int) -> Response:
        """Who is behind each figure, by name."""
        return self.give_pages(self._seen(self.get_object()).lines)

    def _seen(self, organisation: Organisation) -> FunderMoney:
        return where_money_is(organisation, today=self.today)
