"""Getting into a group and out of its first days: invited, asked, answered, joined, welcomed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from audit import clock
from frontend import words
from frontend.forms.groups import AnswerForm, ApplyForm, InviteForm, RulesForm
from frontend.presenters import groups as presenter
from frontend.presenters.before_joining import COLUMNS, before_joining
from frontend.views.flow import back_to, form_page, number_in, only, press
from frontend.views.who import SignedIn, signed_in
from people.selectors import find_by_address
from pooling import policies
from pooling.models import Cluster, Membership
from pooling.services import memberships


@signed_in
def invite(request: SignedIn, pk: int) -> HttpResponse:
    """Ask somebody in; everyone already in must say yes first."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), pk=pk)
    only(policies.may_invite(by=request.user, cluster=cluster))

    def act(form: InviteForm) -> str:
        person = find_by_address(form.cleaned_data["reach"])
        place = memberships.invite(cluster=cluster, person=person, by=request.user, at=clock.now())
        sure = place.state == Membership.State.INVITED
        messages.success(request, "We have asked them. They have 30 days to answer." if sure else "We have asked everyone in the group first.")
        return back_to("group", pk=pk)

    return form_page(request, form=InviteForm(request.POST or None), act=act, template="group/invite.html", context={"cluster": cluster})


@signed_in
def apply(request: SignedIn, pk: int) -> HttpResponse:
    """Ask to meet a group that may be found."""
    cluster = get_object_or_404(Cluster.objects.listed(), pk=pk, council_code=request.user.council_code)

    def act(form: ApplyForm) -> str:
        memberships.apply(cluster=cluster, answers=form.cleaned_data["answers"], by=request.user, at=clock.now())
        messages.success(request, "We have asked them. You hear from us when everyone there has answered.")
        return back_to("groups")

    context = {"card": presenter.card_of(cluster, on=clock.today()), **_before(cluster)}
    return form_page(request, form=ApplyForm(request.POST or None), act=act, template="group/meet.html", context=context)


def _before(cluster: Cluster) -> dict[str, Any]:
    """What joining asks, and the price for each size."""
    return {"before": before_joining(cluster, on=clock.today()), "columns": COLUMNS}


@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """My yes or no about letting somebody in."""
    place = get_object_or_404(Membership.objects.visible_to(request.user).select_related("cluster", "person"), pk=pk)

    def act(form: AnswerForm) -> str:
        said = form.cleaned_data
        memberships.answer(membership=place, yes=said["yes"], reason=said["reason"], by=request.user, at=clock.now())
        messages.success(request, "We have your answer.")
        return back_to("group", pk=place.cluster_id)

    return form_page(request, form=AnswerForm(request.POST or None), act=act, template="group/answer.html", context={"place": place})


@signed_in
def join(request: SignedIn, pk: int) -> HttpResponse:
    """Read the rules, sign them, be in."""
    place = get_object_or_404(Membership.objects.of(request.user).select_related("cluster"), pk=pk)

    def act(form: RulesForm) -> str:
        read = number_in(request.POST, "_version")
        row = memberships.accept_charter(membership=place, by=request.user, at=clock.now(), version=read)
        assert row.trial_ends_at is not None
        messages.success(request, f"You are in. Try it until {words.day(row.trial_ends_at)}: you can leave on any day before.")
        return back_to("group", pk=place.cluster_id)

    context = {"place": place, "rules": presenter.rules_of(place.cluster), "names": presenter.first_names(place.cluster), **_before(place.cluster)}
    return form_page(request, form=RulesForm(request.POST or None), act=act, template="group/join.html", context=context)


@signed_in
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Not this time: an invitation declined, or my asking taken back."""
    place = get_object_or_404(Membership.objects.of(request.user), pk=pk)

    def act() -> str:
        verb = memberships.withdraw if place.state == Membership.State.APPLIED else memberships.decline
        verb(membership=place, by=request.user, at=clock.now())
        messages.success(request, "That is fine. The group sees only “not this time”.")
        return back_to("groups")

    return press(request, act, refused=back_to("groups"))


@signed_in
@require_POST
def welcome(request: SignedIn, pk: int) -> HttpResponse:
    """Welcome somebody in before their first days are over."""
    place = get_object_or_404(Membership.objects.visible_to(request.user), pk=pk)

    def act() -> str:
        memberships.confirm(membership=place, by=request.user, at=clock.now())
        return back_to("group", pk=place.cluster_id)

    return press(request, act, refused=back_to("group", pk=place.cluster_id))


@signed_in
@require_POST
def leave(request: SignedIn, pk: int) -> HttpResponse:
    """Leave in the first days."""
    place = get_object_or_404(Membership.objects.of(request.user), pk=pk)

    def act() -> str:
        memberships.leave_now(membership=place, by=request.user, at=clock.now())
        messages.success(request, "You have left the group.")
        return back_to("groups")

    return press(request, act, refused=back_to("group", pk=place.cluster_id))
