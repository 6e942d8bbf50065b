"""Who helps whom, second people's yeses, and worries."""

from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, makes, verb
from people.api.filters import SupporterFilter
from people.api.serializers import AskSupporter, ConcernRow, DealtWith, Heard, SupporterRow, Worried
from people.models import Concern, Supporter
from people.selectors import find_by_address
from people.services import concerns, supporters


class Supporters(ReadEdge):
    """Who helps you, and whom you help."""

    model = Supporter
    serializer_class = SupporterRow
    filterset_class = SupporterFilter

    @makes(AskSupporter, SupporterRow)
    def create(self, request: Request) -> Response:
        """Asks that somebody be recorded as a helper."""
        said = self.asked()
        person = find_by_address(said.pop("person_reach")) if "person_reach" in said else self.person
        supporter = find_by_address(said.pop("reach")) if "reach" in said else self.person
        return self.answer(supporters.ask(person=person, supporter=supporter, by=self.person, at=self.at, **said))

    @verb(None, SupporterRow)
    def confirm(self, request: Request, pk: int) -> Response:
        """Says that the paper was seen."""
        return self.answer(supporters.confirm(supporter=self.get_object(), by=self.person, at=self.at))

    @verb(None, SupporterRow)
    def end(self, request: Request, pk: int) -> Response:
        """Ends it now."""
        return self.answer(supporters.end(supporter=self.get_object(), by=self.person, at=self.at))


class Concerns(mixins.ListModelMixin, Edge):
    """Worries about somebody: told by anybody, read by operators."""

    model = Concern
    order = ("-pk",)
    serializer_class = ConcernRow
    anybody = frozenset({"create"})
    slowed = frozenset({"create"})

    @makes(Worried, Heard)
    def create(self, request: Request) -> Response:
        """Tells us, in private. If somebody is in danger now, call 999."""
        said = self.asked()
        is_named, council = said.pop("is_named"), said.pop("council_code", None)
        concerns.raise_concern(council_code=council.pk if council else "", by=self.person if is_named else None, at=self.at, **said)
        return self.give({"is_kept": True})

    @verb(DealtWith, ConcernRow)
    def deal_with(self, request: Request, pk: int) -> Response:
        """An operator writes down what was done about it, once."""
        return self.answer(concerns.deal_with(concern=self.get_object(), by=self.person, at=self.at, **self.asked()))
