"""The operator's lists: one page of each, one page of each thing, and what a person may do about it. Where two must agree, the first asks here."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.presenters import console, held
from frontend.views import operator_deeds
from frontend.views.flow import back_to, form_page, press
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn
from payments.gateways.shapes import AnswerLost, StripeIsBusy
from payments.models import ReconcileCursor
from payments.services import reconciliation
from people.models import Approval


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to narrow a list."""

    words: str
    value: str
    is_here: bool


def _listing(name: str) -> console.Listing:
    if name not in console.LISTINGS:
        raise Http404
    return console.LISTINGS[name]


@for_operators
def show(request: SignedIn, name: str) -> HttpResponse:
    """One list, a page of it, narrowed by `state` (the list's own first one; "all" for everything)."""
    listing, at = _listing(name), clock.now()
    state = request.GET.get("state", listing.first)
    wanted = "" if state == "all" else state
    rows = console.narrowed(listing, listing.find(request.user, at), wanted)
    page = Paginator(rows, console.A_PAGE).get_page(request.GET.get("page"))
    found = [listing.line(row, at) for row in page]
    trail = console.trail_of(line.about for line in found)
    titles = console.named(line.title for line in found)
    lines = [replace(line, title=title, last=trail.get(line.about, [""])[-1]) for line, title in zip(found, titles, strict=True)]
    tabs = [Tab(text, value, value == state) for value, text in [*listing.states, ("all", "all")]] if listing.states else []
    shown = {"last": any(line.last for line in lines), "sum": any(line.pence is not None for line in lines)}
    context = {"listing": listing, "lines": lines, "page": page, "tabs": tabs, "shown": shown}
    if name == "reconciliation":
        context["made"] = ReconcileCursor.objects.values_list("read_at", flat=True).first()
    return render(request, "operator/list.html", context)


@for_operators
def thing(request: SignedIn, name: str, pk: str) -> HttpResponse:
    """One thing: how it stands, what was done about it, and what may be done now."""
    listing, at = _listing(name), clock.now()
    row = _row(request, listing, pk)
    context = _context(listing, row, at) | {"acts": held.acts(row, request.user, at) if name == "holds" else []}
    deed = context["deed"]
    if deed is None:
        return render(request, "operator/thing.html", context)

    def act(form: Any) -> str:
        messages.success(request, deed.do(row, form.cleaned_data, request.user, clock.now()))
        return back_to("operator-thing", name=name, pk=pk)

    form = deed.form(request.POST or None, initial=deed.begins(row))
    return form_page(request, form=form, act=act, template="operator/thing.html", context=context)


def _context(listing: console.Listing, row: Any, at: datetime) -> dict[str, Any]:
    line = listing.line(row, at)
    asked = (
        Approval.objects.about(operator_deeds.ASKS.get(listing.name, ""), *console.asked_about(line.about))
        .open(at)
        .select_related("asked_by")
        .first()
    )
    deed, button = operator_deeds.DEEDS.get(listing.name), operator_deeds.PRESSES.get(listing.name)
    said = [(name, str(value)) for name, value in listing.details(row, at) if value not in ("", None)]
    values = console.named(value for _, value in said)
    return {
        "listing": listing,
        "line": replace(line, title=console.named([line.title])[0]),
        "details": [(name, value) for (name, _), value in zip(said, values, strict=True)],
        "asked": asked,
        "press": button if button is not None and button.may(row) else None,
        "trail": console.trail_of([line.about]).get(line.about, []),
        "deed": deed if deed is not None and asked is None and deed.may(row, at) else None,
    }


def _row(request: SignedIn, listing: console.Listing, pk: str) -> Any:
    try:
        row = listing.find(request.user, clock.now()).filter(pk=pk).first()
    except (ValueError, ValidationError):  # not a number, not an id
        row = None
    if row is None:
        raise Http404
    return row


@for_operators
@require_POST
def once(request: SignedIn, name: str, pk: str) -> HttpResponse:
    """What needs only one person and no words: ask Stripe again, try again."""
    row = _row(request, _listing(name), pk)
    if name not in operator_deeds.PRESSES:
        raise Http404
    here = back_to("operator-thing", name=name, pk=pk)

    def act() -> str:
        messages.success(request, operator_deeds.PRESSES[name].do(row, request.user, clock.now()))
        return here

    return press(request, act, refused=here)


@for_operators
@require_POST
def run_now(request: SignedIn) -> HttpResponse:
    """Compares with Stripe now, rather than at the next full hour. Not inside a transaction."""
    try:
        report = reconciliation.run(at=clock.now(), by=request.user)
    except (AnswerLost, StripeIsBusy):
        messages.error(request, "Stripe does not answer now. Try again in a minute.")
    else:
        said = f"{report.read} new lines read, {report.matched} matched, {report.suspended} unexplained, {report.waiting} waited for."
        messages.success(request, f"It is done: {said}")
    return HttpResponseRedirect(back_to("operator-list", name="reconciliation"))
