"""Stopping a group for a while and letting it go on; giving one up that never began; the groups of an operator and of who looks after money."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from audit.errors import Changed
from frontend.forms import Form
from frontend.forms.deciding import ReasonForm, StoppedForm
from frontend.presenters import deciding as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.roles import for_holders, for_operators
from frontend.views.who import SignedIn, signed_in
from people.models import Approval, Person
from pooling import policies
from pooling.models import Cluster
from pooling.querysets.deciding import stoppable_by
from pooling.services import endings


@for_operators
def operators(request: SignedIn) -> HttpResponse:
    """What an operator answers about groups, and the groups that are stopped."""
    return render(request, "operator/groups.html", {"page": presenter.for_operators(request.user)})


@for_holders
def looked_after(request: SignedIn) -> HttpResponse:
    """Groups that money is promised to which I look after."""
    return render(request, "looking_after/groups.html", {"groups": presenter.looked_after(request.user, at=clock.now())})


@signed_in
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Stop a group over a worry; keep it stopped, let it go on, or end it. Its people are not shown here."""
    at = clock.now()
    cluster = get_object_or_404(stoppable_by(request.user, at=at), pk=pk, state__in=("active", "frozen"))
    asked = Approval.objects.about(endings.UNFREEZE, "cluster", cluster.pk).open(at).order_by("-pk").first()

    def act(form: Form) -> str:
        messages.success(request, _do(cluster, form, request.user, at, asked=asked))
        return back_to("operator-groups") if request.user.is_operator else back_to("looking-after-groups")

    form: Form
    if cluster.state == Cluster.State.FROZEN:
        form = StoppedForm(request.POST or None, initial={"asked": asked.pk if asked is not None else None})
    else:
        form = ReasonForm(request.POST or None)
    return form_page(request, form=form, act=act, template="deciding/stop.html", context={"cluster": cluster, "asked": asked})


def _do(cluster: Cluster, form: Form, by: Person, at: datetime, *, asked: Approval | None) -> str:
    said = form.cleaned_data
    what = said.get("what", "stop")
    if what == "stop":
        endings.freeze(cluster=cluster, reason=said["reason"], by=by, at=at)
        return "The group is stopped for three working days. Everybody in it is told."
    if what == "renew":
        endings.renew(cluster=cluster, by=by, at=at)
        return "It stays stopped for three more working days."
    if what == "end":
        endings.end_frozen(cluster=cluster, reason=said["reason"], by=by, at=at)
        return "The group comes to its end. Everybody’s money goes home."
    if said["asked"] != (asked.pk if asked is not None else None):
        raise Changed("What was asked about this group has changed since you opened this page. Look at it again, then choose.")
    if asked is not None and asked.asked_by_id != by.pk:
        endings.unfreeze(cluster=cluster, by=by, at=at)
        return "The group goes on."
    endings.propose_unfreeze(cluster=cluster, reason=said["reason"], by=by, at=at)
    return "We have asked a second person. It goes on when they agree."


@signed_in
def give_up(request: SignedIn, pk: int) -> HttpResponse:
    """Give up a group that never began."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), pk=pk)
    if cluster.state != Cluster.State.FORMING or not policies.may_give_up(by=request.user, cluster=cluster, at=clock.now()):
        raise Http404

    def act(form: Form) -> str:
        endings.abandon(cluster=cluster, by=request.user, at=clock.now())
        messages.success(request, "The group is given up. Nobody owes anything.")
        return back_to("groups")

    return form_page(
        request,
        form=Form(request.POST if request.method == "POST" else None),
        act=act,
        template="deciding/give_up.html",
        context={"cluster": cluster},
    )
