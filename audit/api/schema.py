"""What the OpenAPI document says of every route: its room, its name, how it may refuse, and the Idempotency-Key."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from audit.api.narrowing import WholeNumberFilter
from audit.api.shapes import Shape

PROBLEM_JSON = "application/problem+json"
# What lists are narrowed by, where the filter has no words of its own.
MEANS = {
    "about": "What it is about: a kind and an id, such as share:12.",
    "about_id": "Of what it is about: its id.",
    "about_kind": "Of what it is about: its kind.",
    "begins": "Only those that begin so.",
    "category": "Kind of help: a slug of /api/v1/terms/.",
    "council_code": "Only of this council: its code, as under /api/v1/councils/.",
    "ends_from": "Only what ends on this day or later.",
    "from_day": "On this day or later.",
    "is_confirmed": "Only what was confirmed, or only what was not.",
    "is_given": "Only what was agreed to, or only what was not.",
    "is_open": "Only what is open, or only what is closed.",
    "is_over": "Only what is over, or only what is not.",
    "is_refused": "Only what was refused, or only what was not.",
    "language": "A language: a slug of /api/v1/terms/.",
    "on_from": "On this day or later.",
    "on_until": "On this day or before.",
    "outcode": "The first part of a postcode, such as SE15.",
    "purpose": "What for: a slug of /api/v1/terms/.",
    "shown": "Only what you show, or only what you do not.",
    "starts_until": "Only what begins on this day or before.",
    "stops_releases": "Only what stops payments, or only what does not.",
    "superseded": "Only what a newer one stands in for, or only what is in force.",
    "until_day": "On this day or before.",
    "what": "What is asked for.",
}
TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="At most 200 letters of your choice, new for each act. Sent again with the same body, the act is not done again and its first "
    "answer is given. With another body: 422. While the first is still being worked on: 409.",
)
WORDS = {
    400: "The shape is wrong; `errors` says where.",
    401: "No token, or not a valid one.",
    403: "You may see this, and may not do that.",
    404: "Not there, or not for you to see.",
    409: "Not now: the rules or the state of things do not allow it.",
    415: "The body is not application/json.",
    422: "A value does not fit; `errors` names the field. Or an Idempotency-Key was used for something else.",
    429: "Too many tries. Wait a minute.",
    503: "Stripe did not answer. Nothing is lost: send it again with the same key.",
}


class FieldProblem(Shape):
    """One field and what is wrong with it."""

    field = serializers.CharField()
    detail = serializers.CharField()


class Problem(Shape):
    """What went wrong (RFC 9457), in plain English: what happened and how to put it right."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.ListField(child=FieldProblem(), required=False)  # type: ignore[assignment]  # also a property of every serializer


class RoomSchema(AutoSchema):
    """Tags by room; names by path and verb; every refusal a problem."""

    def get_tags(self) -> list[str]:
        return [type(self.view).__module__.split(".")[0]]

    def get_operation_id(self) -> str:
        words = [word.replace("-", "_") for word in self._tokenize_path()]
        name = getattr(self.view, "action", None) or self.method.lower()
        plain = name in {"list", "retrieve", "create", "update", "partial_update", "destroy"} or not hasattr(self.view, "action")
        return "_".join([*words, name] if plain else words)

    def get_override_parameters(self) -> list[Any]:
        return [KEY] if self._mark("kept") else []

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        """With the limits of numbers; and nothing is narrowed by nothing."""
        found: list[dict[str, Any]] = super()._get_filter_parameters()  # type: ignore[no-untyped-call]
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {})
        for one in found:
            one.setdefault("description", MEANS.get(one["name"], f"Only of this {one['name'].replace('_', ' ')}."))
            shape, by = one["schema"], filters.get(one["name"])
            if isinstance(by, WholeNumberFilter):
                one["schema"] = {"type": "integer", "minimum": by.extra["min_value"], "maximum": by.extra["max_value"]}
            elif "" in shape.get("enum", []):
                shape["enum"] = [value for value in shape["enum"] if value]
        return found

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        """A time of day is London's: it has no zone, as "time" in such a document would have."""
        shape: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if shape.get("format") == "time":
            shape = {**{name: value for name, value in shape.items() if name != "format"}, "pattern": TIME_OF_DAY, "example": "14:30:00"}
        return shape

    def _mark(self, name: str) -> Any:
        return getattr(getattr(self.view, getattr(self.view, "action", None) or "", None), name, None)

    def _refusals(self) -> list[int]:
        acts = self.method != "GET"
        is_public = any(isinstance(permission, AllowAny) for permission in self.view.get_permissions())
        return [
            *([400] if acts or any(one["in"] == "query" for one in self._get_parameters()) else []),
            401,
            *([403] if acts or not is_public else []),
            404,
            *([409, 422] if acts else [422]),
            *([415] if acts and self.get_request_serializer() is not None else []),
            *([429] if self.view.get_throttles() else []),
            *([503] if self._mark("then") or self._mark("asks_stripe") else []),
        ]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._refusals():
            if str(code) not in bodies:
                refusal = OpenApiResponse(Problem, description=WORDS[code])
                shown = self._get_response_for_code(refusal, str(code), [PROBLEM_JSON], direction)  # type: ignore[no-untyped-call]
                bodies[str(code)] = shown
        return bodies
