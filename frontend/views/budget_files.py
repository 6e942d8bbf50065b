"""Many budgets changed with one file: take ours, send it changed, and another person of your organisation says yes."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.budget_files import BudgetFileForm
from frontend.presenters import budget_files as presenter
from frontend.tables import csv_response
from frontend.views.flow import back_to, form_page, press
from frontend.views.roles import for_holders
from frontend.views.who import SignedIn
from people import roles
from people.models import Organisation
from pooling.rules.budget_files import COLUMNS
from pooling.services import budget_imports


def _organisation(request: SignedIn, pk: int) -> Organisation:
    found = [one for one in roles.organisations_of(request.user, at=clock.now()) if one.pk == pk]
    if not found:
        raise Http404
    return found[0]


@for_holders
def show(request: SignedIn, pk: int) -> HttpResponse:
    """How it goes, what waits, what was done."""
    return render(request, "looking_after/budgets.html", {"page": presenter.page(_organisation(request, pk), today=clock.today())})


@for_holders
def template(request: SignedIn, pk: int) -> HttpResponse:
    """What we have, to change and send back."""
    organisation, today = _organisation(request, pk), clock.today()
    return csv_response(f"budgets-{today:%Y-%m-%d}", COLUMNS, presenter.template_rows(organisation, today=today))


@for_holders
def send(request: SignedIn, pk: int) -> HttpResponse:
    """The file, and what it comes to. Read whole or not at all."""
    organisation = _organisation(request, pk)

    def act(form: BudgetFileForm) -> str:
        said = form.cleaned_data
        terms = {"text": said["file"], "control_pence": said["control_pence"]}
        row = budget_imports.draft(organisation=organisation, by=request.user, at=clock.now(), **terms)
        messages.success(request, "We have read it. Look at what it changes. Nothing is done until another person says yes.")
        return back_to("budget-file", pk=pk, file=row.pk)

    form = BudgetFileForm(request.POST or None, request.FILES or None)
    return form_page(request, form=form, act=act, template="looking_after/budget_file_new.html", context={"organisation": organisation})


@for_holders
def one(request: SignedIn, pk: int, file: int) -> HttpResponse:
    """What one file changes, by person."""
    row = presenter.file_of(_organisation(request, pk), file)
    return render(request, "looking_after/budget_file.html", {"page": presenter.file_page(row, viewer=request.user, today=clock.today())})


@for_holders
@require_POST
def confirm(request: SignedIn, pk: int, file: int) -> HttpResponse:
    """The second person's yes."""
    row = presenter.file_of(_organisation(request, pk), file)

    def act() -> str:
        budget_imports.confirm(budget_import=row, by=request.user, at=clock.now())
        messages.success(request, "It is done. Every budget in the file is as it says.")
        return back_to("budget-file", pk=pk, file=file)

    return press(request, act, refused=back_to("budget-file", pk=pk, file=file))


@for_holders
@require_POST
def refuse(request: SignedIn, pk: int, file: int) -> HttpResponse:
    """The second person's no, or taken back."""
    row = presenter.file_of(_organisation(request, pk), file)

    def act() -> str:
        budget_imports.refuse(budget_import=row, by=request.user, at=clock.now())
        messages.success(request, "The file is put away. Nothing was changed.")
        return back_to("budget-files", pk=pk)

    return press(request, act, refused=back_to("budget-file", pk=pk, file=file))
