"""Paying what is asked for: my own card or bank, or the bank of who looks after the money. We never see a card number."""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from audit.clock import london_date
from frontend.presenters import paying as presenter
from frontend.views.flow import back_to, press
from frontend.views.who import SignedIn, signed_in
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.models import CashReturn, Mandate, Payment
from payments.services import arrivals, mandates, operations
from pooling import policies
from pooling.models import Call
from pooling.selectors import calls_to_pay
from pooling.services import call_payments


def _call(request: SignedIn, pk: int) -> Call:
    rows = Call.objects.visible_to(request.user).select_related("membership__cluster", "membership__person", "portion__budget", "portion__holder")
    return get_object_or_404(rows, pk=pk)


@signed_in
def due(request: SignedIn) -> HttpResponse:
    """What I am asked to pay, soonest first."""
    return render(request, "money/due.html", {"dues": presenter.dues(calls_to_pay(request.user)), "today": london_date(clock.now())})


@signed_in
def pay(request: SignedIn, pk: int) -> HttpResponse:
    """One payment: how much, what for, and the ways to pay it."""
    call = _call(request, pk)
    at = clock.now()
    whose = "" if call.membership.person_id == request.user.pk else call.membership.person.full_name
    context: dict[str, object] = {"over_pence": presenter.left_over(call), "held": call.portion.is_held, "whose": whose}
    if policies.may_pay(by=request.user, membership=call.membership, portion=call.portion, at=at):
        context |= {"may_pay": True, "ways": presenter.ways(call, at=at)}
    return render(request, "money/pay.html", {"due": presenter.due(call), "call": call, **context})


@signed_in
@require_POST
def by_card(request: SignedIn, pk: int) -> HttpResponse:
    """To Stripe's own page. It comes back to `after`."""
    call = _call(request, pk)
    back = f"{settings.SITE_URL}{back_to('payment-after', pk=pk)}"

    def start() -> Payment:
        cancel = f"{settings.SITE_URL}{back_to('payment', pk=pk)}"
        return call_payments.pay_by_card(call=call, success_url=back, cancel_url=cancel, by=request.user, at=clock.now())

    return _start_and_go(request, call, start)


@signed_in
@require_POST
def by_app(request: SignedIn, pk: int) -> HttpResponse:
    """To Stripe's page, and from there to the bank's own app. It comes back to `after`."""
    call = _call(request, pk)
    pages = {"success_url": f"{settings.SITE_URL}{back_to('payment-after', pk=pk)}", "cancel_url": f"{settings.SITE_URL}{back_to('payment', pk=pk)}"}
    return _start_and_go(request, call, lambda: call_payments.pay_by_bank_app(call=call, **pages, by=request.user, at=clock.now()))


@signed_in
@require_POST
def by_debit(request: SignedIn, pk: int) -> HttpResponse:
    """Collects it by the Direct Debit that stands."""
    call = _call(request, pk)
    return _start_and_go(request, call, lambda: call_payments.pay_by_debit(call=call, by=request.user, at=clock.now()))


@signed_in
@require_POST
def new_debit(request: SignedIn, pk: int) -> HttpResponse:
    """To Stripe's page where a Direct Debit is set up. It comes back to `debit_back`."""
    call, page = _call(request, pk), back_to("payment", pk=pk)
    pages = {"success_url": f"{settings.SITE_URL}{back_to('payment-debit-back', pk=pk)}", "cancel_url": f"{settings.SITE_URL}{page}"}
    started: list[Mandate] = []

    def act() -> str:
        started.append(call_payments.set_up_debit(call=call, **pages, by=request.user, at=clock.now()))
        return page

    answer = press(request, act, refused=page)
    for mandate in started:
        operations.perform(mandate.operation_id, at=clock.now())
        mandate.refresh_from_db()
    return HttpResponseRedirect(started[-1].checkout_url) if started and started[-1].state == "open" else answer


@signed_in
def debit_back(request: SignedIn, pk: int) -> HttpResponse:
    """Back from setting up a Direct Debit: we ask Stripe, then the payment's page offers to collect."""
    call = _call(request, pk)
    for mandate in Mandate.objects.filter(payer__owner=call.portion.payer_owner, state="open"):
        with suppress(AnswerLost, StripeIsBusy):  # Stripe tells us later
            mandates.refresh(mandate_id=mandate.pk, at=clock.now())
    return HttpResponseRedirect(back_to("payment", pk=pk))


@signed_in
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """A bank transfer is not waited for any more; what has come of it can be sent back."""
    call, at, page = _call(request, pk), clock.now(), back_to("payment", pk=pk)

    def act() -> str:
        call_payments.stop_payment(call=call, by=request.user, at=at)
        messages.success(request, "We don’t wait for this transfer any more.")
        return page

    answer = press(request, act, refused=page)
    presenter.carry_out_stop(call, at)
    return answer


@signed_in
@require_POST
def over(request: SignedIn, pk: int) -> HttpResponse:
    """What was sent and nothing asked for goes back to the bank it came from."""
    call, at, page = _call(request, pk), clock.now(), back_to("payment", pk=pk)
    going: list[CashReturn] = []

    def act() -> str:
        going.append(call_payments.send_cash_back(call=call, by=request.user, at=at))
        messages.success(request, "It is on its way back to your bank.")
        return page

    answer = press(request, act, refused=page)
    for one in going:
        operations.perform(one.operation_id, at=at)
    return answer


@signed_in
@require_POST
def by_bank(request: SignedIn, pk: int) -> HttpResponse:
    """Shows where to send the money, with a reference."""
    call = _call(request, pk)

    def start() -> Payment:
        verb = call_payments.pay_order_by_bank if call.mode == "on_yes" else call_payments.pay_by_bank
        return verb(call=call, by=request.user, at=clock.now())

    return _start_and_go(request, call, start)


def _start_and_go(request: SignedIn, call: Call, start: Callable[[], Payment]) -> HttpResponse:
    """Writes the payment down, and only then asks Stripe; when Stripe takes long, the payment's own page says so."""
    page = back_to("payment", pk=call.pk)
    started: list[Payment] = []

    def act() -> str:
        started.append(start())
        return page

    answer = press(request, act, refused=page)
    if not started:
        return answer
    operations.perform(started[-1].operation_id, at=clock.now())
    payment = Payment.objects.get(pk=started[-1].pk)
    return HttpResponseRedirect(payment.checkout_url) if payment.kind in ("card", "pay_by_bank") and payment.state == "open" else answer


@signed_in
def after(request: SignedIn, pk: int) -> HttpResponse:
    """Back from Stripe's page: we ask Stripe how it went rather than believe the address."""
    call = _call(request, pk)
    if call.payment_id:
        with suppress(AnswerLost, StripeIsBusy):  # then we say that we are waiting; Stripe tells us later
            arrivals.refresh(payment_id=call.payment_id, at=clock.now())
        call = _call(request, pk)
    return render(request, "money/after.html", {"due": presenter.due(call), "call": call})
