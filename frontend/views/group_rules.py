"""A group's rules: read, sign, the long list of points, and asking everybody for new ones."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.groups import RulesForm
from frontend.forms.rules import ChangeRulesForm, PointForm
from frontend.presenters import rules as presenter
from frontend.presenters.groups import rules_of
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from pooling.models import Charter, Cluster, Membership
from pooling.rules.points import POINTS
from pooling.services import charters
from pooling.services.clusters import current_charter

BY_SLUG = {point.slug: point for point in POINTS}


@signed_in
def rules(request: SignedIn, pk: int) -> HttpResponse:
    """Our rules, as they are now, on a page that prints well."""
    cluster = _group(request, pk)
    return render(request, "group/rules.html", {"cluster": cluster, "page": presenter.page(cluster, request.user)})


@signed_in
def version(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Our rules as they were, or as somebody would like them."""
    cluster = _group(request, pk)
    charter = get_object_or_404(Charter.objects.filter(cluster=cluster), version=number)
    return render(request, "rules/version.html", {"cluster": cluster, "page": presenter.version_page(cluster, charter, request.user)})


@signed_in
def points(request: SignedIn, pk: int) -> HttpResponse:
    """The long list: 17 points, each with our answer or a safe one."""
    cluster = _group(request, pk)
    is_in = cluster.memberships.inside().of(request.user).exists()
    return render(request, "rules/points.html", {"cluster": cluster, "points": presenter.points(cluster), "is_in": is_in})


@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Write new rules; everyone is asked."""
    cluster = _place(request, pk).cluster

    def act(form: ChangeRulesForm) -> str:
        return _asked(request, cluster, charters.propose_new(cluster=cluster, changes=form.changes, by=request.user, at=clock.now()))

    form = ChangeRulesForm(request.POST or None, charter=current_charter(cluster))
    return form_page(request, form=form, act=act, template="rules/change.html", context={"cluster": cluster})


@signed_in
def point(request: SignedIn, pk: int, slug: str) -> HttpResponse:
    """Our own words for one point; everyone is asked."""
    cluster = _place(request, pk).cluster
    if slug not in BY_SLUG or BY_SLUG[slug].answered_by:
        raise Http404

    def act(form: PointForm) -> str:
        changes = {"points": {slug: form.cleaned_data["words"]}}
        return _asked(request, cluster, charters.propose_new(cluster=cluster, changes=changes, by=request.user, at=clock.now()))

    now = current_charter(cluster).points.get(slug, "")
    form = PointForm(request.POST or None, point=BY_SLUG[slug], initial={"words": now})
    return form_page(request, form=form, act=act, template="rules/point.html", context={"cluster": cluster})


def _asked(request: SignedIn, cluster: Cluster, charter: Charter) -> str:
    is_asked = charter.state == Charter.State.PROPOSED
    messages.success(request, "We have asked everyone in the group." if is_asked else "These are your rules now.")
    return back_to("group-rules", pk=cluster.pk)


@signed_in
def sign(request: SignedIn, pk: int) -> HttpResponse:
    """Read the new rules, sign them for myself."""
    place = _place(request, pk)
    charter = current_charter(place.cluster)

    def act(form: RulesForm) -> str:
        charters.sign(charter=charter, membership=place, by=request.user, at=clock.now())
        messages.success(request, "You have signed the rules.")
        return back_to("group", pk=pk)

    context = {"cluster": place.cluster, "rules": rules_of(place.cluster, place)}
    return form_page(request, form=RulesForm(request.POST or None), act=act, template="rules/sign.html", context=context)


def _group(request: SignedIn, pk: int) -> Cluster:
    return get_object_or_404(Cluster.objects.visible_to(request.user), pk=pk)


def _place(request: SignedIn, pk: int) -> Membership:
    """My place in this group, while I am in."""
    return get_object_or_404(Membership.objects.inside().of(request.user).select_related("cluster", "person"), cluster_id=pk)
