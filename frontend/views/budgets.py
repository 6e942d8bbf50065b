"""My budget: what it is, how sure we are of it, what is free to promise."""

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.budgets import BudgetForm, ChangeBudgetForm
from frontend.presenters import budgets as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from pooling.models import Budget
from pooling.services import budgets


@signed_in
def show(request: SignedIn) -> HttpResponse:
    """Every part of my budgets."""
    return render(request, "budget/show.html", {"parts": presenter.parts_of(request.user)})


@signed_in
def add(request: SignedIn) -> HttpResponse:
    """Tell us about a budget."""

    def act(form: BudgetForm) -> str:
        budgets.record(
            person=request.user,
            kind=form.cleaned_data["kind"],
            amounts=form.amounts(),
            period=form.period(),
            portions=[form.portion()],
            by=request.user,
            at=clock.now(),
        )
        return back_to("budget")

    return form_page(request, form=BudgetForm(request.POST or None, person=request.user), act=act, template="budget/add.html")


@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    """New sums for a budget."""
    # A budget of several parts, told through the API, is changed there: one sum on a page could not say which part it means.
    mine = Budget.objects.visible_to(request.user).current().filter(person=request.user).annotate(parts=Count("portions", distinct=True))
    budget = get_object_or_404(mine.filter(parts=1), pk=pk)
    portion = budget.portions.get()

    def act(form: ChangeBudgetForm) -> str:
        said = form.cleaned_data
        weekly = {portion.pk: (said["weekly_pence"], said["spent_elsewhere_weekly_pence"] or 0)}
        period = budgets.Period(starts_on=said["starts_on"], ends_on=budget.ends_on, review_on=budget.review_on)
        budgets.revise(budget=budget, kind=said["kind"], amounts=form.amounts(), period=period, weekly=weekly, by=request.user, at=clock.now())
        return back_to("budget")

    form = ChangeBudgetForm.of(request.POST or None, budget, portion)
    return form_page(request, form=form, act=act, template="budget/change.html", context={"part": presenter.part(portion)})
