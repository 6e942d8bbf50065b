"""What is near: one question, a place, a list. Nothing is saved until somebody says that something is missing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from audit import clock
from frontend.forms.near import MissingForm, NearForm
from frontend.presenters import near as presenter
from frontend.views.flow import back_to, form_page
from marketplace.services import needs
from people.models import Person
from places.postcodes import council_of
from providers.models import Listing


@require_safe
def near(request: HttpRequest) -> HttpResponse:
    """What would help, then where, then what is there."""
    answers = _answers(request)
    form = NearForm(answers)
    if form.is_valid():
        found = presenter.near(request.user, what=form.cleaned_data["what"], where=form.cleaned_data["where"], on=clock.today())
        return render(request, "near/found.html", {"page": found, "search": form})
    if "what" in answers and "what" not in form.errors:
        form = form if "where" in answers else NearForm(initial=answers)
        return render(request, "near/where.html", {"form": form, "what": answers["what"]}, status=422 if form.is_bound else 200)
    form = form if "what" in answers or "asked" in request.GET else NearForm(initial=answers)
    return render(request, "near/what.html", {"form": form}, status=422 if form.is_bound else 200)


def _answers(request: HttpRequest) -> dict[str, Any]:
    """What was asked so far; where somebody lives is known once they have a page."""
    given = {name: request.GET[name] for name in ("what", "where") if name in request.GET}
    if "where" not in given and isinstance(request.user, Person) and request.user.outcode:
        given["where"] = request.user.outcode
    return given


@require_safe
def service(request: HttpRequest, pk: int) -> HttpResponse:
    """One service: who comes, what it costs for one and for several, which papers we saw."""
    shown = Listing.objects.visible_to(request.user if isinstance(request.user, Person) else None)
    rows = shown.select_related("enterprise", "category").prefetch_related("group_prices", "languages", "enterprise__workers", "enterprise__checks")
    listing = get_object_or_404(rows, pk=pk)
    return render(request, "near/service.html", {"page": presenter.service(listing, request.user, on=clock.today()), "listing": listing})


def missing(request: HttpRequest) -> HttpResponse:
    """None of these is right. Counted for the council, without a name; kept as theirs for somebody who is signed in."""

    def act(form: MissingForm) -> str:
        said = form.cleaned_data
        told = {"category": said["category"], "outcode": said["outcode"], "council_code": council_of(said["outcode"]), "reason": said["reason"]}
        if isinstance(request.user, Person):
            needs.note_unmet(person=request.user, words=said["words"], by=request.user, at=clock.now(), **told)
        elif _is_new(request, f"{said['category']} {said['outcode']}"):
            needs.note_unmet_unsigned(at=clock.now(), **told)
        return back_to("near-told")

    initial = {"category": request.GET.get("what"), "outcode": request.GET.get("where") or getattr(request.user, "outcode", "")}
    form = MissingForm(request.POST or None, initial=initial, is_known=request.user.is_authenticated)
    return form_page(request, form=form, act=act, template="near/missing.html")


def _is_new(request: HttpRequest, what: str) -> bool:
    """Once a visit for the same thing and place: pressing the button ten times is not ten people."""
    told: list[str] = request.session.get("told_missing", [])
    if what in told:
        return False
    request.session["told_missing"] = [*told, what]
    return True


@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """It counts; what happens next."""
    return render(request, "near/told.html")
