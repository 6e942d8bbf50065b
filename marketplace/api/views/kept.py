"""What you found and put by."""

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from marketplace.api.serializers.kept import KeptRow, KeptSaid
from marketplace.models import Kept
from marketplace.services import keeping


class KeptThings(ReadEdge):
    """Services and groups that you put by to look at again. Nobody else sees the list."""

    model = Kept
    order = ("-pk",)
    serializer_class = KeptRow

    @makes(KeptSaid, KeptRow)
    def create(self, request: Request) -> Response:
        """Keeps a service, or a group that may be found. It promises nothing and nobody is told."""
        return self.answer(keeping.keep(by=self.person, at=self.at, **self.asked()))

    @verb(None, KeptRow)
    def let_go(self, request: Request, pk: int) -> Response:
        """Takes it off your list."""
        kept = self.get_object()
        said = self.give(kept)
        keeping.let_go(kept=kept, by=self.person, at=self.at)
        return said
