"""Every refusal of the API as RFC 9457 `application/problem+json`: a sentence for people, a code for programs, the field it is about."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import page_not_found, server_error
from rest_framework import exceptions
from rest_framework.response import Response

from audit.api.schema import PROBLEM_JSON
from audit.errors import NotAllowed, Refusal
from payments.gateways.shapes import AnswerLost, StripeIsBusy

NO_ANSWER = "Stripe did not answer just now. Nothing is lost. Try again in a few minutes."


def as_problem(failure: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What nobody foresaw is None: it is logged as a fault and answered with 500."""
    if isinstance(failure, NotAllowed):
        return problem(403, failure.code, failure.sentence)
    if isinstance(failure, Refusal):
        errors = [{"field": failure.field, "detail": failure.sentence}] if failure.field else None
        return problem(422 if failure.field else 409, failure.code, failure.sentence, errors)
    if isinstance(failure, AnswerLost | StripeIsBusy):
        return problem(503, "stripe_did_not_answer", NO_ANSWER)
    if isinstance(failure, Http404 | exceptions.NotFound):
        return problem(404, "not_found", "There is nothing here that you may see.")
    if isinstance(failure, PermissionDenied):
        return problem(403, NotAllowed.code, NotAllowed.sentence)
    if isinstance(failure, exceptions.ValidationError):
        return problem(400, "wrong_shape", "Something in this request is missing or has the wrong shape.", list(_errors(failure.detail)))
    if isinstance(failure, exceptions.APIException):
        return _of_drf(failure)
    return None


def _of_drf(failure: exceptions.APIException) -> Response:
    codes = failure.get_codes()
    answer = problem(failure.status_code, codes if isinstance(codes, str) else failure.default_code, str(failure.detail))
    if header := getattr(failure, "auth_header", None):
        answer["WWW-Authenticate"] = header
    if wait := getattr(failure, "wait", None):
        answer["Retry-After"] = str(int(wait))
    return answer


def fault(request: HttpRequest) -> HttpResponse:
    """Nobody foresaw it (Django's `handler500`): it is logged, and a program gets a problem, a person a page."""
    if not request.path.startswith("/api/"):
        return server_error(request)
    body = problem(500, "fault", "Something went wrong on our side. We have been told. If it moved money, send it again with the same key.").data
    return JsonResponse(body, status=500, content_type=PROBLEM_JSON)


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address (Django's `handler404`): a program gets a problem, a person a page."""
    if not request.path.startswith("/api/"):
        return page_not_found(request, exception)
    body = problem(404, "not_found", "There is nothing at this address.").data
    return JsonResponse(body, status=404, content_type=PROBLEM_JSON)


def problem(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> Response:
    """The answer itself. `code` is a slug that stays the same; `detail` is for people and may change."""
    body: dict[str, Any] = {
        "type": f"/api/v1/#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status, content_type=PROBLEM_JSON)


def _errors(detail: Any, path: str = "") -> Any:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _errors(inner, path if name == "non_field_errors" else f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            yield from _errors(inner, f"{path}.{place}" if isinstance(inner, dict | list) else path)
    elif detail:
        yield {"field": path, "detail": str(detail)}
