"""What I would like: keep it, share it, find somebody for it, say that it was found or not."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.needs import FirstForm, GroupForm, JoinForm, MetForm, NeedForm, NotFoundForm, ShareForm
from frontend.presenters import needs as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Need, NeedJoin
from marketplace.services import needs, needs_together
from places.postcodes import council_of
from pooling.models import Membership


def _need(request: SignedIn, pk: int) -> Need:
    return get_object_or_404(Need.objects.visible_to(request.user).select_related("person", "cluster"), pk=pk)


def _own(request: SignedIn, pk: int) -> Need:
    """One that this person may change: their own. A supporter acts for somebody in the API; the pages are each person's own."""
    return get_object_or_404(Need.objects.visible_to(request.user).filter(person=request.user).select_related("person", "cluster"), pk=pk)


@signed_in
def mine(request: SignedIn) -> HttpResponse:
    """What I would like, and what people in my groups would like."""
    return render(request, "need/mine.html", {"page": presenter.mine(request.user)})


@signed_in
def new(request: SignedIn) -> HttpResponse:
    """Keep what I would like. Nobody else sees it."""

    def act(form: NeedForm) -> str:
        said = form.cleaned_data
        where: dict[str, Any] = {"outcode": said["outcode"], "council_code": council_of(said["outcode"])}
        me: dict[str, Any] = {"person": request.user, "by": request.user, "at": clock.now()}
        kept: dict[str, Any] = {"category": said["category"], "words": said["words"], "counted": "counted" in said["count"], "wishes": form.wishes()}
        return back_to("need", pk=needs.note(**kept, **where, **me).pk)

    initial = {"category": request.GET.get("what"), "outcode": request.GET.get("where") or request.user.outcode}
    return form_page(request, form=NeedForm(request.POST or None, initial=initial), act=act, template="need/new.html")


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """One need: what it says, and what comes next."""
    page = presenter.page(_need(request, pk), request.user)
    return render(request, "need/show.html", {"page": page, "links": presenter.links(page)})


@signed_in
def share(request: SignedIn, pk: int) -> HttpResponse:
    """With which group, and what of it they may read."""
    need = _own(request, pk)

    def act(form: ShareForm) -> str:
        cluster = form.places[form.cleaned_data["cluster"]].cluster
        needs.share(need=need, cluster=cluster, fields=form.cleaned_data["fields_shared"], by=request.user, at=clock.now())
        return back_to("need", pk=pk)

    form = ShareForm(request.POST or None, places=presenter.places(request.user))
    return form_page(request, form=form, act=act, template="need/share.html", context={"need": need})


@signed_in
def join(request: SignedIn, pk: int) -> HttpResponse:
    """I would like that too."""
    need = _need(request, pk)
    place = get_object_or_404(Membership.objects.of(request.user).inside(), cluster_id=need.cluster_id)

    def act(form: JoinForm) -> str:
        said: dict[str, Any] = dict(form.cleaned_data)
        said["part_of_week"] = "" if said["part_of_week"] == "any" else said["part_of_week"]
        said["counted"] = "counted" in said.pop("count")
        needs_together.join_in(need=need, membership=place, by=request.user, at=clock.now(), **said)
        return back_to("need", pk=pk)

    return form_page(request, form=JoinForm(request.POST or None), act=act, template="need/join.html", context={"need": need})


@signed_in
@require_POST
def out(request: SignedIn, pk: int) -> HttpResponse:
    """Not any more."""
    joined = get_object_or_404(NeedJoin.objects.filter(person=request.user), pk=pk)
    page = back_to("need", pk=joined.need_id)

    def act() -> str:
        needs_together.leave_out(join=joined, by=request.user, at=clock.now())
        return page

    return press(request, act, refused=page)


@signed_in
def first(request: SignedIn, pk: int) -> HttpResponse:
    """Before anything is bought: could somebody you know, or something free, do this?"""
    need = _need(request, pk)

    def act(form: FirstForm) -> str:
        way = form.cleaned_data["way"]
        if way == "known":
            return back_to("need-met", pk=pk)
        if way == "ask" and need.state == Need.State.SHARED:
            return back_to("brief-begin", pk=pk)
        if way == "together" and need.cluster_id:
            return back_to("group-question", pk=needs_together.ask_route(need=need, by=request.user, at=clock.now()).pk)
        if way in {"ask", "together"}:
            messages.info(request, "Share it with your group first. Then you ask providers together.")
            return back_to("need-share", pk=pk)
        if way == "buy" and need.cluster_id:
            return back_to("agreement-choose", pk=need.cluster_id)
        return f"{back_to('near')}?what={need.category}&where={need.outcode}"

    return form_page(request, form=FirstForm(request.POST or None), act=act, template="need/first.html", context={"need": need})


@signed_in
def not_found(request: SignedIn, pk: int) -> HttpResponse:
    """Nothing was right, and why."""
    need = _own(request, pk)

    def act(form: NotFoundForm) -> str:
        needs.not_found(need=need, by=request.user, at=clock.now(), **form.cleaned_data)
        return back_to("need", pk=pk)

    return form_page(request, form=NotFoundForm(request.POST or None), act=act, template="need/not_found.html", context={"need": need})


@signed_in
def met(request: SignedIn, pk: int) -> HttpResponse:
    """Somebody does it for nothing."""
    need = _own(request, pk)

    def act(form: MetForm) -> str:
        needs.met_freely(need=need, by=request.user, at=clock.now(), **form.cleaned_data)
        return back_to("need", pk=pk)

    return form_page(request, form=MetForm(request.POST or None), act=act, template="need/met.html", context={"need": need})


@signed_in
def again(request: SignedIn, pk: int) -> HttpResponse:
    """Try again, or once more, with my group."""
    need = _own(request, pk)

    def act(form: GroupForm) -> str:
        verb = needs.need_again if need.state == Need.State.MET else needs.retry
        verb(need=need, cluster=form.places[form.cleaned_data["cluster"]].cluster, by=request.user, at=clock.now())
        return back_to("need", pk=pk)

    form = GroupForm(request.POST or None, places=presenter.places(request.user))
    return form_page(request, form=form, act=act, template="need/again.html", context={"need": need})


@signed_in
@require_POST
def may_ask(request: SignedIn, pk: int) -> HttpResponse:
    """The council's officer may, or may not, ask me something through us."""
    need = _own(request, pk)

    def act() -> str:
        needs.let_ask(need=need, may=not need.may_ask, by=request.user, at=clock.now())
        return back_to("need", pk=pk)

    return press(request, act, refused=back_to("need", pk=pk))
