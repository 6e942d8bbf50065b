"""Where everybody starts: their own page, by what they come here as."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend import navigation
from frontend.presenters import start as presenter
from frontend.views.flow import back_to, press
from frontend.views.keeping import carry_over
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Need
from marketplace.services import needs


@signed_in
def start(request: SignedIn) -> HttpResponse:
    """Who is coming, what needs doing, where my money is. Who comes here only to work goes to the page of that work."""
    at = clock.now()
    carry_over(request)
    hats = navigation.hats_worn(request, at=at)
    name = navigation.start_of(hats)
    if name != "start":
        return redirect(name)
    page = presenter.page(request.user, hats=hats, at=at)
    return render(request, "start/start.html", {"page": page, "at": at, "strip_of": page.strand})


@signed_in
@require_POST
def not_needed(request: SignedIn, pk: int) -> HttpResponse:
    """I don't need this any more."""
    need = get_object_or_404(Need.objects.visible_to(request.user).filter(person=request.user), pk=pk)

    def act() -> str:
        needs.withdraw(need=need, by=request.user, at=clock.now())
        messages.success(request, "We have taken it back.")
        return back_to("start")

    return press(request, act, refused=back_to("start"))
