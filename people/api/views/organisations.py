"""Councils, and who may look after money: public."""

from rest_framework.permissions import AllowAny

from audit.api.edge import ReadEdge
from people.api.filters import OrganisationFilter
from people.api.serializers import CouncilRow, OrganisationRow
from people.models import Council, Organisation


class Councils(ReadEdge):
    """Councils by GSS code."""

    model = Council
    order = ("name",)
    serializer_class = CouncilRow
    permission_classes = (AllowAny,)
    lookup_value_converter = "slug"


class Organisations(ReadEdge):
    """ISF organisations and councils' money teams."""

    model = Organisation
    order = ("name", "pk")
    serializer_class = OrganisationRow
    filterset_class = OrganisationFilter
    permission_classes = (AllowAny,)
