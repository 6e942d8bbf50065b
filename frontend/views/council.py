"""For who plans for a council: what people asked for and could not find. Numbers only, of their own council only."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.presenters import council as presenter
from frontend.tables import csv_response
from frontend.views.roles import for_commissioners
from frontend.views.who import SignedIn
from people import roles
from people.models import Council


def _page(request: SignedIn) -> tuple[presenter.CouncilPage, list[Council]]:
    """Their council, or the one of theirs that was asked for."""
    at = clock.now()
    codes = roles.councils_of(request.user, roles.COMMISSIONER, at=at)
    code = request.GET.get("council", codes[0] if codes else "")
    if code not in codes:
        raise Http404
    return presenter.page(get_object_or_404(Council, pk=code), at=at), list(Council.objects.filter(pk__in=codes).exclude(pk=code))


@for_commissioners
def show(request: SignedIn) -> HttpResponse:
    """Four quarters, every kind of help."""
    page, others = _page(request)
    return render(request, "council/asked.html", {"page": page, "others": others, "columns": presenter.COLUMNS, "strip_of": "council"})


@for_commissioners
def as_csv(request: SignedIn) -> HttpResponse:
    """The same as a table to take away."""
    page, _ = _page(request)
    name = f"asked-and-not-found-{page.council.pk}-{page.counted_on.isoformat()}"
    return csv_response(name, ["Quarter", *presenter.COLUMNS], presenter.csv_rows(page))
