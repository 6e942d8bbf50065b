"""Statements: every movement of one's money, of the money one looks after, of a provider, a group or a council. To read, print or take away."""

from datetime import UTC, datetime
from typing import TypedDict

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.presenters import statements as presenter
from frontend.tables import csv_response
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn, signed_in
from ledger.selectors import NotACursor
from payments.models import Payee
from payments.statements import for_payee
from people.models import Council, Organisation
from people.roles import HOLDER_STAFF, has_role
from pooling.models import Cluster
from pooling.selectors import statements
from providers.models import Enterprise


class Ever(TypedDict):
    """Of when, and how many lines a page."""

    since: datetime
    until: datetime
    limit: int


# All of it: from before there was a book, to after whatever the clock of a demo says.
EVER: Ever = {"since": datetime(2000, 1, 1, tzinfo=UTC), "until": datetime(2200, 1, 1, tzinfo=UTC), "limit": presenter.A_PAGE}


def _show(request: SignedIn, title: str, back: str, read: presenter.Read) -> HttpResponse:
    """The page of it that was asked for, or with `as=csv` all of it."""
    if request.GET.get("as") == "csv":
        return csv_response("statement", presenter.COLUMNS, presenter.all_rows(read))
    try:
        found = read(request.GET.get("from", ""))
    except NotACursor:
        raise Http404 from None
    context = {"title": title, "back": back, "sheet": presenter.sheet(found), "columns": presenter.COLUMNS}
    return render(request, "money/statement.html", context)


@signed_in
def own(request: SignedIn) -> HttpResponse:
    """All my money, in all my groups."""
    return _show(request, "All that happened to your money", "money", lambda cursor: statements.for_person(request.user, cursor=cursor, **EVER))


@signed_in
def of_holder(request: SignedIn, pk: int) -> HttpResponse:
    """The money an organisation looks after: for who works there, and operators."""
    holder = get_object_or_404(Organisation, pk=pk)
    if not (request.user.is_operator or has_role(request.user, HOLDER_STAFF, organisation=holder, at=clock.now())):
        raise Http404
    back = "operator" if request.user.is_operator else "looking-after"
    return _show(request, f"All that happened: {holder.name}", back, lambda cursor: statements.for_holder(holder, cursor=cursor, **EVER))


@signed_in
def of_provider(request: SignedIn, pk: int) -> HttpResponse:
    """What became owed to a provider and what was sent: for its owner, and operators."""
    shop = get_object_or_404(Enterprise, pk=pk)
    if not (request.user.is_operator or shop.owner_id == request.user.pk):
        raise Http404
    payee = get_object_or_404(Payee, pk=shop.payee_id)
    back = "operator" if request.user.is_operator else "provider-money"
    return _show(request, f"All that was owed and sent: {shop.name}", back, lambda cursor: for_payee(payee, cursor=cursor, **EVER))


@for_operators
def of_group(request: SignedIn, pk: int) -> HttpResponse:
    """Everybody's money in a group: never for the group, where each sees their own."""
    group = get_object_or_404(Cluster, pk=pk)
    return _show(request, f"All that happened: {group.name}", "operator", lambda cursor: statements.for_cluster(group, cursor=cursor, **EVER))


@for_operators
def of_council(request: SignedIn, code: str) -> HttpResponse:
    """One of the platform's own accounts in a council's book; `account` says which."""
    council, account = get_object_or_404(Council, pk=code), request.GET.get("account", "BANK")
    if account not in statements.COUNCIL_CODES:
        raise Http404
    title = f"{council.name}: {presenter.PLACES[account]}"
    return _show(request, title, "operator", lambda cursor: statements.for_council(code, code=account, cursor=cursor, **EVER))
