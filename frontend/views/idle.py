"""Free money that nothing has counted on for weeks: send it back, or keep it here."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend import words
from frontend.presenters import money as presenter
from frontend.views.flow import back_to, press
from frontend.views.who import SignedIn, signed_in
from pooling.models import IdleOffer
from pooling.services import idle


@signed_in
def show(request: SignedIn) -> HttpResponse:
    """What I may say something about: my own, or money I look after."""
    return render(request, "money/idle.html", {"offers": IdleOffer.objects.open().answered_by(request.user).order_by("goes_home_on", "pk")})


@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """One part of my money in one group, with two buttons."""
    offer = get_object_or_404(IdleOffer.objects.open().answered_by(request.user), pk=pk)
    if request.method != "POST":
        goes_to = presenter.goes_back_to(offer.portion)
        return render(request, "money/idle_answer.html", {"offer": offer, "goes_to": goes_to, "is_own": offer.membership.person == request.user})

    def act() -> str:
        if request.POST.get("answer") == "send":
            sent = idle.send_back(offer=offer, by=request.user, at=clock.now())
            messages.success(request, f"{words.pounds(sent.pence)} is on its way back. A card or bank takes up to 10 working days.")
        else:
            idle.keep_here(offer=offer, by=request.user, at=clock.now())
            messages.success(request, f"It stays here. If nothing needs it, it goes back on {words.day_year(offer.goes_home_on)}.")
        return back_to("money-idle")

    return press(request, act, refused=back_to("money-idle"))
