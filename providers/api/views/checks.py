"""Papers: shown by providers, looked at by operators."""

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from providers.api.filters import CheckFilter
from providers.api.serializers import CheckRow, CheckSaid, CheckSeen, WhySaid
from providers.models import Check
from providers.services import checks


class Checks(ReadEdge):
    """Papers of providers you run, your own, and for operators all."""

    model = Check
    related = ("enterprise", "worker")
    serializer_class = CheckRow
    filterset_class = CheckFilter

    @makes(CheckSaid, CheckRow)
    def create(self, request: Request) -> Response:
        """Says that there is a paper, for an operator to look at."""
        return self.answer(checks.ask(by=self.person, at=self.at, **self.asked()))

    @verb(CheckSeen, CheckRow)
    def confirm(self, request: Request, pk: int) -> Response:
        """An operator saw the original. The first time that we see who somebody is, a second operator must confirm it too (`state` says)."""
        return self.answer(checks.confirm(check=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(WhySaid, CheckRow)
    def refuse(self, request: Request, pk: int) -> Response:
        """An operator says why it does not count, and what would put it right."""
        return self.answer(checks.refuse(check=self.get_object(), by=self.person, at=self.at, **self.asked()))
