"""A provider's visits on a phone: start, finish, write one down later, say who comes."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from audit import clock
from frontend.forms.provider_visits import BeginForm, EndForm, FinishForm, LaterForm, WhoForm
from frontend.presenters import provider_visits as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.provider_of import worked_for
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Visit
from marketplace.services import visits
from providers.models import Enterprise

AHEAD = timedelta(days=13)


def _visit(request: SignedIn, pk: int) -> tuple[Enterprise, presenter.DayVisit]:
    enterprise = worked_for(request)
    visit = get_object_or_404(Visit.objects.visible_to(request.user).filter(milestone__agreement__enterprise=enterprise), pk=pk)
    return enterprise, presenter.one(visit, clock.now())


@signed_in
def coming(request: SignedIn) -> HttpResponse:
    """The visits of two weeks, and those that are not written down yet."""
    enterprise, at = worked_for(request), clock.now()
    found, late = presenter.soon_and_late(enterprise, clock.london_date(at) + AHEAD, at)
    context = {"enterprise": enterprise, "visits": found, "late": late}
    return render(request, "provider/visits.html", context)


@signed_in
def visit(request: SignedIn, pk: int) -> HttpResponse:
    """One visit: "I am here", then "I am done". What is not for today is only shown."""
    enterprise, page = _visit(request, pk)
    if page.stands == "now" or (page.may_begin and "now" in request.GET):
        return _begin(request, enterprise, page)
    if page.stands == "begun" and "worker" in request.POST:
        return redirect("provider-visit", pk=pk)  # “I am here” pressed twice: it says nothing of the end
    if page.stands == "begun":
        return _end(request, page) if page.is_old else _finish(request, page)
    return render(request, "provider/visit.html", {"page": page})


def _begin(request: SignedIn, enterprise: Enterprise, page: presenter.DayVisit) -> HttpResponse:
    row = page.visit

    def act(form: BeginForm) -> str:
        begun = visits.begin(milestone=row.milestone, worker=form.chosen, payer=row.payer, shares=form.shares, by=request.user, at=clock.now())
        return back_to("provider-visit", pk=begun.pk)

    form = BeginForm(request.POST or None, enterprise=enterprise, viewer=request.user, named=row.worker, guests=page.coming)
    return form_page(request, form=form, act=act, template="provider/visit_begin.html", context={"page": page})


def _finish(request: SignedIn, page: presenter.DayVisit) -> HttpResponse:
    def act(form: FinishForm) -> str:
        visits.finish(visit=page.visit, note=form.cleaned_data["note"], notes=form.notes, by=request.user, at=clock.now())
        messages.success(request, "It is written down.")
        return back_to("provider")

    form = FinishForm(_said(request), guests=page.coming)
    return form_page(request, form=form, act=act, template="provider/visit_finish.html", context={"page": page})


def _end(request: SignedIn, page: presenter.DayVisit) -> HttpResponse:
    def act(form: EndForm) -> str:
        note = form.cleaned_data["note"]
        visits.write_end(visit=page.visit, finished=form.finished_at, note=note, notes=form.notes, by=request.user, at=clock.now())
        messages.success(request, "It is written down.")
        return back_to("provider")

    form = EndForm(request.POST or None, guests=page.coming, initial={"finished_on": page.visit.on})
    return form_page(request, form=form, act=act, template="provider/visit_end.html", context={"page": page})


def _said(request: SignedIn) -> QueryDict | None:
    """What was sent; a form whose every field may stay empty is bound all the same."""
    return request.POST if request.method == "POST" else None


@signed_in
def later(request: SignedIn, pk: int) -> HttpResponse:
    """Write a visit down after it happened."""
    enterprise, page = _visit(request, pk)
    row = page.visit
    if page.stands != "write_down" and not page.may_begin:
        return redirect("provider-visit", pk=pk)

    def act(form: LaterForm) -> str:
        started, finished = form.times
        more = {"payer": row.payer, "shares": form.shares, "note": form.cleaned_data["note"]}
        visits.record_later(milestone=row.milestone, worker=form.chosen, started=started, finished=finished, by=request.user, at=clock.now(), **more)
        messages.success(request, "It is written down. Because it was later, it is only paid after a yes.")
        return back_to("provider-week", pk=row.milestone_id)

    form = LaterForm(request.POST or None, enterprise=enterprise, viewer=request.user, named=row.worker, guests=page.coming, initial={"on": row.on})
    return form_page(request, form=form, act=act, template="provider/visit_later.html", context={"page": page})


@signed_in
def who(request: SignedIn, pk: int) -> HttpResponse:
    """Say ahead who comes."""
    enterprise, page = _visit(request, pk)

    def act(form: WhoForm) -> str:
        visits.name_worker(visit=page.visit, worker=form.chosen, by=request.user, at=clock.now())
        messages.success(request, f"They see now that {form.chosen.known_as} comes.")
        return back_to("provider-visit", pk=pk)

    form = WhoForm(request.POST or None, enterprise=enterprise, viewer=request.user, named=page.visit.worker)
    return form_page(request, form=form, act=act, template="provider/visit_who.html", context={"page": page})
