"""The group's pages after the close: offers side by side, ties, points with reasons, the question to everybody, and on to the signing."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from audit import clock
from frontend.forms.offers import JudgeForm, KeepGoingForm, NobodyForm, PointsForm, ShortlistForm, TiesForm, WhyNotForm
from frontend.presenters import choosing as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from marketplace import policies
from marketplace.models import Agreement, Brief, Offer
from marketplace.services import awarding, choosing


def _brief(request: SignedIn, pk: int) -> Brief:
    """After the close, for the group, its supporters and its helper."""
    brief: Brief = get_object_or_404(presenter.of(request.user), pk=pk)
    return brief


def _choosing(request: SignedIn, pk: int) -> tuple[Brief, list[Offer]]:
    """A brief that is being chosen from, with its offers, for who may choose in it."""
    brief = _brief(request, pk)
    if not policies.chooses_in(by=request.user, cluster=brief.cluster, at=clock.now()):
        raise Http404
    return brief, list(Offer.objects.visible_to(request.user).filter(brief=brief).live().select_related("enterprise", "lot").order_by("pk"))


@signed_in
def offers(request: SignedIn, pk: int) -> HttpResponse:
    """The offers side by side, and what I do next."""
    return render(request, "offers/compare.html", {"page": presenter.page(_brief(request, pk), request.user, clock.now())})


@signed_in
def ties(request: SignedIn, pk: int) -> HttpResponse:
    """Do I know anybody who offers?"""
    brief, running = _choosing(request, pk)

    def act(form: TiesForm) -> str:
        choosing.declare(brief=brief, person=request.user, ties=form.ties(), by=request.user, at=clock.now())
        messages.success(request, "Thank you. Your group can read it.")
        return back_to("offers", pk=pk)

    return form_page(request, form=TiesForm(request.POST or None, offers=running), act=act, template="offers/ties.html", context={"brief": brief})


@signed_in
def shortlist(request: SignedIn, pk: int) -> HttpResponse:
    """Which ones do we look at closely?"""
    brief, running = _choosing(request, pk)
    if brief.state != Brief.State.CLOSED:
        return redirect("offers", pk=pk)

    def act(form: ShortlistForm) -> str:
        choosing.shortlist(brief=brief, chosen=form.chosen(), feedback=form.reasons(), by=request.user, at=clock.now())
        return back_to("offers", pk=pk)

    form = ShortlistForm(request.POST or None, offers=running)
    return form_page(request, form=form, act=act, template="offers/shortlist.html", context={"brief": brief})


def _one(request: SignedIn, pk: int, offer: int) -> tuple[Brief, Offer]:
    brief, running = _choosing(request, pk)
    found = next((one for one in running if one.pk == offer), None)
    if found is None:
        raise Http404
    return brief, found


@signed_in
def points(request: SignedIn, pk: int, offer: int) -> HttpResponse:
    """My points for one offer, each with its reason."""
    brief, row = _one(request, pk, offer)
    place = get_object_or_404(brief.cluster.memberships.inside().filter(person=request.user).select_related("person"))

    def act(form: PointsForm) -> str:
        choosing.score(offer=row, membership=place, points=form.points(), by=request.user, at=clock.now())
        messages.success(request, "We have kept your points. Your group can read them.")
        return back_to("offers", pk=pk)

    form = PointsForm(request.POST or None, criteria=brief.criteria, initial=presenter.said_before(row, place))
    return form_page(request, form=form, act=act, template="offers/points.html", context={"brief": brief, "offer": row})


@signed_in
def ask(request: SignedIn, pk: int, offer: int) -> HttpResponse:
    """Ask everybody: shall we choose this one? With why not, for each of the others."""
    brief, row = _one(request, pk, offer)

    def act(form: WhyNotForm) -> str:
        question = choosing.ask_to_choose(offer=row, feedback=form.reasons(), by=request.user, at=clock.now())
        messages.success(request, "We have asked everybody. The answer moves nobody’s money.")
        return back_to("group-question", pk=question.pk)

    form = WhyNotForm(request.POST or None, offers=presenter.others(row))
    return form_page(request, form=form, act=act, template="offers/ask.html", context={"brief": brief, "offer": row})


@signed_in
def nobody(request: SignedIn, pk: int) -> HttpResponse:
    """Ask everybody: shall we choose nobody?"""
    brief, running = _choosing(request, pk)
    is_closed = brief.state == Brief.State.CLOSED

    def act(form: NobodyForm) -> str:
        said = {"reasons": form.reasons(), "why": form.cleaned_data["why"]}
        question = choosing.ask_to_choose_nobody(brief=brief, by=request.user, at=clock.now(), **said)
        return back_to("group-question", pk=question.pk)

    others = [one for one in running if not one.is_winner]
    form = NobodyForm(request.POST or None, offers=[] if is_closed else others)
    context = {"brief": brief, "is_rest": len(others) < len(running)}
    return form_page(request, form=form, act=act, template="offers/nobody.html", context=context)


@signed_in
def send(request: SignedIn, pk: int) -> HttpResponse:
    """What happens if they can't come; then everybody is asked to sign."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).filter(state="drafting").select_related("cluster", "enterprise"), pk=pk)
    if not policies.chooses_in(by=request.user, cluster=agreement.cluster, at=clock.now()):
        raise Http404

    def act(form: KeepGoingForm) -> str:
        awarding.send(agreement=agreement, keep_going=form.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, "Everybody is asked to say yes for themselves. Nobody pays before their own yes.")
        return back_to("agreement", pk=pk)

    context = {"agreement": agreement}
    return form_page(request, form=KeepGoingForm(request.POST or None), act=act, template="offers/send.html", context=context)


@signed_in
def judged(request: SignedIn) -> HttpResponse:
    """For operators: choices that somebody calls unfair."""
    rows = Offer.objects.challenged_for(request.user).select_related("enterprise", "lot", "brief").order_by("challenged_at")
    if not request.user.is_operator:
        raise Http404
    return render(request, "offers/judged.html", {"rows": rows})


@signed_in
def judge(request: SignedIn, pk: int) -> HttpResponse:
    """Was the choice fair? Read with the points and reasons; answered with reasons."""
    offer = get_object_or_404(Offer.objects.challenged_for(request.user).select_related("enterprise", "lot", "brief"), pk=pk)

    def act(form: JudgeForm) -> str:
        said = form.cleaned_data
        choosing.answer_challenge(offer=offer, upheld=said["upheld"] == "yes", reason=said["reason"], by=request.user, at=clock.now())
        messages.success(request, "Both sides are told.")
        return back_to("operator-choices")

    context = {"offer": offer, "parts": presenter.for_operator(offer)}
    return form_page(request, form=JudgeForm(request.POST or None), act=act, template="offers/judge.html", context=context)
