"""Who is looking: views for signed-in people get a request whose `user` is a person."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from audit.kept import answers
from people.models import Person

Params = ParamSpec("Params")


class SignedIn(HttpRequest):
    """A request by somebody who signed in."""

    user: Person


def found(build: Callable[..., Any], *args: Any) -> Any:
    """The one row of `build(*args)`, whose SQL is kept (audit/kept.py); nobody's page where there is none."""
    rows = answers(build, *args)
    if not rows:
        raise Http404
    return rows[0]


def signed_in(view: Callable[Concatenate[SignedIn, Params], HttpResponse]) -> Callable[Concatenate[HttpRequest, Params], HttpResponse]:
    """Sends strangers to sign in, and back here afterwards."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        return view(cast(SignedIn, request), *args, **kwargs)

    return login_required(page)
