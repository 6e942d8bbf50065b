"""What near a provider can be answered, and their sealed offers: filled in, sent with one press, changed, taken back, said yes to."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.offers import OfferForm, OneReasonForm
from frontend.presenters import sealed as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.provider_of import owned
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Brief, BriefLot, Offer
from marketplace.services import offers


@signed_in
def wanted(request: SignedIn) -> HttpResponse:
    """What people near ask for, and how my own offers stand."""
    enterprise, at = owned(request), clock.now()
    return render(request, "offers/wanted.html", {"lines": presenter.wanted(enterprise, at), "mine": presenter.mine(enterprise)})


@signed_in
def ready(request: SignedIn, pk: int) -> HttpResponse:
    """My offer as one press would send it."""
    enterprise, at = owned(request), clock.now()
    brief = get_object_or_404(Brief.objects.visible_to_enterprise(enterprise, clock.london_date(at)).filter(closes_at__gt=at), pk=pk)
    return render(request, "offers/ready.html", {"brief": brief, "lots": presenter.ready(brief, enterprise)})


def _lot(request: SignedIn, pk: int) -> BriefLot:
    open_now = Brief.objects.visible_to_enterprise(owned(request), clock.today())
    return get_object_or_404(BriefLot.objects.filter(brief__in=open_now), pk=pk)


@signed_in
@require_POST
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """One press: sent in as it is filled in."""
    lot = _lot(request, pk)

    def act() -> str:
        offer = offers.answer(lot=lot, enterprise=owned(request), by=request.user, at=clock.now())
        messages.success(request, "Your offer is sent in. Nobody reads it before they close. You can change it until then.")
        return back_to("offer", pk=offer.pk)

    return press(request, act, refused=back_to("offer-ready", pk=lot.brief_id))


@signed_in
@require_POST
def begin(request: SignedIn, pk: int) -> HttpResponse:
    """Change it before it is sent."""
    lot = _lot(request, pk)

    def act() -> str:
        offer = offers.start_offer(lot=lot, enterprise=owned(request), by=request.user, at=clock.now())
        return back_to("offer-change", pk=offer.pk)

    return press(request, act, refused=back_to("offer-ready", pk=lot.brief_id))


def _offer(request: SignedIn, pk: int) -> Offer:
    return get_object_or_404(Offer.objects.of_owner(request.user).select_related("lot", "brief", "enterprise", "agreement"), pk=pk)


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """One of my offers: what it says, how it stands, why not."""
    return render(request, "offers/mine.html", {"page": presenter.page(_offer(request, pk), clock.now())})


@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Change it, until they close."""
    offer = _offer(request, pk)
    if "change" not in presenter.page(offer, clock.now()).may:
        return redirect("offer", pk=pk)

    def act(form: OfferForm) -> str:
        verb = offers.edit if offer.state == Offer.State.DRAFT else offers.revise
        verb(offer=offer, terms=form.terms(), start_time=form.cleaned_data["start_time"], by=request.user, at=clock.now())
        messages.success(request, "We have kept your change.")
        return back_to("offer", pk=pk)

    form = OfferForm(request.POST or None, offer=offer, most_pence=presenter.most_for(offer))
    return form_page(request, form=form, act=act, template="offers/change.html", context={"offer": offer})


def _pressed(request: SignedIn, pk: int, verb: Callable[..., Offer], told: str) -> HttpResponse:
    offer, back = _offer(request, pk), back_to("offer", pk=pk)

    def act() -> str:
        verb(offer=offer, by=request.user, at=clock.now())
        messages.success(request, told)
        return back

    return press(request, act, refused=back)


@signed_in
@require_POST
def send(request: SignedIn, pk: int) -> HttpResponse:
    """Send a draft in."""
    return _pressed(request, pk, offers.submit, "Your offer is sent in. Nobody reads it before they close. You can change it until then.")


@signed_in
@require_POST
def pull_out(request: SignedIn, pk: int) -> HttpResponse:
    """Take it back."""
    return _pressed(request, pk, offers.pull_out, "You took your offer back.")


@signed_in
@require_POST
def accept(request: SignedIn, pk: int) -> HttpResponse:
    """They chose me: yes."""
    return _pressed(request, pk, offers.accept, "We have your yes. In a few days the group sends you the papers to sign.")


@signed_in
@require_POST
def come_back(request: SignedIn, pk: int) -> HttpResponse:
    """They choose again, and I would still come."""
    return _pressed(request, pk, offers.reopen, "Your offer stands beside the others again.")


@signed_in
def unfair(request: SignedIn, pk: int) -> HttpResponse:
    """The choice was not fair: somebody who runs the site looks at it."""
    offer = _offer(request, pk)
    if "object" not in presenter.page(offer, clock.now()).may:
        raise Http404

    def act(form: OneReasonForm) -> str:
        offers.challenge(offer=offer, words=form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "Somebody who has nothing to do with it looks at it. The choice waits until then.")
        return back_to("offer", pk=pk)

    return form_page(request, form=OneReasonForm(request.POST or None), act=act, template="offers/unfair.html", context={"offer": offer})
