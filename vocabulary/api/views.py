"""The words that everybody picks from: public."""

from rest_framework.permissions import AllowAny

from audit.api.edge import ReadEdge
from vocabulary.api.filters import TermFilter
from vocabulary.api.serializers import TermRow
from vocabulary.models import Term


class Terms(ReadEdge):
    """Kinds of help, purposes, languages, outcomes and access features."""

    model = Term
    order = ("kind", "position", "label", "pk")
    serializer_class = TermRow
    filterset_class = TermFilter
    permission_classes = (AllowAny,)
