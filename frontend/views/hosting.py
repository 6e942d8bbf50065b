"""For who helps groups: people to bring together, hosting their meeting, and what a helper may and may not do."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render

from audit import clock
from frontend.forms.finding import HostForm
from frontend.presenters import hosting as presenter
from frontend.presenters.finding import help_labels, parts_said
from frontend.views.flow import back_to, form_page
from frontend.views.roles import for_helpers
from frontend.views.who import SignedIn
from pooling.models import Interest
from pooling.services import meetings


@for_helpers
def waiting(request: SignedIn) -> HttpResponse:
    """People who would like the same, and my meetings."""
    return render(request, "hosting/waiting.html", {"page": presenter.page(request.user, at=clock.now())})


@for_helpers
def host(request: SignedIn, category: str, outcode: str) -> HttpResponse:
    """Ask people who wait for the same to a meeting."""
    at = clock.now()
    match = presenter.match_of(request.user, category=category, outcode=outcode, at=at)
    if match is None:
        raise Http404

    def act(form: HostForm) -> str:
        rows = list(Interest.objects.visible_to(request.user).filter(pk__in=form.cleaned_data["people"]))
        meetings.introduce(interests=rows, meets_at=form.meets_at, place=form.cleaned_data["place"], by=request.user, at=at)
        messages.success(request, "We have asked them. Each hears from us in their own way.")
        return back_to("hosting")

    context = {"match": match, "what": help_labels().get(category, category), "when": parts_said(match.parts_for_all)}
    form = HostForm(request.POST or None, people=presenter.choices(match))
    return form_page(request, form=form, act=act, template="hosting/host.html", context=context)


@for_helpers
def may(request: SignedIn) -> HttpResponse:
    """What I may and may not do."""
    return render(request, "hosting/may.html", {"may": presenter.MAY, "may_not": presenter.MAY_NOT})
