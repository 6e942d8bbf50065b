"""Where my money is: every pound of it, what happened to it, and taking back what is free."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.money import TakeBackForm
from frontend.presenters import late
from frontend.presenters import money as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from pooling import selectors
from pooling.models import Membership, Portion
from pooling.services import shares


@signed_in
def show(request: SignedIn) -> HttpResponse:
    """One strand for each part of my budget in each group."""
    silent = late.paid_without_answer(request.user, clock.now())
    return render(request, "money/show.html", {"strands": presenter.strands_of(request.user, with_owed=True), "silent": silent})


@signed_in
def every_payment(request: SignedIn) -> HttpResponse:
    """Every movement, newest first, strand by strand."""
    found = [(money, presenter.moves_of(money.membership, money.portion)) for money in selectors.money_of(request.user)]
    return render(request, "money/every.html", {"strands": found})


@signed_in
def take_back(request: SignedIn, membership: int, portion: int) -> HttpResponse:
    """Send free money back to where it came from; checked first."""
    place = get_object_or_404(Membership.objects.of(request.user).select_related("cluster"), pk=membership)
    part = get_object_or_404(Portion.objects.visible_to(request.user).select_related("holder", "budget"), pk=portion)

    def act(form: TakeBackForm) -> str:
        shares.withdraw(membership=place, portion=part, pence=form.cleaned_data["pence"], by=request.user, at=clock.now())
        messages.success(request, "It is on its way back. A card or bank takes up to 10 working days.")
        return back_to("money")

    context = {
        "place": place,
        "goes_to": presenter.goes_back_to(part),
        "free_pence": max(0, selectors.free_of_debt(place.pk, part.pk, part.council_code)),
    }
    form = TakeBackForm(request.POST or None)
    return form_page(request, form=form, act=act, template="money/take_back.html", context=context, check_template="money/take_back_check.html")
