"""Before joining a group: what each would pay in a group of each size."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge
from audit.api.shapes import CountField, Shape, shape_of
from marketplace.models import Agreement
from marketplace.selectors.sizes import PriceBySize, prices_by_size
from pooling.models import Cluster

CLUSTER = OpenApiParameter("cluster", int, required=True, description="The group: one you may see, or one of your council that may be found.")
PriceBySizeShape = shape_of(PriceBySize, "PriceBySize")


class ClusterAsked(Shape):
    """Which group."""

    cluster = CountField(min_value=1, max_value=2**63 - 1)


class PricesBySize(Edge):
    """What each would pay a week in a group of one to eight, and the most for the weeks to come; for each thing the group has."""

    model = Agreement
    serializer_class: type[serializers.Serializer] = PriceBySizeShape  # type: ignore[type-arg]

    @extend_schema(parameters=[CLUSTER], responses={200: PriceBySizeShape(many=True)})
    def list(self, request: Request) -> Response:
        """The group's tables."""
        near = Cluster.objects.listed().filter(council_code=self.person.council_code)
        groups = near | Cluster.objects.filter(pk__in=Cluster.objects.visible_to(self.person).values("pk"))
        cluster = get_object_or_404(groups, pk=self.asked_in_address(ClusterAsked)["cluster"])
        return self.give_pages(prices_by_size(cluster, on=self.today))
