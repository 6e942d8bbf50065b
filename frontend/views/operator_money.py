"""For who runs this installation: money that does not go on by itself, payments to stop, the platform's own money."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.operator import StopForm, TopUpForm
from frontend.presenters import console
from frontend.presenters import operator as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn
from payments.models import Alarm, Payment, PaymentOperation, Remittance
from payments.services import alarms, floats, operations, remittances


@for_operators
def alarm(request: SignedIn, pk: int) -> HttpResponse:
    """One alarm: read it, put it right, close it."""
    found = get_object_or_404(Alarm.objects.visible_to(request.user).open(), pk=pk)
    if request.method != "POST":
        return render(request, "operator/alarm.html", {"page": presenter.ringing(found)})

    def act() -> str:
        alarms.close(alarm_id=found.pk, by=request.user, at=clock.now())
        messages.success(request, "The alarm is closed. It rings again if the same thing is still so.")
        return back_to("operator-list", name="alarms")

    return press(request, act, refused=back_to("operator-list", name="alarms"))


@for_operators
@require_POST
def ask_stripe(request: SignedIn, pk: UUID) -> HttpResponse:
    """Asks Stripe once more what became of a call whose answer was lost."""
    operation = get_object_or_404(PaymentOperation.objects.visible_to(request.user).filter(state__in=("sent", "unknown")), pk=pk)
    operations.ask_again(operation_id=operation.pk, by=request.user, at=clock.now())
    operation.refresh_from_db()
    if operation.state in ("succeeded", "refused"):
        messages.success(request, f"Stripe has answered: {operation.get_state_display()}.")
    else:
        messages.warning(request, "Still no answer, or it is being asked this minute. We go on asking by ourselves.")
    return HttpResponseRedirect(back_to("operator-thing", name="operations", pk=pk))


@for_operators
def going(request: SignedIn) -> HttpResponse:
    """Payments to providers that are not out yet, and money said yes to that waits."""
    return render(request, "operator/going.html", {"page": presenter.going(request.user, at=clock.now())})


@for_operators
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Asks for a second person's yes to stop a payment, or to let a stopped one go."""
    rows = Remittance.objects.visible_to(request.user).filter(state__in=presenter.OPEN).select_related("payee")
    payment = get_object_or_404(rows, pk=pk)

    def act(form: StopForm) -> str:
        said = form.cleaned_data
        remittances.ask(remittance_id=payment.pk, what=said["what"], reason=said["reason"], by=request.user, at=clock.now())
        messages.success(request, "We have asked a second person. Nothing changes until they agree.")
        return back_to("operator-going")

    about = ("remittance", str(payment.pk))
    form = StopForm(request.POST or None, is_stopped=payment.state in presenter.STOPPED)
    return form_page(
        request, form=form, act=act, template="operator/stop.html", context={"payment": payment, "trail": console.trail_of([about]).get(about, [])}
    )


@for_operators
def own_money(request: SignedIn) -> HttpResponse:
    """The platform's own money at Stripe, which pays Stripe's fees; putting more in."""
    page = presenter.own_money(request.user)
    started: list[Payment] = []

    def act(form: TopUpForm) -> str:
        said = form.cleaned_data
        started.append(floats.top_up(council_code=said["council"], pence=said["pence"], by=request.user, at=clock.now()))
        messages.success(request, "We have written it down and ask Stripe for it. It counts when Stripe says that it is there.")
        return back_to("operator-float")

    def told(form: TopUpForm) -> dict[str, object]:
        return {"council": page.names[form.cleaned_data["council"]], "pence": form.cleaned_data["pence"]}

    form, context = TopUpForm(request.POST or None), {"page": page, "columns": ("Council", "There now", "Fees it paid")}
    check = "operator/float_check.html"
    answer = form_page(request, form=form, act=act, template="operator/float.html", context=context, check_template=check, check_context=told)
    if started:  # only once it is committed: Stripe is never called inside a transaction
        operations.perform(started[-1].operation_id, at=clock.now())
    return answer
