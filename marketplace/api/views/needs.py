"""What people would like, what is missing, and what waits for you."""

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, makes, verb
from marketplace import selectors
from marketplace.api.filters import NeedFilter
from marketplace.api.serializers.agreements import NeedCluster, NeedMade, NeedRow, NeedSaid, TaskShape
from marketplace.models import Need
from marketplace.services import needs
from places.postcodes import council_of, outcode_of


class Needs(ReadEdge):
    """What you would like, and what your group shared."""

    model = Need
    order = ("-pk",)
    serializer_class = NeedRow
    filterset_class = NeedFilter
    anybody = frozenset({"create"})
    slowed = frozenset({"create"})

    @makes(NeedSaid, NeedMade)
    def create(self, request: Request) -> Response:
        """Tells what you would like, or, with a reason, what nobody offers near you. Not signed in, it is only counted."""
        said = self.asked()
        reason = said.pop("reason", "")
        outcode = outcode_of(said.pop("outcode"))
        terms = {"category": said.pop("category").slug, "outcode": outcode, "council_code": council_of(outcode), "at": self.at}
        if self.person is None:
            made = needs.note_unmet_unsigned(reason=reason, **terms)
            return self.give({"id": None, "state": made.state})
        who = {"person": self.person, "by": self.person}
        made = needs.note_unmet(reason=reason, **terms, **who, **said) if reason else needs.note(**terms, **who, **said)
        return self.give(made)

    @verb(NeedCluster, NeedRow)
    def share(self, request: Request, pk: int) -> Response:
        """Lets a group of yours see it."""
        return self.answer(needs.share(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, NeedRow)
    def met_freely(self, request: Request, pk: int) -> Response:
        """Somebody you know, or something free, does it."""
        return self.answer(needs.met_freely(need=self.get_object(), by=self.person, at=self.at))

    @verb(None, NeedRow)
    def withdraw(self, request: Request, pk: int) -> Response:
        """No longer wanted, and no longer counted."""
        return self.answer(needs.withdraw(need=self.get_object(), by=self.person, at=self.at))


class ToDo(Edge):
    """What waits for you."""

    model = Need
    serializer_class = TaskShape

    def list(self, request: Request) -> Response:
        """As a payer, a helper, a provider, who looks after money, or an operator, in the order in which it matters."""
        return self.give_pages(selectors.to_do(self.person, today=self.today))
