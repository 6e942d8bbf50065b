"""Asking somebody to leave, their reply and appeal; and saying that somebody has died, moved, or has no budget any more."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.leaving import AppealAnswerForm, AppealForm, EndForm, GoneForm, RemovalForm, RemovalReplyForm
from frontend.presenters import leaving as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.roles import for_operators
from frontend.views.who import SignedIn, signed_in
from people.roles import HOLDER_STAFF, has_role
from pooling import policies
from pooling.models import Cluster, EndReport, Membership, Removal
from pooling.services import leaving, removals


def _others(cluster: Cluster, request: SignedIn) -> list[tuple[str, str]]:
    places = cluster.memberships.inside().exclude(person=request.user).select_related("person").order_by("joined_at", "pk")
    return [(str(place.pk), place.person.known_as) for place in places]


@signed_in
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the group whether somebody should leave."""
    mine = Membership.objects.of(request.user).in_groups().inside().exclude(state=Membership.State.TRIAL)
    cluster = get_object_or_404(mine.select_related("cluster"), cluster_id=pk).cluster

    def act(form: RemovalForm) -> str:
        place = get_object_or_404(cluster.memberships.inside(), pk=form.cleaned_data["who"])
        row = removals.ask(membership=place, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "The group is asked. They can read why, and answer first.")
        return back_to("removal", pk=row.pk)

    form = RemovalForm(request.POST or None, people=_others(cluster, request))
    return form_page(request, form=form, act=act, template="leaving/remove.html", context={"cluster": cluster})


def _removal(request: SignedIn, pk: int) -> Removal:
    rows = Removal.objects.visible_to(request.user).select_related("membership__person", "membership__cluster", "asked_by")
    return get_object_or_404(rows, pk=pk)


def _is_theirs(request: SignedIn, row: Removal) -> bool:
    return policies.may_decide(by=request.user, person=row.membership.person, decision="groups", at=clock.now())


@signed_in
def removal(request: SignedIn, pk: int) -> HttpResponse:
    """Why, their answer, what was decided, and the second look."""
    row = _removal(request, pk)
    context = {"row": row, "mine": _is_theirs(request, row), "today": clock.today()}
    return render(request, "leaving/removal.html", context)


@signed_in
def reply(request: SignedIn, pk: int) -> HttpResponse:
    """The person's own answer, before the group decides."""
    row = _removal(request, pk)
    if row.state != Removal.State.ASKED or not _is_theirs(request, row):
        raise Http404

    def act(form: RemovalReplyForm) -> str:
        removals.reply(removal=row, reply=form.cleaned_data["reply"], by=request.user, at=clock.now())
        messages.success(request, "Everybody who decides can read your answer.")
        return back_to("removal", pk=pk)

    form = RemovalReplyForm(request.POST or None, initial={"reply": row.reply})
    return form_page(request, form=form, act=act, template="leaving/reply.html", context={"row": row, "title": "Your answer"})


@signed_in
def appeal(request: SignedIn, pk: int) -> HttpResponse:
    """Ask us to look at it again."""
    row = _removal(request, pk)
    if row.state != Removal.State.DECIDED or not _is_theirs(request, row):
        raise Http404

    def act(form: AppealForm) -> str:
        removals.appeal(removal=row, appeal=form.cleaned_data["appeal"], by=request.user, at=clock.now())
        messages.success(request, "We look at it. You stay in the group until you hear from us.")
        return back_to("removal", pk=pk)

    context = {"row": row, "title": "Ask us to look at it again"}
    return form_page(request, form=AppealForm(request.POST or None), act=act, template="leaving/reply.html", context=context)


@for_operators
def goodbyes(request: SignedIn) -> HttpResponse:
    """Second looks that were asked for, and questions about statements."""
    return render(request, "leaving/goodbyes.html", {"page": presenter.goodbyes()})


@for_operators
def answer_appeal(request: SignedIn, pk: int) -> HttpResponse:
    """An operator decides, with reasons."""
    row = get_object_or_404(Removal.objects.filter(state=Removal.State.APPEALED).select_related("membership__person", "membership__cluster"), pk=pk)

    def act(form: AppealAnswerForm) -> str:
        said = form.cleaned_data
        removals.answer_appeal(removal=row, uphold=said["uphold"] == "yes", answer=said["answer"], by=request.user, at=clock.now())
        messages.success(request, "They have your answer.")
        return back_to("operator-goodbyes")

    return form_page(request, form=AppealAnswerForm(request.POST or None), act=act, template="leaving/answer.html", context={"row": row})


# --- somebody is gone ---


@signed_in
def gone(request: SignedIn, pk: int) -> HttpResponse:
    """Anybody in the group, or who helps it, tells us that somebody died, moved or has no budget any more."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), pk=pk)
    if not (policies.is_in(by=request.user, cluster=cluster) or policies.is_facilitator_of(by=request.user, cluster=cluster)):
        raise Http404

    def act(form: GoneForm) -> str:
        said = form.cleaned_data
        place = get_object_or_404(cluster.memberships.inside(), pk=said["who"])
        leaving.report_end(membership=place, why=said["why"], words=said["words"], by=request.user, at=clock.now())
        messages.success(request, "Thank you. Who looks after their money finds out. Nothing changes before that.")
        return back_to("group", pk=pk)

    form = GoneForm(request.POST or None, people=_others(cluster, request))
    return form_page(request, form=form, act=act, template="leaving/gone.html", context={"cluster": cluster})


def _must_look(request: SignedIn) -> None:
    if not has_role(request.user, HOLDER_STAFF, at=clock.now()):
        raise Http404


@signed_in
def told(request: SignedIn) -> HttpResponse:
    """For who looks after money: what we were told, and people nobody heard of for six weeks."""
    _must_look(request)
    return render(request, "leaving/told.html", {"page": presenter.gone(request.user, clock.now())})


@signed_in
def end(request: SignedIn, pk: int) -> HttpResponse:
    """It is so: they are out today, and what is theirs goes back."""
    _must_look(request)
    place = get_object_or_404(Membership.objects.inside().select_related("person", "cluster"), pk=pk)
    if not policies.may_end_place(by=request.user, membership=place, at=clock.now()):
        raise Http404

    def act(form: EndForm) -> str:
        said = form.cleaned_data
        leaving.eligibility_ended(membership=place, why=said["why"], words=said["words"], by=request.user, at=clock.now())
        messages.success(request, "It is written down. Later visits are called off. What is left goes back to where it came from.")
        return back_to("gone")

    return form_page(request, form=EndForm(request.POST or None), act=act, template="leaving/end.html", context={"place": place})


@signed_in
@require_POST
def dismiss(request: SignedIn, pk: int) -> HttpResponse:
    """It was not so."""
    _must_look(request)
    report = get_object_or_404(EndReport.objects.visible_to(request.user), pk=pk)

    def act() -> str:
        leaving.dismiss_report(report=report, by=request.user, at=clock.now())
        messages.success(request, "Nothing changes.")
        return back_to("gone")

    return press(request, act, refused=back_to("gone"))
