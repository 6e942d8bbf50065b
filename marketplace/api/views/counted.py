"""What people of a council asked for and could not find, and what its officers ask them through us."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, ReadEdge, makes, verb
from marketplace.api.serializers.counted import (
    OfficerAnswerRow,
    OfficerAnswerSaid,
    OfficerQuestionRow,
    OfficerQuestionSaid,
    QuarterShape,
    WantedAsked,
    WantedShape,
)
from marketplace.models import CountRun, OfficerAnswer, OfficerQuestion
from marketplace.rules.counting import QUARTERS
from marketplace.selectors.counted import quarters_of, wanted
from marketplace.services import asks
from places.postcodes import council_of, outcode_of


class CouncilFigures(Edge):
    """The figures of councils you plan for, a quarter each, newest first."""

    model = CountRun
    order = ("-quarter", "council_code")
    serializer_class = QuarterShape

    def list(self, request: Request) -> Response:
        """The newest quarter of each and the three before it: what the pages show."""
        newest = list(self.get_queryset().values_list("quarter", flat=True).distinct()[:QUARTERS])
        return self.give_pages(quarters_of(self.get_queryset().filter(quarter__in=newest)))

    def retrieve(self, request: Request, pk: int) -> Response:
        """One of them."""
        return self.give(quarters_of([self.get_object()])[0])


class WantedNear(Edge):
    """What people near a place want and can't get. For everybody."""

    model = CountRun
    serializer_class = WantedShape
    anybody = frozenset({"list"})
    queryset: QuerySet[Any] = CountRun.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        return CountRun.objects.none()

    @extend_schema(parameters=[OpenApiParameter("outcode", OpenApiTypes.STR, required=True, description="For example SE15.")])
    def list(self, request: Request) -> Response:
        """Counted for the whole council that the place lies in, most wanted first."""
        return self.give_pages(wanted(council_of(outcode_of(self.asked_in_address(WantedAsked)["outcode"]))))


class OfficerQuestions(ReadEdge):
    """What officers of councils you plan for asked."""

    model = OfficerQuestion
    order = ("-pk",)
    serializer_class = OfficerQuestionRow

    @makes(OfficerQuestionSaid, OfficerQuestionRow)
    def create(self, request: Request) -> Response:
        """Sends a question to those who can't find this kind of help and agreed to be asked. You never learn who they are."""
        said = self.asked()
        return self.answer(asks.ask(category=said.pop("category").slug, by=self.person, at=self.at, **said))


class OfficerAnswers(ReadEdge):
    """What officers ask you, or somebody you help."""

    model = OfficerAnswer
    related = ("question",)
    order = ("-pk",)
    serializer_class = OfficerAnswerRow

    @verb(OfficerAnswerSaid, OfficerAnswerRow)
    def send(self, request: Request, pk: int) -> Response:
        """Answers, once, without a name unless one is given."""
        return self.answer(asks.answer(answer=self.get_object(), by=self.person, at=self.at, **self.asked()))
