"""Leaving a group, and the statement of what is left: look, print, take away, agree, ask, answer."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.leaving import AskAboutForm, ReasonsForm
from frontend.presenters import leaving as presenter
from frontend.tables import csv_response
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from pooling.models import Membership, Statement, StatementQuery
from pooling.services import leaving, settlement


def _place(request: SignedIn, pk: int) -> Membership:
    """My place in this group, past the first days."""
    rows = Membership.objects.of(request.user).in_groups().inside().exclude(state=Membership.State.TRIAL).select_related("cluster", "person")
    return get_object_or_404(rows, cluster_id=pk)


@signed_in
def leave(request: SignedIn, pk: int) -> HttpResponse:
    """What it costs to stop today; pressed, the notice starts. Once it runs, the day, and the way back."""
    place = _place(request, pk)

    def act() -> str:
        told = leaving.give_notice(membership=place, by=request.user, at=clock.now())
        messages.success(request, "You have left the group." if told.state == "left" else "We have written it down. Nothing changes until your day.")
        return back_to("groups") if told.state == "left" else back_to("group-leave", pk=pk)

    if request.method == "POST":
        return press(request, act, refused=back_to("group-leave", pk=pk))
    return render(request, "leaving/leave.html", {"page": presenter.cost(place, clock.now())})


@signed_in
@require_POST
def stay(request: SignedIn, pk: int) -> HttpResponse:
    """Take the notice back."""
    place = _place(request, pk)

    def act() -> str:
        leaving.take_back_notice(membership=place, by=request.user, at=clock.now())
        messages.success(request, "You stay. Nothing has changed.")
        return back_to("group", pk=pk)

    return press(request, act, refused=back_to("group-leave", pk=pk))


def _sheet(request: SignedIn, pk: int) -> presenter.Sheet:
    rows = Statement.objects.visible_to(request.user).select_related("membership__person", "membership__cluster", "leaving")
    return presenter.sheet(get_object_or_404(rows, pk=pk), request.user, clock.now())


@signed_in
def statement(request: SignedIn, pk: int) -> HttpResponse:
    """What is left, line by line; to print, or with `as=csv` to take away."""
    sheet = _sheet(request, pk)
    if request.GET.get("as") == "csv":
        return csv_response("statement", presenter.COLUMNS, presenter.csv_rows(sheet.row, request.user))
    return render(request, "leaving/statement.html", {"sheet": sheet})


@signed_in
@require_POST
def agree(request: SignedIn, pk: int) -> HttpResponse:
    """It is right: the money goes home."""
    sheet = _sheet(request, pk)

    def act() -> str:
        settlement.agree(statement=sheet.row, by=request.user, at=clock.now())
        messages.success(request, "Thank you. Your money is on its way back.")
        return back_to("leaving-statement", pk=pk)

    return press(request, act, refused=back_to("leaving-statement", pk=pk))


@signed_in
def ask(request: SignedIn, pk: int) -> HttpResponse:
    """Ask about one line; the rest still goes back."""
    sheet = _sheet(request, pk)
    if not sheet.may_answer:
        raise Http404

    def act(form: AskAboutForm) -> str:
        said = form.cleaned_data
        settlement.query(statement=sheet.row, line=int(said["line"]), words=said["words"], by=request.user, at=clock.now())
        messages.success(request, "We look at it, and write to you.")
        return back_to("leaving-statement", pk=pk)

    form = AskAboutForm(request.POST or None, lines=presenter.choices(sheet.row, request.user))
    return form_page(request, form=form, act=act, template="leaving/ask.html", context={"sheet": sheet})


@signed_in
def resolve(request: SignedIn, pk: int) -> HttpResponse:
    """An operator, or who looks after that money, answers; a new statement is sent."""
    asked = get_object_or_404(StatementQuery.objects.visible_to(request.user).open(), pk=pk)
    sheet = _sheet(request, asked.statement_id)
    if not sheet.may_resolve:
        raise Http404

    def act(form: ReasonsForm) -> str:
        new = settlement.resolve(asked=asked, reasons=form.cleaned_data["reasons"], by=request.user, at=clock.now())
        messages.success(request, "They have a new statement, with your answer.")
        return back_to("leaving-statement", pk=new.pk)

    line = next((one for one in presenter.lines_of(sheet.row, [row["portion"] for row in sheet.row.lines]) if one["number"] == asked.line), None)
    context = {"sheet": sheet, "asked": asked, "line": line}
    return form_page(request, form=ReasonsForm(request.POST or None), act=act, template="leaving/resolve.html", context=context)
