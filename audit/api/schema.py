"""What the OpenAPI document says of every route: its room, its name, how it may refuse, and the Idempotency-Key."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from audit.api.shapes import Shape

PROBLEM_JSON = "application/problem+json"
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

    def _mark(self, name: str) -> Any:
        return getattr(getattr(self.view, getattr(self.view, "action", None) or "", None), name, None)

    def _refusals(self) -> list[int]:
        acts = self.method != "GET"
        is_public = any(isinstance(permission, AllowAny) for permission in self.view.get_permissions())
        return [
            *([400] if acts or self._is_list_view() or self.get_filter_backends() else []),
            401,
            *([403] if acts or not is_public else []),
            404,
            *([409, 422] if acts else [422]),
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
