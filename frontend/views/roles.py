"""Pages for people with a role. Whoever has it not gets the same 404 as for a page that is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import Http404, HttpRequest, HttpResponse

from audit import clock
from frontend.navigation import hats_worn
from frontend.views.who import Params, SignedIn, signed_in
from people import roles

View = Callable[Concatenate[SignedIn, Params], HttpResponse]
Page = Callable[Concatenate[HttpRequest, Params], HttpResponse]


def _only(view: View[Params], may: Callable[[SignedIn], bool]) -> Page[Params]:
    @wraps(view)
    def page(request: SignedIn, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        if not may(request):
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(page)


def for_operators(view: View[Params]) -> Page[Params]:
    """Who runs this installation."""
    return _only(view, lambda request: request.user.is_operator)


def for_helpers(view: View[Params]) -> Page[Params]:
    """Who helps groups, in any council."""
    return _only(view, lambda request: roles.FACILITATOR in hats_worn(request, at=clock.now()))


def for_holders(view: View[Params]) -> Page[Params]:
    """Who works for an organisation that looks after people's money."""
    return _only(view, lambda request: roles.HOLDER_STAFF in hats_worn(request, at=clock.now()))


def for_commissioners(view: View[Params]) -> Page[Params]:
    """Who plans for a council."""
    return _only(view, lambda request: roles.COMMISSIONER in hats_worn(request, at=clock.now()))
