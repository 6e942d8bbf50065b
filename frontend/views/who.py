"""Who is looking: views for signed-in people get a request whose `user` is a person."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from people.models import Person

Params = ParamSpec("Params")


class SignedIn(HttpRequest):
    """A request by somebody who signed in."""

    user: Person


def signed_in(view: Callable[Concatenate[SignedIn, Params], HttpResponse]) -> Callable[Concatenate[HttpRequest, Params], HttpResponse]:
    """Sends strangers to sign in, and back here afterwards."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        return view(cast(SignedIn, request), *args, **kwargs)

    return login_required(page)
