"""For operators: closing a council's books, by two of them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import Edge, verb
from audit.api.shapes import DayField, Shape, shape_of
from payments import selectors
from payments.api.serializers import Asked
from payments.services import closing
from people.models import Council

BooksShape = shape_of(selectors.BooksSeen, "Books")


class DaySaid(Shape):
    """The last day that is closed, in London."""

    through = DayField()


class ClosingSaid(DaySaid):
    """Up to and with which day, and why."""

    reason = serializers.CharField(max_length=1000)


class Books(Edge):
    """For operators: up to which day each council's books are closed."""

    model = Council
    serializer_class = BooksShape
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Any]:
        """Councils are public, their books are not."""
        return Council.objects.filter(pk__in=[one.code for one in selectors.books(self.person)] if self.person else [])

    def list(self, request: Request) -> Response:
        """Every council's."""
        return self.give_pages(selectors.books(self.person))

    def retrieve(self, request: Request, pk: str) -> Response:
        """One council's."""
        return self._as_it_is(self.get_object().pk)

    @verb(ClosingSaid, Asked)
    def propose(self, request: Request, pk: str) -> Response:
        """The first of two operators asks to close them up to a day, with a reason. Nothing is closed yet."""
        council = self.get_object()
        return self.give({"approval": closing.propose(council_code=council.pk, by=self.person, at=self.at, **self.asked()).pk})

    @verb(DaySaid, BooksShape, kept=True)
    def close(self, request: Request, pk: str) -> Response:
        """Another operator agrees to just that day, and it is done. Nothing opens them again."""
        council = self.get_object()
        closing.confirm(council_code=council.pk, by=self.person, at=self.at, **self.asked())
        return self._as_it_is(council.pk)

    def _as_it_is(self, code: str) -> Response:
        return self.give(next(one for one in selectors.books(self.person) if one.code == code))
