"""What people would like, what is missing, and what waits for you."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, looks, makes, verb
from marketplace import selectors
from marketplace.api.filters import NeedFilter
from marketplace.api.serializers.agreements import TaskShape
from marketplace.api.serializers.needs import (
    JoinLeft,
    JoinRow,
    JoinSaid,
    MayAsk,
    MetHow,
    NeedCluster,
    NeedMade,
    NeedRow,
    NeedSaid,
    NeedShared,
    NotFound,
    wishes_of,
)
from marketplace.models import Need
from marketplace.services import needs, needs_together
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
        reason, wishes = said.pop("reason", ""), wishes_of(said)
        outcode = outcode_of(said.pop("outcode"))
        terms: dict[str, Any] = {"category": said.pop("category").slug, "outcode": outcode, "council_code": council_of(outcode), "at": self.at}
        if self.person is None:
            made = needs.note_unmet_unsigned(reason=reason, **terms)
            return self.give({"id": None, "state": made.state})
        who: dict[str, Any] = {"person": self.person, "by": self.person, "wishes": wishes}
        made = needs.note_unmet(reason=reason, **terms, **who, **said) if reason else needs.note(**terms, **who, **said)
        return self.give(made)

    @verb(NeedShared, NeedRow)
    def share(self, request: Request, pk: int) -> Response:
        """Lets a group of yours see it, and of its words only those you name."""
        return self.answer(needs.share(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @looks(JoinRow, detail=True, many=True)
    def joins(self, request: Request, pk: int) -> Response:
        """Who else would like it."""
        return self.give_pages(self.get_object().joins.live())

    @verb(JoinSaid, JoinRow, status=201)
    def join_in(self, request: Request, pk: int) -> Response:
        """You would like it too, with your own wishes. Promises nothing."""
        return self.give(needs_together.join_in(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(JoinLeft, JoinRow)
    def leave_out(self, request: Request, pk: int) -> Response:
        """Not any more."""
        self.get_object()
        return self.give(needs_together.leave_out(by=self.person, at=self.at, **self.asked()))

    @verb(None, NeedRow)
    def ask_route(self, request: Request, pk: int) -> Response:
        """Asks your group whether to buy it from somebody you can find. Their yes buys nothing."""
        need = self.get_object()
        needs_together.ask_route(need=need, by=self.person, at=self.at)
        return self.answer(need)

    @verb(MetHow, NeedRow)
    def met_freely(self, request: Request, pk: int) -> Response:
        """Somebody you know, or something free, does it."""
        return self.answer(needs.met_freely(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(NotFound, NeedRow)
    def not_found(self, request: Request, pk: int) -> Response:
        """Nothing was right: counted as missing, with why."""
        return self.answer(needs.not_found(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(NeedCluster, NeedRow)
    def retry(self, request: Request, pk: int) -> Response:
        """Nothing was found, and your group tries again."""
        return self.answer(needs.retry(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(NeedCluster, NeedRow)
    def need_again(self, request: Request, pk: int) -> Response:
        """It was found once, and is wanted again."""
        return self.answer(needs.need_again(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(MayAsk, NeedRow)
    def may_ask(self, request: Request, pk: int) -> Response:
        """Whether the council's officer may send you a question through us. They are never told who you are."""
        return self.answer(needs.let_ask(need=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, NeedRow)
    def withdraw(self, request: Request, pk: int) -> Response:
        """No longer wanted."""
        return self.answer(needs.withdraw(need=self.get_object(), by=self.person, at=self.at))


class ToDo(Edge):
    """What waits for you."""

    model = Need
    serializer_class = TaskShape

    def list(self, request: Request) -> Response:
        """As a payer, a helper, a provider, who looks after money, or an operator, in the order in which it matters."""
        return self.give_pages(selectors.to_do(self.person, today=self.today))
