"""What is near: one question, a place, a list. Nothing is saved until somebody says that something is missing."""

from dataclasses import asdict
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from audit import clock
from frontend.forms import Form
from frontend.forms.near import NOT_SURE, SOMETHING_ELSE, THINK, MissingForm, NearForm, ThinkForm, WhatForm, WhereForm, all_kinds
from frontend.presenters import comparing, near_map
from frontend.presenters import found as presenter
from frontend.presenters import near as one
from frontend.presenters.asking import asked_of
from frontend.presenters.keeping import kept_said
from frontend.views import keeping
from frontend.views.flow import back_to, form_page
from frontend.views.keeping import WHERE
from marketplace.models import Need
from marketplace.services import needs
from people.models import Person
from places.postcodes import council_of
from providers.models import Listing

LAST_PAGES = frozenset(str(number) for number in range(1, 51))
"""Search shows the nearest thousand, twenty a page."""


@require_safe
def near(request: HttpRequest) -> HttpResponse:
    """What would help, then where, then what is there. All of it stands in the address, and nothing is saved."""
    response = _near(request)
    if response.status_code == 200 or "HX-Request" not in request.headers:
        return response
    # The script only puts what was found into its place: a question or a problem is a page of its own.
    return HttpResponse(headers={"HX-Redirect": request.get_full_path(), "Cache-Control": "no-store"})


def _near(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    if "what" not in asked or _is_half_said(asked):
        form: Form = WhatForm(asked if "what" in asked or "asked" in request.GET else None)
        return render(request, "near/what.html", {"form": form}, status=422 if form.is_bound and not form.is_valid() else 200)
    if asked["what"] == THINK:
        return render(request, "near/think.html", {"form": ThinkForm()})
    search = NearForm(asked)
    if search.is_valid():
        return _found(request, search, asked)
    if "where" not in search.errors:
        return render(request, "near/again.html", {"form": search.offer(all_kinds())}, status=422)
    form = WhereForm(asked if "where" in asked else None)
    hidden = [(name, value) for name, values in asked.lists() if name != "where" for value in values]
    return render(request, "near/where.html", {"form": form, "hidden": hidden}, status=422 if form.is_bound else 200)


def _is_half_said(asked: QueryDict) -> bool:
    """Something else, and not what: asked in the same place again."""
    return asked["what"] == SOMETHING_ELSE and "where" not in asked and not asked.get("words", "").strip()


def _asked(request: HttpRequest) -> QueryDict:
    """What was asked so far; where somebody lives is known once they have a page, or said it when they kept something."""
    asked = QueryDict(mutable=True)
    asked.update(request.GET)  # a list for each name; its own way to copy takes ten times as long
    known = getattr(request.user, "outcode", "") or request.session.get(WHERE, "")
    if "where" not in asked and known:
        asked["where"] = known
    if "what" not in asked and asked.get("words"):
        asked["what"] = NOT_SURE
    return asked


def _found(request: HttpRequest, search: NearForm, query: QueryDict) -> HttpResponse:
    said = search.cleaned_data
    asked = asked_of(query, where=said["where"], typed=said["words"], most_pence=said["most"])
    number = request.GET.get("page", "1")
    which = int(number) if number in LAST_PAGES else 1
    page = presenter.page(request.user, query, asked, council=search.council, on=clock.today(), number=which)
    if page.what not in dict(page.kinds):
        search.offer(page.kinds).add_error("what", "We don’t know this kind of help. Pick one from the list.")
        return render(request, "near/again.html", {"form": search}, status=422)
    return render(request, "near/found.html", {"page": page, "typed": search.typed, "kept_said": kept_said(keeping.kept_here(request))})


@require_safe
def on_map(request: HttpRequest) -> HttpResponse:
    """The same search, by where things lie. Without a place it is the list that asks for one."""
    query = _asked(request)
    search = NearForm(query)
    if not search.is_valid():
        return redirect("near")
    said = search.cleaned_data
    asked = asked_of(query, where=said["where"], typed=said["words"], most_pence=said["most"])
    page = near_map.page(query, asked, on=clock.today())
    return render(request, "near/map.html", {"page": page, "list": request.GET.urlencode()})


@require_safe
def service(request: HttpRequest, pk: int) -> HttpResponse:
    """One service: who comes, what it costs for one and for several, which papers we saw."""
    shown = Listing.objects.visible_to(request.user if isinstance(request.user, Person) else None)
    rows = shown.select_related("enterprise", "category").prefetch_related(
        "group_prices", "languages", "access", "enterprise__workers", "enterprise__checks"
    )
    listing = get_object_or_404(rows, pk=pk)
    return render(request, "near/service.html", {"page": one.service(listing, request.user, on=clock.today()), "listing": listing})


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four services side by side."""
    where = WhereForm(_asked(request))
    near_to = where.cleaned_data["where"] if where.is_valid() else ""
    page = comparing.compare(request.GET.getlist("one"), where=near_to, on=clock.today())
    return render(request, "near/compare.html", {"page": page, "where": near_to, "back": request.GET.get("back", "")})


def missing(request: HttpRequest) -> HttpResponse:
    """None of these is right. Counted for the council, without a name; kept as theirs for somebody who is signed in."""

    def act(form: MissingForm) -> str:
        said = form.cleaned_data
        told = {"category": said["category"], "outcode": said["outcode"], "council_code": council_of(said["outcode"]), "reason": said["reason"]}
        if isinstance(request.user, Person):
            needs.note_unmet(person=request.user, words=said["words"], wishes=form.wishes, by=request.user, at=clock.now(), **told)
        elif keeping.is_told_first(request, {**told, "wishes": asdict(form.wishes)}):
            needs.note_unmet_unsigned(at=clock.now(), **told)
        return f"{back_to('near-told')}?{urlencode({'where': said['outcode']})}"

    initial = {name: request.GET.get(said, "") for name, said in (("category", "what"), ("outcode", "where"), ("words", "words"))}
    initial["outcode"] = initial["outcode"] or getattr(request.user, "outcode", "")
    initial["reason"] = Need.Reason.NO_PROVIDER  # the likeliest: who does not mind why has one press less
    form = MissingForm(request.POST or None, initial=initial, is_known=request.user.is_authenticated)
    return form_page(request, form=form, act=act, template="near/missing.html")


@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """It counts; what happens next; and the way back to the place they looked near."""
    where = WhereForm(request.GET)
    return render(request, "near/told.html", {"where": where.cleaned_data["where"] if where.is_valid() else ""})
