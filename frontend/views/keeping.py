"""Putting by what one found. Before somebody has a page of their own it is kept for this visit only; the page they make takes it over."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audit import clock
from audit.errors import Refusal
from frontend.presenters.keeping import clusters_in, listings_in, picked_from
from frontend.views.flow import back_to, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Kept
from marketplace.services import keeping, needs
from marketplace.services.needs import Wishes
from people.models import Person
from places.postcodes import UnknownOutcode, outcode_of

KEPT = "kept"
TOLD = "missing_told"
WHERE = "near_where"


@require_POST
def picked(request: HttpRequest) -> HttpResponse:
    """What was ticked on the page of what is near: to compare, or to keep. Only keeping writes anything down."""
    codes = picked_from(request.POST.getlist("pick"))
    back = f"{back_to('near')}?{request.POST.get('back', '')}"
    if not codes:
        messages.warning(request, "Tick what you want to keep or compare. Then press again.")
        return HttpResponseRedirect(back)
    if request.POST.get("do") == "compare":
        whence = [(name, request.POST.get(name, "")) for name in ("where", "back")]
        return HttpResponseRedirect(f"{back_to('near-compare')}?{urlencode([*(('one', code) for code in codes), *whence])}")
    _note_where(request)
    request.session[KEPT] = [*dict.fromkeys([*kept_here(request), *codes])][: keeping.MOST]
    if not isinstance(request.user, Person):
        return redirect("join")
    carry_over(cast(SignedIn, request))
    return HttpResponseRedirect(f"{back_to('start')}#kept")


def kept_here(request: HttpRequest) -> list[str]:
    """What was kept in this visit by somebody who has no page yet."""
    codes: list[str] = request.session.get(KEPT, [])
    return codes


def _note_where(request: HttpRequest) -> None:
    """Where they looked: asked once only."""
    try:
        request.session[WHERE] = outcode_of(request.POST.get("where", ""))
    except UnknownOutcode:
        return


def is_told_first(request: HttpRequest, told: dict[str, Any]) -> bool:
    """Whether this kind of help is missing here for the first time in this visit: pressing ten times is not ten people. Noted for their own page."""
    before: list[dict[str, Any]] = request.session.get(TOLD, [])
    if any((one["category"], one["outcode"]) == (told["category"], told["outcode"]) for one in before):
        return False
    request.session[TOLD] = [*before, told]
    return True


def carry_over(request: SignedIn) -> None:
    """Puts what was kept, and what was said to be missing, before signing in onto the person's own page, once."""
    for told in request.session.pop(TOLD, []):
        # It was counted when it was told: it becomes theirs, so that they hear when somebody starts it, and is not counted twice.
        mine = {**told, "wishes": Wishes(**told["wishes"])}
        needs.note_unmet(person=request.user, counted=False, by=request.user, at=clock.now(), **mine)
    _carry_kept(request)


def _carry_kept(request: SignedIn) -> None:
    """What is gone meanwhile is left out."""
    codes = request.session.pop(KEPT, [])
    if not codes:
        return
    things: list[dict[str, Any]] = [{"listing": one} for one in listings_in(codes)] + [{"cluster": one} for one in clusters_in(codes)]
    for thing in things:
        try:
            keeping.keep(by=request.user, at=clock.now(), **thing)
        except Refusal as refusal:
            messages.warning(request, refusal.sentence)
            return


@signed_in
@require_POST
def let_go(request: SignedIn, pk: int) -> HttpResponse:
    """Off my list."""
    kept = get_object_or_404(Kept.objects.visible_to(request.user), pk=pk)

    def act() -> str:
        keeping.let_go(kept=kept, by=request.user, at=clock.now())
        return f"{back_to('start')}#kept"

    return press(request, act, refused=back_to("start"))
