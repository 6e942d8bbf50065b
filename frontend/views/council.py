"""For who plans for a council: what people asked for and could not find. Numbers only, of their own council only; and a question through us."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.council import AskForm
from frontend.presenters import council as presenter
from frontend.tables import csv_response
from frontend.views.flow import form_page
from frontend.views.roles import for_commissioners
from frontend.views.who import SignedIn
from marketplace.selectors.asks import asked_by_council
from marketplace.services import asks
from people import roles
from people.models import Council
from vocabulary.models import Term


def _council(request: SignedIn) -> tuple[Council, list[Council]]:
    """Their council, or the one of theirs that was asked for; and the others of theirs."""
    codes = roles.councils_of(request.user, roles.COMMISSIONER, at=clock.now())
    code = request.GET.get("council", codes[0] if codes else "")
    if code not in codes:
        raise Http404
    return get_object_or_404(Council, pk=code), list(Council.objects.filter(pk__in=codes).exclude(pk=code)) if len(codes) > 1 else []


@for_commissioners
def show(request: SignedIn) -> HttpResponse:
    """One quarter, every kind of help."""
    council, others = _council(request)
    page = presenter.page(council, starts=request.GET.get("quarter", ""))
    if page is None:
        raise Http404
    words = {"columns": presenter.COLUMNS, "numbers": presenter.NUMBERS, "trend_columns": presenter.TREND_COLUMNS, "few": presenter.FEW}
    return render(request, "council/first.html", {"page": page, "others": others, "strip_of": "council", **words})


@for_commissioners
def as_csv(request: SignedIn) -> HttpResponse:
    """The same as a table to take away."""
    council, _ = _council(request)
    return csv_response(f"asked-and-not-found-{council.pk}", ["Quarter", *presenter.COLUMNS], presenter.csv_rows(council))


@for_commissioners
def ask(request: SignedIn, kind: str) -> HttpResponse:
    """A question to those who can't find this kind of help and agreed to be asked."""
    council, _ = _council(request)
    term = get_object_or_404(Term.objects.categories(), slug=kind)

    def act(form: AskForm) -> str:
        asks.ask(council_code=council.pk, category=kind, words=form.cleaned_data["words"], by=request.user, at=clock.now())
        messages.success(request, "Your question is on its way. You can read the answers here in two weeks.")
        return presenter.questions_address(council)

    context = {"term": term, "council": council, "strip_of": "council"}
    return form_page(request, form=AskForm(request.POST or None), act=act, template="council/ask.html", context=context)


@for_commissioners
def questions(request: SignedIn) -> HttpResponse:
    """What was asked, and the answers to what is closed."""
    council, _ = _council(request)
    asked = asked_by_council(council.pk, at=clock.now())
    return render(request, "council/questions.html", {"council": council, "asked": asked, "strip_of": "council"})
