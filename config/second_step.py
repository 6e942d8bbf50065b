"""Who sees other people's money or papers does nothing here with a password alone.

Asked before every view, of the pages and of the API: an address that is not named here is closed. Programs come with a token, which whoever needs
a second step can't have (people/services/tokens.py).
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from audit import clock
from audit.api.schema import PROBLEM_JSON
from audit.errors import Refusal
from config.problems import problem
from frontend.navigation import hats_worn
from people import second_step
from people.models import Person
from people.policies import NEED_SECOND_FACTOR

SETS_IT_UP = "mfa_activate_totp"
# What sets it up, asks for it, and signs out; for machines; what is the same for everybody; and of the demo.
OPEN = frozenset(
    {"mfa_reauthenticate", SETS_IT_UP, "account_reauthenticate", "account_logout"}
    | {"healthz", "readyz", "metrics"}
    | {"how", "help", "worried", "worried-sent", "paper", "paper-form", "accessibility", "privacy", "easy-view"}
    | {"demo:switch", "demo:clock", "demo:outbox"}
)


class SecondStepIsMissing(Refusal):
    code = "second_step_is_missing"
    sentence = "Your work needs a second step to sign in. Give it on the site first."


class SecondStep:
    """Middleware: sends them to allauth's own pages, to set it up or to give it. It stands before whatever runs a view.

    It is set up by who signed in with numbers that we sent (`people.adapters` asks for them after the password), and by nobody in a session from
    before: that may be somebody who has the password.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match is not None else ""
        person = request.user
        if name == SETS_IT_UP and isinstance(person, Person) and _must_show_address(request, person):
            return render(request, "mfa/totp/sign_in_again.html", status=403)
        if name in OPEN:
            return None
        if not isinstance(person, Person) or not _needs_it(request, person) or second_step.was_given(request, person):
            return None
        if request.path.startswith("/api/"):
            refused = problem(403, SecondStepIsMissing.code, SecondStepIsMissing.sentence)
            return JsonResponse(refused.data, status=403, content_type=PROBLEM_JSON)
        return HttpResponseRedirect(_where_it_is_given(request, person))


def _needs_it(request: HttpRequest, person: Person) -> bool:
    """As `people.policies.needs_second_factor`, without another query: every page asks for the hats."""
    return person.is_staff or not NEED_SECOND_FACTOR.isdisjoint(hats_worn(request, at=clock.now()))


def _must_show_address(request: HttpRequest, person: Person) -> bool:
    return _needs_it(request, person) and not second_step.is_set_up(person) and not second_step.address_was_shown(request, person)


def _where_it_is_given(request: HttpRequest, person: Person) -> str:
    if not second_step.is_set_up(person):
        return reverse(SETS_IT_UP)
    back = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return reverse("mfa_reauthenticate") + back
