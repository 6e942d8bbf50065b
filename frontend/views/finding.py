"""Finding each other, as the person who looks: I would like this with others, the meeting, our group; groups by purpose and area."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from audit import clock
from frontend.forms.finding import ANY, FindGroupForm, WouldLikeForm
from frontend.forms.groups import RulesForm, StartGroupForm
from frontend.presenters import finding as presenter
from frontend.presenters.groups import first_names, rules_of
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from pooling.models import Interest, Introduction
from pooling.services import interests, meetings


@signed_in
def would_like(request: SignedIn) -> HttpResponse:
    """What I would like with others near me."""

    def act(form: WouldLikeForm) -> str:
        interests.would_like(**form.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, "We look for others near you. You can stop this on any day.")
        return back_to("groups")

    initial = {"outcode": request.GET.get("where") or request.user.outcode, "category": request.GET.get("what")}
    return form_page(request, form=WouldLikeForm(request.POST or None, initial=initial), act=act, template="finding/would_like.html")


@signed_in
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Not any more."""
    interest = get_object_or_404(Interest.objects.of(request.user), pk=pk)

    def act() -> str:
        interests.stop(interest=interest, by=request.user, at=clock.now())
        messages.success(request, "That is fine. We do not look any more.")
        return back_to("groups")

    return press(request, act, refused=back_to("groups"))


@signed_in
def meeting(request: SignedIn, pk: int) -> HttpResponse:
    """Where and when we meet, and who comes, by first name."""
    page = presenter.meeting_page(_introduced(request, pk), at=clock.now())
    return render(request, "finding/meeting.html", {"page": page})


@signed_in
def start(request: SignedIn, pk: int) -> HttpResponse:
    """Start our group from five answers; the others may sign the same rules."""
    interest = _introduced(request, pk)

    def act(form: StartGroupForm) -> str:
        said = form.cleaned_data
        answers = {key: said[key] for key in ("name", "purpose", "outcode", "who_comes", "cost_rule", "decision_rule", "is_listed")}
        answers |= {"what_for": form.what_for, "notice_days": int(said["notice_days"])}
        group = meetings.start_group(introduction=_meeting_of(interest), by=request.user, at=clock.now(), **answers)
        messages.success(request, "Your group is there. We have written to the others.")
        return back_to("group", pk=group.pk)

    form = StartGroupForm(request.POST or None, initial={"outcode": interest.outcode})
    return form_page(request, form=form, act=act, template="group/start.html")


@signed_in
def found(request: SignedIn, pk: int) -> HttpResponse:
    """Read the first rules that one of us wrote, and sign them."""
    interest = _introduced(request, pk)
    introduction = _meeting_of(interest)

    def act(form: RulesForm) -> str:
        place = meetings.join_founders(introduction=introduction, by=request.user, at=clock.now())
        messages.success(request, "You are in.")
        return back_to("group", pk=place.cluster_id)

    cluster = get_object_or_404(Introduction.objects.filter(pk=introduction.pk), cluster__isnull=False).cluster
    context: dict[str, Any] = {"cluster": cluster, "interest": interest}
    if cluster is not None:
        context |= {"rules": rules_of(cluster), "names": first_names(cluster)}
    return form_page(request, form=RulesForm(request.POST or None), act=act, template="finding/found.html", context=context)


def _introduced(request: SignedIn, pk: int) -> Interest:
    """My interest that led to a meeting."""
    rows = Interest.objects.of(request.user).filter(state=Interest.State.INTRODUCED, introduction__isnull=False)
    return get_object_or_404(rows.select_related("person", "introduction"), pk=pk)


def _meeting_of(interest: Interest) -> Introduction:
    return get_object_or_404(Introduction, pk=interest.introduction_id)


@signed_in
@require_safe
def groups(request: SignedIn) -> HttpResponse:
    """Groups by what they are for and where."""
    form = FindGroupForm(request.GET if "purpose" in request.GET else None, initial={"purpose": ANY, "outcode": request.user.outcode})
    if not form.is_valid():
        return render(request, "finding/find.html", {"form": form}, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    page = presenter.groups_found(request.user, purpose=said["purpose"], outcode=said["outcode"], on=clock.today())
    return render(request, "finding/find.html", {"form": form, "page": page})
