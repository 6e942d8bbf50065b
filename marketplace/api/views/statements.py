"""Statements: opening, every line, closing; of oneself, and of what one may read as on the pages."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from audit.api.edge import Edge, looks
from audit.api.shapes import DayField, Shape
from ledger.selectors import NotACursor
from ledger.statements import MOST_LINES
from marketplace.selectors import statements
from marketplace.selectors.statements import Whose
from people.models import Person
from pooling.selectors.statements import COUNCIL_CODES


class LineShape(Shape):
    """What one transfer did. `code`: which kind of money, `other_code`: where it came from or went. `balance_pence`: of all of it, after it."""

    key = serializers.UUIDField()
    line = serializers.IntegerField()
    kind = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    effective_at = serializers.DateTimeField()
    about = serializers.CharField()
    council_code = serializers.CharField(source="account.council")
    code = serializers.CharField(source="account.code")
    other_code = serializers.CharField()
    pence = serializers.IntegerField()
    balance_pence = serializers.IntegerField()


@extend_schema_serializer(many=False)  # one, though it is given under the name of a list
class StatementShape(Shape):
    """`opening_pence` and the pence of all lines of all pages are `closing_pence`. `brought_pence`: before this page. `cursor`: empty on the last."""

    opening_pence = serializers.IntegerField()
    brought_pence = serializers.IntegerField()
    closing_pence = serializers.IntegerField()
    lines = LineShape(many=True)
    cursor = serializers.CharField()


class Asked(Shape):
    """Of which London days, both with it; where the page before ended; how many lines."""

    first = DayField(required=False, allow_null=True, default=None)
    last = DayField(required=False, allow_null=True, default=None)
    cursor = serializers.CharField(required=False, max_length=200, default="")
    page_size = serializers.IntegerField(min_value=1, max_value=MOST_LINES, default=100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["first"] and attrs["last"] and attrs["last"] < attrs["first"]:
            raise serializers.ValidationError({"last": "This day is before the first one."})
        return attrs


class AccountAsked(Shape):
    """Which of the platform's own accounts."""

    account = serializers.ChoiceField(COUNCIL_CODES, default="BANK")


TERMS = [
    OpenApiParameter("first", OpenApiTypes.DATE, description="The first day. Without it, from the beginning."),
    OpenApiParameter("last", OpenApiTypes.DATE, description="The last day. Without it, until now."),
    OpenApiParameter("cursor", str, description="From the page before, with the same days."),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MOST_LINES, "default": 100}, description="How many lines."),
]
ACCOUNT = OpenApiParameter("account", str, enum=COUNCIL_CODES, description="BANK, unless it is said.")


class Statements(Edge):
    """Statements. Who may read which is as on the pages; what is not theirs is not there."""

    model = Person
    serializer_class = StatementShape
    pagination_class = None  # type: ignore[assignment]  # a statement has a cursor of its own

    @extend_schema(parameters=TERMS, responses={200: StatementShape})
    def list(self, request: Request) -> Response:
        """Your own money, in all your groups."""
        return self._page(statements.of_person(by=self.person))

    @looks(StatementShape, path="holder/<int:number>", parameters=TERMS)
    def holder(self, request: Request, number: int) -> Response:
        """The money an organisation looks after, for who works there and operators."""
        return self._page(statements.of_holder(number, by=self.person, at=self.at))

    @looks(StatementShape, path="provider/<int:number>", parameters=TERMS)
    def provider(self, request: Request, number: int) -> Response:
        """What became owed to a provider and what was sent, for its owner and operators."""
        return self._page(statements.of_provider(number, by=self.person))

    @looks(StatementShape, path="group/<int:number>", parameters=TERMS)
    def group(self, request: Request, number: int) -> Response:
        """For operators: everybody's money in a group."""
        return self._page(statements.of_group(number, by=self.person))

    @looks(StatementShape, path="council/<slug:code>", parameters=[*TERMS, ACCOUNT])
    def council(self, request: Request, code: str) -> Response:
        """For operators: one of the platform's own accounts in a council's book."""
        found = statements.of_council(code, account="BANK", by=self.person)
        if found is not None:
            account = self.asked_in_address(AccountAsked)["account"]
            found = statements.of_council(code, account=account, by=self.person)
        return self._page(found)

    def _page(self, whose: Whose | None) -> Response:
        if whose is None:
            raise Http404
        said = self.asked_in_address(Asked)
        since, until = statements.moments(said["first"], said["last"], clock_is_moved=clock.is_moved())
        try:
            return self.give(whose.read(since=since, until=until, cursor=said["cursor"], limit=said["page_size"]))
        except NotACursor:
            raise serializers.ValidationError({"cursor": "No page ended here."}) from None
