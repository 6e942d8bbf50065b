"""For a council's own money team: where its people's money is with us, and what is promised, ordered and asked for. To read only."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from audit import clock
from frontend.presenters import funder as presenter
from frontend.tables import csv_response
from frontend.views.roles import for_holders
from frontend.views.who import SignedIn
from people.models import Organisation


def _organisation(request: SignedIn, pk: int) -> Organisation:
    found = presenter.organisation_of(request.user, pk, at=clock.now())
    if found is None:
        raise Http404
    return found


@for_holders
def show(request: SignedIn, pk: int) -> HttpResponse:
    """The strip: each figure opens its list."""
    return render(request, "looking_after/where.html", {"page": presenter.page(_organisation(request, pk), today=clock.today())})


@for_holders
def behind(request: SignedIn, pk: int, figure: str) -> HttpResponse:
    """Whose pounds are behind one figure; with `as=csv` to take away."""
    organisation = _organisation(request, pk)
    if figure not in presenter.WORDS:
        raise Http404
    rows = presenter.rows(organisation, figure, today=clock.today())
    if request.GET.get("as") == "csv":
        return csv_response(f"{figure}-{organisation.council_code}", presenter.COLUMNS, rows)
    label = presenter.WORDS[figure]
    return render(request, "looking_after/behind.html", {"organisation": organisation, "label": label, "rows": rows, "columns": presenter.COLUMNS})
