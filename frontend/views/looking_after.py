"""For who looks after people's money: what to pay, what to order, which budgets to say yes to. Paying itself is in `paying`."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.looking_after import BudgetIsRightForm, OrderForm
from frontend.presenters import looking_after as presenter
from frontend.presenters.letters import letter
from frontend.views.flow import back_to, form_page
from frontend.views.roles import for_holders
from frontend.views.who import SignedIn
from people.policies import may_vouch as may_vouch_for_person
from people.rules import is_at_least
from people.services import people
from pooling.models import Budget, Call
from pooling.policies import may_pay, may_vouch
from pooling.services import budgets, calls


@for_holders
def desk(request: SignedIn) -> HttpResponse:
    """What waits for the organisations I work for."""
    return render(request, "looking_after/desk.html", {"page": presenter.page(request.user, at=clock.now())})


@for_holders
def accept(request: SignedIn, pk: int) -> HttpResponse:
    """A written order stands for the money; it is paid after the person's own yes."""
    rows = Call.objects.visible_to(request.user).filter(mode="on_yes", state=Call.State.CALLED)
    call = get_object_or_404(rows.select_related("membership__person", "membership__cluster", "portion__budget", "portion__holder"), pk=pk)
    at = clock.now()
    if not may_pay(by=request.user, membership=call.membership, portion=call.portion, at=at):
        raise Http404
    line = presenter.line_of(call, clock.today())

    def act(form: OrderForm) -> str:
        calls.accept_order(call=call, reference=form.cleaned_data["reference"], by=request.user, at=at)
        messages.success(request, f"The order for {line.name} stands. Nothing is paid until they say that the visits happened.")
        return back_to("looking-after")

    form, context = OrderForm(request.POST or None), {"line": line, "call": call}
    check = "looking_after/order_check.html"
    return form_page(request, form=form, act=act, template="looking_after/order.html", context=context, check_template=check)


@for_holders
def confirm(request: SignedIn, pk: int) -> HttpResponse:
    """Those who pay say that a budget is right: it can then be promised."""
    budget = get_object_or_404(Budget.objects.visible_to(request.user).current().select_related("person"), pk=pk)
    at = clock.now()
    if not may_vouch(by=request.user, budget=budget, level="confirmed", at=at):
        raise Http404

    def act(form: BudgetIsRightForm) -> str:
        budgets.vouch(budget=budget, level="confirmed", by=request.user, at=at)
        known = bool(form.cleaned_data["known"]) and not is_at_least(budget.person.sureness, "confirmed")
        if known and may_vouch_for_person(by=request.user, person=budget.person, level="confirmed", at=at):
            people.vouch(person=budget.person, level="confirmed", by=request.user, at=at)
        messages.success(request, f"Thank you. We have written down that the budget of {budget.person.full_name} is right.")
        return back_to("looking-after")

    form = BudgetIsRightForm(request.POST or None)
    return form_page(request, form=form, act=act, template="looking_after/budget.html", context={"letter": letter(budget)})
