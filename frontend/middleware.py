"""Around every page: one clock for an answer that only shows something, and the rooms' exceptions turned into plain pages.

Forms catch refusals themselves (frontend/views/flow.py); this is for the rest.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit import clock
from audit.errors import NotAllowed, Refusal


class PlainWords:
    """A refusal answers 409 with its sentence, "you may not" answers 404: even whether a thing exists is private.

    An address that only takes presses answers a browser that reads it with a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code == 405 and request.method == "GET" and request.accepts("text/html") and "Accept" in request.headers:
            return _press_again(request, answer)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        if isinstance(exception, NotAllowed):
            return render(request, "404.html", status=404)
        if isinstance(exception, Refusal):
            return render(request, "refused.html", {"sentence": exception.sentence}, status=409)
        return None


def _press_again(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Who signs in after a press comes to an address that only takes presses: a page says so instead of an empty window."""
    page = render(request, "405.html", status=405)
    page["Allow"] = answer["Allow"]
    return page


class OneClock:
    """While a page is read, the clock asks the database once. A press may move the demo's clock, so it asks each time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with clock.asked_once():
            return self.get_response(request)
