"""A provider's start, money, agreements, and where the money is sent."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit import clock
from audit.errors import Refusal
from frontend.forms.provider import RefuseForm, VersionForm
from frontend.presenters import provider as presenter
from frontend.presenters import provider_agreements, varying
from frontend.views.flow import back_to, form_page, press
from frontend.views.provider_of import find, owned
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Agreement
from marketplace.rules.dates import last_day_of_notice
from marketplace.services import ending, signing
from payments import selectors as payments
from payments.gateways.shapes import AnswerLost, NotFound, StripeIsBusy
from payments.services import payees
from providers.services import payouts


@signed_in
def today(request: SignedIn) -> HttpResponse:
    """Today's visits, what needs doing, the money."""
    enterprise = find(request)
    if enterprise is None:
        return redirect("provider-start")
    page = presenter.today(enterprise, request.user, clock.now())
    return render(request, "provider/today.html", {"page": page})


@signed_in
def money(request: SignedIn) -> HttpResponse:
    """Coming, on its way, in the bank; each week with who said yes."""
    enterprise = owned(request)
    context = {"enterprise": enterprise, "money": presenter.money(enterprise, clock.today()), "strand": presenter.strand_of(enterprise)}
    return render(request, "provider/money.html", context)


# --- agreements ---


def _agreement(request: SignedIn, pk: int) -> Agreement:
    rows = Agreement.objects.filter(enterprise=owned(request)).exclude(state="drafting")
    return get_object_or_404(rows.select_related("enterprise", "cluster"), pk=pk)


@signed_in
def agreements(request: SignedIn) -> HttpResponse:
    """What waits for my yes or no, and what I agreed."""
    enterprise = owned(request)
    return render(request, "provider/agreements.html", {"enterprise": enterprise, "lines": provider_agreements.lines(enterprise)})


@signed_in
def agreement(request: SignedIn, pk: int) -> HttpResponse:
    """Whom to visit, the total, and what of it is only promised by order."""
    row, at = _agreement(request, pk), clock.now()
    page = provider_agreements.page(row, request.user, clock.london_date(at))
    context = {"page": page, "agreement": row, "varying": varying.of_agreement(row, request.user, at)}
    return render(request, "provider/agreement.html", context)


@signed_in
@require_POST
def say_yes(request: SignedIn, pk: int) -> HttpResponse:
    """The provider's yes, to the version the page showed."""
    row, version, back = _agreement(request, pk), VersionForm(request.POST).said, back_to("provider-agreement", pk=pk)

    def act() -> str:
        signing.sign_as_provider(agreement=row, version=version, by=request.user, at=clock.now())
        messages.success(request, "We have your yes. You see here when each week is covered. Don’t go before it is.")
        return back

    return press(request, act, refused=back)


@signed_in
def say_no(request: SignedIn, pk: int) -> HttpResponse:
    """The provider's no, with a reason if they like."""
    row = _agreement(request, pk)

    def act(form: RefuseForm) -> str:
        signing.refuse_as_provider(agreement=row, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "The group sees it now. Nobody pays anything.")
        return back_to("provider-agreements")

    form = RefuseForm(request.POST if request.method == "POST" else None)
    return form_page(request, form=form, act=act, template="provider/agreement_no.html", context={"agreement": row})


@signed_in
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """The provider gives notice: weeks that begin after it never happen."""
    row = _agreement(request, pk)
    if row.state != Agreement.State.ACTIVE:
        return redirect("provider-agreement", pk=pk)

    def act(form: RefuseForm) -> str:
        ending.end_early(agreement=row, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "The group sees it now. Weeks that begin before the last day go on.")
        return back_to("provider-agreement", pk=pk)

    last_day = last_day_of_notice(clock.today(), row.notice_days)
    context, form = {"agreement": row, "last_day": last_day}, RefuseForm(request.POST if request.method == "POST" else None)
    return form_page(request, form=form, act=act, template="provider/agreement_stop.html", context=context)


# --- where the money is sent: Stripe's own page asks, we never see it ---


@signed_in
def bank(request: SignedIn) -> HttpResponse:
    """Whether we may send money yet; the button goes to Stripe's page."""
    enterprise = owned(request)
    if request.method != "POST":
        seen = payments.payee(enterprise.payee_id) if enterprise.payee_id else None
        return render(request, "provider/bank.html", {"enterprise": enterprise, "payee": seen})
    back = f"{settings.SITE_URL}{back_to('provider-bank-back')}"
    again = f"{settings.SITE_URL}{back_to('provider-bank')}"
    try:
        address = payouts.begin_onboarding(enterprise=enterprise, return_url=back, refresh_url=again, by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        address = back_to("provider-bank")
    return HttpResponseRedirect(address)


@signed_in
def bank_back(request: SignedIn) -> HttpResponse:
    """Back from Stripe's page: we ask Stripe how it stands rather than believe the address."""
    enterprise = owned(request)
    if enterprise.payee is not None:
        try:
            payees.refresh(payee=enterprise.payee, at=clock.now())
        except (AnswerLost, StripeIsBusy, NotFound):
            messages.warning(request, "Stripe did not answer just now. We ask again in some minutes.")
    return redirect("provider-bank")
