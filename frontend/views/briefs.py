"""What a group asks providers for: its list, its page, writing it; and the page on which a checked provider reads it and asks."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from audit.errors import NotAllowed
from frontend.forms.briefs import BriefForm, PartForm, WordsForm, initial_of
from frontend.presenters import briefs as presenter
from frontend.presenters import needs as needs_presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.provider_of import worked_for
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Brief, Need
from marketplace.policies_of_briefs import may_write
from marketplace.rules.briefs import MOST_LOTS
from marketplace.selectors.briefs import card
from marketplace.services import briefs
from marketplace.services.brief_words import lot_draft
from pooling.models import Cluster, Membership


def find(request: SignedIn, pk: int) -> Brief:
    """A brief of this person's group."""
    return get_object_or_404(Brief.objects.visible_to(request.user).select_related("cluster", "need"), pk=pk)


@signed_in
def of_group(request: SignedIn, pk: int) -> HttpResponse:
    """What people in this group would like, and what the group asks providers for."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), pk=pk)
    lists = {"wants": needs_presenter.of_group(cluster, request.user), "briefs": presenter.of_group(cluster, request.user)}
    return render(request, "wants/of_group.html", {"cluster": cluster, **lists})


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """One of them: what it says, how far it is, what comes next."""
    return render(request, "wants/show.html", {"page": presenter.shown(find(request, pk), request.user, clock.now())})


@signed_in
def begin(request: SignedIn, pk: int) -> HttpResponse:
    """Write it, from what somebody in the group shared."""
    need = get_object_or_404(Need.objects.visible_to(request.user), pk=pk)
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), pk=need.cluster_id or 0)
    _only_writers(request, cluster, need.category)

    def act(form: BriefForm) -> str:
        made = briefs.draft_brief(need=need, draft=form.draft(), payers=form.chosen(), by=request.user, at=clock.now())
        return back_to("brief", pk=made.pk)

    form = BriefForm(request.POST or None, places=_places(cluster))
    return form_page(request, form=form, act=act, template="wants/write.html", context={"cluster": cluster})


@signed_in
def write(request: SignedIn, pk: int) -> HttpResponse:
    """Write it again while it is a draft."""
    brief = find(request, pk)
    _only_writers(request, brief.cluster, brief.category)

    def act(form: BriefForm) -> str:
        briefs.edit(brief=brief, draft=form.draft(), payers=form.chosen(), by=request.user, at=clock.now())
        return back_to("brief", pk=pk)

    form = BriefForm(request.POST or None, places=_places(brief.cluster), brief=brief)
    return form_page(request, form=form, act=act, template="wants/write.html", context={"brief": brief, "cluster": brief.cluster})


@signed_in
def part(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """One more part for another provider, or a part written again, while it is a draft."""
    brief = find(request, pk)
    _only_writers(request, brief.cluster, brief.category)
    lots = list(brief.lots.order_by("number"))
    if brief.state != Brief.State.DRAFT or not 1 <= number <= min(len(lots) + 1, MOST_LOTS):
        raise Http404

    def act(form: PartForm) -> str:
        kept = [lot_draft(one) for one in lots]
        kept[number - 1 : number] = [form.lot()]
        briefs.edit_parts(brief=brief, lots=kept, by=request.user, at=clock.now())
        return back_to("brief", pk=pk)

    is_new = number > len(lots)
    form = PartForm(request.POST or None, initial={} if is_new else initial_of(lots[number - 1]))
    context = {"brief": brief, "number": number, "is_new": is_new, "may_go": not is_new and len(lots) > 1}
    return form_page(request, form=form, act=act, template="wants/part.html", context=context)


@signed_in
@require_POST
def part_out(request: SignedIn, pk: int, number: int) -> HttpResponse:
    """Not this part."""
    brief = find(request, pk)
    lots = list(brief.lots.order_by("number"))

    def act() -> str:
        kept = [lot_draft(one) for one in lots if one.number != number]
        briefs.edit_parts(brief=brief, lots=kept, by=request.user, at=clock.now())
        return back_to("brief", pk=pk)

    return press(request, act, refused=back_to("brief", pk=pk))


@signed_in
@require_POST
def drop(request: SignedIn, pk: int) -> HttpResponse:
    """Do not go on with a draft."""
    brief = find(request, pk)

    def act() -> str:
        briefs.drop(brief=brief, by=request.user, at=clock.now())
        messages.success(request, "We have put it away.")
        return back_to("group-wants", pk=brief.cluster_id)

    return press(request, act, refused=back_to("brief", pk=pk))


@signed_in
def for_provider(request: SignedIn, pk: int) -> HttpResponse:
    """A checked provider reads it, with every question and answer, and asks in the first half of the time."""
    enterprise, at = worked_for(request), clock.now()
    found = card(Brief(pk=pk), enterprise, at=at)
    if found is None:
        raise Http404

    def act(form: WordsForm) -> str:
        briefs.ask(brief=Brief.objects.get(pk=pk), enterprise=enterprise, by=request.user, at=at, **form.cleaned_data)
        messages.success(request, "We have asked them. You and every other provider can read the answer here.")
        return back_to("wanted-brief", pk=pk)

    context = {"card": found, "lots": [(lot.title, presenter.lot_said(lot)) for lot in found.lots], "changes": presenter.changes(found.changes)}
    return form_page(request, form=WordsForm(request.POST or None), act=act, template="wants/for_provider.html", context=context)


def _only_writers(request: SignedIn, cluster: Cluster, category: str) -> None:
    """The form names the people of the group: whoever may not write it does not see it."""
    if not may_write(by=request.user, cluster=cluster, category=category, at=clock.now()):
        raise NotAllowed


def _places(cluster: Cluster) -> list[Membership]:
    return list(cluster.memberships.inside().select_related("person").order_by("joined_at", "pk"))
