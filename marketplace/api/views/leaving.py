"""What stopping costs, beside the places in groups: agreements are this room's, so it answers."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, looks
from audit.api.shapes import shape_of
from marketplace.selectors.exits import CostOfLeaving, cost_of_leaving
from pooling.models import Membership
from pooling.policies import may_decide

CostOfLeavingShape = shape_of(CostOfLeaving, "CostOfLeaving")


class CostsOfLeaving(Edge):
    """Places in groups, for who decides whether to leave one."""

    model = Membership
    related = ("person", "cluster")

    def rows(self) -> QuerySet[Membership]:
        return super().rows().inside()  # type: ignore[attr-defined,no-any-return]

    @looks(CostOfLeavingShape, detail=True)
    def cost_of_leaving(self, request: Request, pk: int) -> Response:
        """If you stop today: the day you are out, the most you still pay and for which agreements, what comes back. In pence."""
        place = get_object_or_404(self.get_queryset(), pk=pk)
        if not may_decide(by=self.person, person=place.person, decision="groups", at=self.at):
            raise Http404
        return self.give(cost_of_leaving(place, at=self.at))
