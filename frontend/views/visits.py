"""Who comes, and calling off a visit or saying that one is away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.presenters import visits as presenter
from frontend.views.answers import own_share
from frontend.views.flow import back_to, number_in, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Visit
from marketplace.services import shares


@signed_in
def mine(request: SignedIn) -> HttpResponse:
    """Who is coming, which weeks wait for my answer, and how the last ones ended."""
    return render(request, "visit/mine.html", {"page": presenter.page(request.user, clock.today())})


@signed_in
def away(request: SignedIn, pk: int, share: int) -> HttpResponse:
    """I will not be there: what that costs now, and a button."""
    part, at = own_share(request, share), clock.now()
    visit = get_object_or_404(Visit.objects.visible_to(request.user).filter(milestone=part.milestone), pk=pk)
    page = presenter.away(part, visit, request.user, at)
    if request.method != "POST":
        return render(request, "visit/away.html", {"page": page})

    def act() -> str:
        shares.away(share=part, visit=visit, by=request.user, at=at, most_pence=number_in(request.POST, "most_pence"))
        messages.success(request, f"{page.provider} sees now that you are away on {page.when}.")
        return back_to("visits")

    return press(request, act, refused=back_to("visits"))
