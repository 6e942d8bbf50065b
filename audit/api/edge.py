"""What every set of routes stands on: who asks, when, the rows they may see, what a verb takes and gives."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.fields import CharField
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.throttling import AnonRateThrottle
from rest_framework.viewsets import GenericViewSet

from audit import clock
from audit.api.narrowing import Pages, wrong_in
from audit.api.shapes import Shape

Answers = Any
View = Callable[..., Response]
After = Callable[[dict[str, Any]], dict[str, Any]]


class Unsigned(AnonRateThrottle):
    """Whoever is not signed in does such things some twenty times a minute, not by the hundred."""

    rate = "20/min"
    scope = "unsigned"


class Edge(GenericViewSet[Any]):
    """Routes about one model. Rows are found through `visible_to`: what somebody may not see is not there."""

    model: type[Model]
    related: Sequence[str] = ()
    order: Sequence[str] = ("pk",)
    lookup_value_converter = "int"
    pagination_class = Pages
    filterset_class: Any = None
    # What anybody may do, signed in or not; and which of it they may not do by the hundred.
    anybody: frozenset[str] = frozenset()
    slowed: frozenset[str] = frozenset()

    @property
    def person(self) -> Any:
        """Who asks; None when nobody signed in."""
        return self.request.user if self.request.user.is_authenticated else None

    @cached_property
    def at(self) -> datetime:
        """The moment of this request: the clock is read here, once."""
        return clock.now()

    @property
    def today(self) -> date:
        """The date it is in London."""
        return clock.london_date(self.at)

    def get_permissions(self) -> Any:
        return [AllowAny()] if self.action in self.anybody else super().get_permissions()

    def get_throttles(self) -> Any:
        return [Unsigned()] if self.action in self.slowed else super().get_throttles()

    def rows(self) -> QuerySet[Any]:
        """All rows, with what an answer needs beside them."""
        return self.model._default_manager.select_related(*self.related)

    def get_queryset(self) -> QuerySet[Any]:
        return self.rows().visible_to(self.person).order_by(*self.order)  # type: ignore[attr-defined,no-any-return]

    def asked(self, shape: type[Shape] | None = None) -> dict[str, Any]:
        """What was sent, in the shape that the verb takes. Raises ValidationError."""
        sent = (shape or self._of_verb("asks"))(data=self.request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    def asked_in_address(self, shape: type[Shape], **context: Any) -> dict[str, Any]:
        """What stands after the question mark, in this shape. Raises ValidationError."""
        said = self.request.query_params
        sent = shape(data=said, context={**self.get_serializer_context(), **context})
        texts = [name for name, field in sent.fields.items() if isinstance(field, CharField)]
        if wrong := wrong_in(said, sent.fields, texts=texts):
            raise ValidationError(wrong)
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    def answer(self, row: Any) -> Response:
        """The row as it is now, in the shape that the verb gives."""
        if isinstance(row, Model):
            row = self.rows().get(pk=row.pk) if isinstance(row, self.model) else row
        return self.give(row)

    def give(self, thing: Any) -> Response:
        """Anything, in the shape that the verb gives."""
        shape = self._of_verb("answers") or self.get_serializer_class()
        return Response(shape(thing, context=self.get_serializer_context()).data, status=self._of_verb("status") or 200)

    def give_pages(self, rows: Iterable[Any]) -> Response:
        """A page of rows or of anything, in the shape that the verb gives."""
        found: Any = rows if isinstance(rows, QuerySet) else list(rows)
        page = self.paginate_queryset(found)
        shape = self._of_verb("answers") or self.get_serializer_class()
        return self.get_paginated_response(shape(page, many=True, context=self.get_serializer_context()).data)

    def _of_verb(self, name: str) -> Any:
        return getattr(getattr(self, self.action), name, None)


class ReadEdge(mixins.ListModelMixin, mixins.RetrieveModelMixin, Edge):
    """A list and its rows."""


def verb(
    asks: type[Shape] | None = None,
    answers: Any = None,
    *,
    detail: bool = True,
    status: int = 200,
    kept: bool = False,
    then: After | None = None,
    asks_stripe: bool = False,
    path: str = "",
) -> Callable[[View], View]:
    """A POST that calls one service. `kept`: it moves money or places an order, so an Idempotency-Key makes it happen once.

    `then`: what is to be done once it is committed (calling Stripe), from the answer to the answer. `asks_stripe`: it calls Stripe itself.
    """

    def mark(view: View) -> View:
        view.asks_stripe = asks_stripe  # type: ignore[attr-defined]
        marked = action(detail=detail, methods=["post"], url_path=path or view.__name__.replace("_", "-"), filterset_class=None)(view)
        return makes(asks, answers, status=status, kept=kept, then=then)(marked)

    return mark


def makes(
    asks: type[Shape] | None = None, answers: Any = None, *, status: int = 201, kept: bool = False, then: After | None = None
) -> Callable[[View], View]:
    """The same marks for `create` and `update`."""

    def mark(view: View) -> View:
        for name, value in {"asks": asks, "answers": answers, "status": status, "kept": kept, "then": then}.items():
            setattr(view, name, value)
        documented: View = extend_schema(request=asks, responses={status: answers} if answers is not None else None)(view)
        return documented

    return mark


def looks(answers: Any, *, detail: bool = False, many: bool = False, path: str = "", **schema: Any) -> Callable[[View], View]:
    """A GET of something that is not simply the rows: nothing of their filters narrows it."""

    def mark(view: View) -> View:
        marked = action(detail=detail, methods=["get"], url_path=path or view.__name__.replace("_", "-"), filterset_class=None)(view)
        marked.answers = answers  # type: ignore[attr-defined]
        documented: View = extend_schema(responses={200: answers(many=True) if many else answers}, **schema)(marked)
        return documented

    return mark


def router(**sets: type[GenericViewSet[Any]]) -> list[Any]:
    """Addresses of sets of routes: `funding_modes=…` lies under `funding-modes/`."""
    made = SimpleRouter(use_regex_path=False)
    for name, routes in sets.items():
        path = name.replace("_", "-")
        made.register(path, routes, basename=path)
    return made.urls
