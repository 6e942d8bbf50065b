"""Where things are: public."""

from rest_framework.permissions import AllowAny

from audit.api.edge import ReadEdge
from places.api.filters import OutcodeFilter
from places.api.serializers import OutcodeRow
from places.models import Outcode


class Outcodes(ReadEdge):
    """Outcodes that we know."""

    model = Outcode
    order = ("code",)
    serializer_class = OutcodeRow
    filterset_class = OutcodeFilter
    permission_classes = (AllowAny,)
    lookup_value_converter = "slug"
