"""Statements: every movement of one's money, of the money one looks after, of a provider, a group or a council. To read, print or take away."""

from collections.abc import Callable
from functools import partial
from typing import TypedDict

from django.http import Http404, HttpResponse
from django.shortcuts import render

from audit import clock
from frontend.forms.statements import DaysForm
from frontend.presenters import statements as presenter
from frontend.tables import csv_response
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn, signed_in
from ledger.selectors import NotACursor, Statement
from marketplace.selectors import statements
from marketplace.selectors.statements import Whose


class Page(TypedDict):
    """How many lines a page."""

    limit: int


PAGE: Page = {"limit": presenter.A_PAGE}


def _of_days(whose: Whose, form: DaysForm) -> Callable[..., Statement]:
    said = form.cleaned_data if form.is_bound else {}
    since, until = statements.moments(said.get("first"), said.get("last"), clock_is_moved=clock.is_moved())
    return partial(whose.read, since=since, until=until, **PAGE)


def _show(request: SignedIn, title: str, back: str, whose: Whose | None) -> HttpResponse:
    """The days of it that were asked for: a page of them, or with `as=csv` all of them."""
    if whose is None:
        raise Http404
    form = DaysForm(request.GET if {"first", "last"} & set(request.GET) else None)
    context = {"title": title.format(name=whose.name), "back": back, "form": form, "account": request.GET.get("account", "")}
    if form.is_bound and not form.is_valid():
        return render(request, "money/statement.html", context, status=422)
    read = _of_days(whose, form)
    if request.GET.get("as") == "csv":
        return csv_response("statement", presenter.COLUMNS, presenter.all_rows(lambda cursor: read(cursor=cursor)))
    try:
        found = read(cursor=request.GET.get("cursor", ""))
    except NotACursor:
        raise Http404 from None
    kept = request.GET.copy()
    kept.pop("cursor", None)
    return render(
        request, "money/statement.html", {**context, "sheet": presenter.sheet(found), "columns": presenter.COLUMNS, "kept": kept.urlencode()}
    )


@signed_in
def own(request: SignedIn) -> HttpResponse:
    """All my money, in all my groups."""
    return _show(request, "All that happened to your money", "money", statements.of_person(by=request.user))


@signed_in
def of_holder(request: SignedIn, pk: int) -> HttpResponse:
    """The money an organisation looks after."""
    back = "operator" if request.user.is_operator else "looking-after"
    return _show(request, "All that happened: {name}", back, statements.of_holder(pk, by=request.user, at=clock.now()))


@signed_in
def of_provider(request: SignedIn, pk: int) -> HttpResponse:
    """What became owed to a provider and what was sent."""
    back = "operator" if request.user.is_operator else "provider-money"
    return _show(request, "All that was owed and sent: {name}", back, statements.of_provider(pk, by=request.user))


@for_operators
def of_group(request: SignedIn, pk: int) -> HttpResponse:
    """Everybody's money in a group."""
    return _show(request, "All that happened: {name}", "operator", statements.of_group(pk, by=request.user))


@for_operators
def of_council(request: SignedIn, code: str) -> HttpResponse:
    """One of the platform's own accounts in a council's book; `account` says which."""
    account = request.GET.get("account", "BANK")
    title = f"{{name}}: {presenter.PLACES.get(account, '')}"
    return _show(request, title, "operator", statements.of_council(code, account=account, by=request.user))
