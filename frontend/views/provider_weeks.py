"""A provider's week: send it in, come for fewer or not, stop it, call it off."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from audit import clock
from frontend import words
from frontend.forms.provider_visits import ShortForm
from frontend.presenters import provider_visits as presenter
from frontend.presenters import varying
from frontend.views.flow import back_to, form_page, press
from frontend.views.provider_of import worked_for
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Milestone
from marketplace.services import milestones, shortfalls


def _week(request: SignedIn, pk: int) -> presenter.Week:
    rows = Milestone.objects.visible_to(request.user).filter(agreement__enterprise=worked_for(request))
    return presenter.week(get_object_or_404(rows, pk=pk), clock.now())


@signed_in
def week(request: SignedIn, pk: int) -> HttpResponse:
    """One week: its visits, each person's part, what can be done."""
    return render(request, "provider/week.html", {"week": _week(request, pk)})


def _pressed(
    request: SignedIn, pk: int, template: str, may: Callable[[presenter.Week], bool], verb: Callable[..., Milestone], told: str
) -> HttpResponse:
    """A page that says what a button does, and the button."""
    page, back = _week(request, pk), back_to("provider-week", pk=pk)
    if not may(page):
        return redirect(back)
    if request.method != "POST":
        return render(request, template, {"week": page})

    def act() -> str:
        verb(milestone=page.milestone, by=request.user, at=clock.now())
        messages.success(request, told)
        return back

    return press(request, act, refused=back)


@signed_in
def send(request: SignedIn, pk: int) -> HttpResponse:
    """Send the week in: people are asked; what was not written down goes back to them."""
    told = "The week is sent in. We ask each person if it happened."
    return _pressed(request, pk, "provider/week_send.html", lambda page: page.may_send, milestones.submit, told)


@signed_in
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Stop in the middle of a week."""
    told = "The rest of the week is called off. People are asked about what was done."
    return _pressed(request, pk, "provider/week_stop.html", lambda page: page.may_stop, milestones.stop_work, told)


@signed_in
def call_off(request: SignedIn, pk: int) -> HttpResponse:
    """Call a whole week off before any visit of it."""
    told = "The week is called off. Everything went back to the people."
    return _pressed(request, pk, "provider/week_off.html", lambda page: page.may_call_off, milestones.call_off, told)


@signed_in
def short(request: SignedIn, pk: int) -> HttpResponse:
    """Somebody's part is not covered: come for the others, or not at all."""
    page = _week(request, pk)
    if not page.is_short:
        return redirect("provider-week", pk=pk)

    def act(form: ShortForm) -> str:
        verbs = {"go": milestones.go_ahead, "fewer": shortfalls.come_fewer, "no": milestones.say_no}
        verbs[form.cleaned_data["choice"]](milestone=page.milestone, by=request.user, at=clock.now())
        messages.success(request, "We have written it down.")
        return back_to("provider-week", pk=pk)

    fewer = varying.fewer_said(page.milestone)
    form = ShortForm(request.POST or None, covered=words.pounds(page.covered_pence), names=page.covered_names, fewer=fewer)
    return form_page(request, form=form, act=act, template="provider/week_short.html", context={"week": page})
