"""One sum for all your people: where to send it, who needs how much, handing it out, and sending back what nobody needs."""

from contextlib import suppress

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.wallets import HandOutForm, PayInForm, SendBackForm
from frontend.presenters import wallets as presenter
from frontend.views.flow import act_on, back_to, form_page, press
from frontend.views.roles import for_holders
from frontend.views.who import SignedIn
from frontend.words import pounds
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.models import CashReturn, Payment
from payments.services import operations
from people import roles
from people.models import Organisation
from pooling.services import wallets


def organisation_of(request: SignedIn, pk: int) -> Organisation:
    """One that this person works for; anything else is not there."""
    found = [one for one in roles.organisations_of(request.user, at=clock.now()) if one.pk == pk]
    if not found:
        raise Http404
    return found[0]


@for_holders
def show(request: SignedIn, pk: int) -> HttpResponse:
    """What is in, what is waited for and where to send it, who needs how much, and what was done."""
    organisation = organisation_of(request, pk)
    with suppress(AnswerLost, StripeIsBusy):  # then the page shows what we last heard
        presenter.ask_stripe(organisation, clock.now())
    return render(request, "looking_after/wallet.html", {"page": presenter.page(organisation, today=clock.today())})


@for_holders
def pay_in(request: SignedIn, pk: int) -> HttpResponse:
    """How much; then the page shows where to send it."""
    organisation = organisation_of(request, pk)
    page = presenter.page(organisation, today=clock.today())
    form = PayInForm(request.POST or None, initial={"pence": page.missing_pence or None})
    started: list[Payment] = []

    def act(form: PayInForm) -> str:
        terms = {"council_code": organisation.council_code, "pence": form.cleaned_data["pence"]}
        started.append(wallets.pay_in(organisation=organisation, by=request.user, at=clock.now(), **terms))
        return back_to("wallet", pk=pk)

    if request.method == "POST" and form.is_valid() and (address := act_on(form, act)) is not None:
        operations.perform(started[-1].operation_id, at=clock.now())
        return HttpResponseRedirect(address)
    status = 422 if request.method == "POST" else 200
    return render(request, "looking_after/wallet_in.html", {"form": form, "page": page}, status=status)


@for_holders
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """The sum will not come after all."""
    organisation, at = organisation_of(request, pk), clock.now()

    def act() -> str:
        wallets.stop_waiting(organisation=organisation, council_code=organisation.council_code, by=request.user, at=at)
        messages.success(request, "We don’t wait for it any more.")
        return back_to("wallet", pk=pk)

    answer = press(request, act, refused=back_to("wallet", pk=pk))
    presenter.carry_out_stop(organisation, at)
    return answer


@for_holders
@require_POST
def cash_back(request: SignedIn, pk: int) -> HttpResponse:
    """What was sent and nothing asked for goes back to your bank."""
    organisation, at = organisation_of(request, pk), clock.now()
    going: list[CashReturn] = []

    def act() -> str:
        going.append(wallets.send_cash_back(organisation=organisation, council_code=organisation.council_code, by=request.user, at=at))
        messages.success(request, "It is on its way back to your bank.")
        return back_to("wallet", pk=pk)

    answer = press(request, act, refused=back_to("wallet", pk=pk))
    for one in going:
        operations.perform(one.operation_id, at=at)
    return answer


@for_holders
def hand_out(request: SignedIn, pk: int) -> HttpResponse:
    """A sum for each person; checked first; all of it or nothing."""
    organisation = organisation_of(request, pk)
    page = presenter.page(organisation, today=clock.today())
    form = HandOutForm(request.POST or None, page=page)

    def act(form: HandOutForm) -> str:
        move = wallets.hand_out(
            organisation=organisation,
            council_code=organisation.council_code,
            slices=form.slices(),
            token=form.cleaned_data["token"],
            by=request.user,
            at=clock.now(),
        )
        messages.success(request, f"{pounds(move.pence)} is handed out. What was asked for is paid.")
        return back_to("wallet", pk=pk)

    template, check = "looking_after/wallet_out.html", "looking_after/wallet_out_check.html"
    return form_page(request, form=form, act=act, template=template, context={"page": page}, check_template=check)


@for_holders
def send_back(request: SignedIn, pk: int) -> HttpResponse:
    """What nobody needs goes back to your bank; checked first."""
    organisation = organisation_of(request, pk)
    page = presenter.page(organisation, today=clock.today())
    form = SendBackForm(request.POST or None)

    def act(form: SendBackForm) -> str:
        said = form.cleaned_data
        terms = {"council_code": organisation.council_code, "pence": said["pence"], "token": said["token"]}
        wallets.send_back(organisation=organisation, by=request.user, at=clock.now(), **terms)
        messages.success(request, "It is on its way back to your bank. It takes up to 10 working days.")
        return back_to("wallet", pk=pk)

    template, check = "looking_after/wallet_back.html", "looking_after/wallet_back_check.html"
    return form_page(request, form=form, act=act, template=template, context={"page": page}, check_template=check)


@for_holders
@require_POST
def keep(request: SignedIn, pk: int, move: int) -> HttpResponse:
    """What the bank sent back to us is there to hand out again."""
    row = presenter.move_of(organisation_of(request, pk), move)

    def act() -> str:
        wallets.keep(move=row, by=request.user, at=clock.now())
        messages.success(request, "It is here again. Hand it out, or send it back once more.")
        return back_to("wallet", pk=pk)

    return press(request, act, refused=back_to("wallet", pk=pk))
