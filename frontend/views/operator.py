"""For who runs this installation: papers, questions, requests for a second yes, worries, people nobody has met."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.operator import DealtWithForm, PaperForm
from frontend.presenters import approvals
from frontend.presenters import operator as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn
from people.models import Concern
from people.services import concerns as told
from providers.models import Check
from providers.services import checks


@for_operators
def overview(request: SignedIn) -> HttpResponse:
    """What waits, and what is stopped."""
    return render(request, "operator/overview.html", {"page": presenter.overview(request.user, at=clock.now())})


@for_operators
def papers(request: SignedIn) -> HttpResponse:
    """Papers that providers sent in."""
    return render(request, "operator/papers.html", {"papers": presenter.papers(request.user)})


@for_operators
def paper(request: SignedIn, pk: int) -> HttpResponse:
    """One paper: right or not, by somebody without a link to the provider; by two where two must see it."""
    rows = Check.objects.visible_to(request.user).waiting().select_related("enterprise__owner", "worker", "seen_by")
    check = get_object_or_404(rows, pk=pk)

    def act(form: PaperForm) -> str:
        said = form.cleaned_data
        if said["answer"] == "right":
            dates = {name: said.get(name) for name in ("issued_on", "expires_on")}
            done = checks.confirm(check=check, how_seen=said["how_seen"], by=request.user, at=clock.now(), **dates)
        else:
            done = checks.refuse(check=check, reason=said["reason"], by=request.user, at=clock.now())
        told = "Now a second operator must see the original too." if done.state == "seen_once" else f"{check.enterprise.name} sees it now."
        messages.success(request, f"We have written it down. {told}")
        return back_to("operator-papers")

    dated, of_a_group = {"issued_on": check.issued_on, "expires_on": check.expires_on}, check.kind == Check.Kind.COMMUNITY
    form = PaperForm(request.POST or None, initial=dated, community=of_a_group)
    context = {"paper": presenter.paper(check, request.user)}
    return form_page(request, form=form, act=act, template="operator/paper.html", context=context)


@for_operators
def questions(request: SignedIn) -> HttpResponse:
    """Questions between two sides, and large payments that need a second yes."""
    return render(request, "operator/questions.html", {"page": presenter.questions(request.user)})


@for_operators
def requests(request: SignedIn) -> HttpResponse:
    """What others asked for and a second person must answer."""
    return render(request, "operator/approvals.html", {"asked": approvals.waiting(request.user, at=clock.now())})


@for_operators
def concerns(request: SignedIn) -> HttpResponse:
    """What people told us in private: what is open, then what was dealt with; newest first."""
    rows = Concern.objects.visible_to(request.user).select_related("by", "dealt_with_by")
    context = {"concerns": rows.open(), "dealt_with": rows.exclude(dealt_with_at=None)[: presenter.SHOWN]}
    return render(request, "operator/concerns.html", context)


@for_operators
def concern(request: SignedIn, pk: int) -> HttpResponse:
    """One worry, and what was done about it."""
    row = get_object_or_404(Concern.objects.visible_to(request.user).open().select_related("by"), pk=pk)

    def act(form: DealtWithForm) -> str:
        told.deal_with(concern=row, by=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, "We have written it down. It stands with the worry.")
        return back_to("operator-concerns")

    return form_page(request, form=DealtWithForm(request.POST or None), act=act, template="operator/concern.html", context={"one": row})


@for_operators
def people(request: SignedIn) -> HttpResponse:
    """People nobody has met yet."""
    return render(request, "operator/people.html", {"people": presenter.new_people()})
