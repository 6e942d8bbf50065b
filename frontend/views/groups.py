"""Groups: mine, a new one, one group's page, its rules, who helps it."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.groups import HelperForm, StartGroupForm
from frontend.presenters import groups as presenter
from frontend.presenters.finding import wishes_of
from frontend.views.flow import back_to, form_page, only
from frontend.views.who import SignedIn, found, signed_in
from people.models import Person
from pooling import policies
from pooling.models import Cluster
from pooling.services import clusters


@signed_in
def mine(request: SignedIn) -> HttpResponse:
    """The groups I am in or asked into, and those near me that I could ask to meet."""
    return render(request, "group/mine.html", {"page": presenter.mine(request.user, on=clock.today()), "wishes": wishes_of(request.user)})


@signed_in
def start(request: SignedIn) -> HttpResponse:
    """Five questions make a group."""

    def act(form: StartGroupForm) -> str:
        said = form.cleaned_data
        answers = {key: said[key] for key in ("name", "purpose", "outcode", "who_comes", "cost_rule", "decision_rule", "is_listed")}
        cluster = clusters.start(**answers, what_for=form.what_for, notice_days=int(said["notice_days"]), by=request.user, at=clock.now())
        return back_to("group", pk=cluster.pk)

    initial = {"outcode": request.user.outcode}
    return form_page(request, form=StartGroupForm(request.POST or None, initial=initial), act=act, template="group/start.html")


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """One group: who is in it, what waits for me, what we agreed."""
    cluster = found(_group, request.user, Cluster(pk=pk))
    return render(request, "group/show.html", {"page": presenter.page(cluster, request.user, clock.now())})


def _group(person: Person, cluster: Cluster) -> QuerySet[Cluster]:
    return Cluster.objects.visible_to(person).filter(pk=cluster.pk).select_related("facilitator")


@signed_in
def helper(request: SignedIn, pk: int) -> HttpResponse:
    """Ask somebody who helps groups to stand beside this one."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), pk=pk)
    at = clock.now()
    only(policies.is_in(by=request.user, cluster=cluster))

    def act(form: HelperForm) -> str:
        clusters.ask_facilitator(cluster=cluster, facilitator=form.people[form.cleaned_data["facilitator"]], by=request.user, at=at)
        return back_to("group", pk=pk)

    form = HelperForm(request.POST or None, council_code=cluster.council_code, at=at)
    return form_page(request, form=form, act=act, template="group/helper.html", context={"cluster": cluster})
