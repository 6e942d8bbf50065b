"""For people beside others: writing down a person's own answer, being the second person, ending a question between two sides."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend import navigation
from frontend.forms.standing_by import DecideForm, RightForm, RightSecondForm, SecondForm, TheirAnswerForm, WhyForm, their_answer_form
from frontend.presenters import questions
from frontend.presenters import standing_by as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from marketplace import policies
from marketplace.models import MilestoneShare
from marketplace.services import decisions, late, shares
from people.models import Approval

DESKS = ("operator", "holder_staff", "facilitator")


def _share(request: SignedIn, pk: int, may: Callable[..., bool], **filters: str) -> MilestoneShare:
    """A part of a week that this person may see and do this about. Otherwise there is no such page."""
    related = ("milestone__agreement__enterprise", "milestone__agreement__cluster", "payer__person", "portion__holder", "membership")
    share = get_object_or_404(MilestoneShare.objects.visible_to(request.user).filter(**filters).select_related(*related), pk=pk)
    if not may(by=request.user, share=share, at=clock.now()):
        raise Http404
    return share


def desk_of(request: SignedIn) -> str:
    """The list this person came from: their work's own page."""
    hats = navigation.hats_of(request.user, at=clock.now())
    return back_to(next((navigation.HATS[hat][0][0] for hat in DESKS if hat in hats), "start"))


@signed_in
def ask(request: SignedIn, pk: int) -> HttpResponse:
    """We had no answer, so somebody asks the person and writes down what they say."""
    share = _share(request, pk, policies.may_write_down_answer, state="with_helper")
    visits = presenter.visits_to_ask(share, request.user)
    name, provider = share.payer.person.known_as, share.milestone.agreement.enterprise.name

    def act(form: TheirAnswerForm) -> str:
        shares.record_for_person(share=share, answers=form.answers, words=form.cleaned_data["words"], by=request.user, at=clock.now())
        messages.success(request, f"We have written down what {name} says.")
        return desk_of(request)

    form = their_answer_form(visits, provider, name)(request.POST or None)
    pages = {"template": "helping/ask.html", "check_template": "helping/ask_check.html"}
    return form_page(request, form=form, act=act, context={"share": share, "desk": desk_of(request)}, check_context=_sums, **pages)


def _sums(form: TheirAnswerForm) -> dict[str, object]:
    spoken = form.spoken
    sums = {f"{name}_pence": sum(getattr(one, f"{name}_pence") for one in spoken) for name in ("pay", "wait", "again")}
    return {"spoken": spoken, "total_pence": sum(sums.values()), **sums}


@signed_in
def second(request: SignedIn, pk: int) -> HttpResponse:
    """A large payment needs a second yes, from somebody who is not the one paid."""
    share = _share(request, pk, policies.may_be_second_person, waits_for="second_person")
    if request.method != "POST":
        return render(request, "helping/second.html", {"share": share, "desk": desk_of(request)})

    def act() -> str:
        shares.agree_to_large_payment(share=share, by=request.user, at=clock.now())
        messages.success(request, f"Thank you. It goes to {share.milestone.agreement.enterprise.name} now.")
        return desk_of(request)

    return press(request, act, refused=desk_of(request))


@signed_in
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Two people without an interest end a question: the first proposes, the second agrees."""
    share = _share(request, pk, policies.may_decide, state="questioned")
    proposal = presenter.proposal(share, clock.now())
    context: dict[str, object] = {"page": questions.page(share, request.user, clock.now()), "proposal": proposal, "desk": desk_of(request)}
    if proposal is None:
        return _propose(request, share, context)
    if proposal.asked_by_id == request.user.pk:
        return render(request, "helping/decide_waits.html", context)
    return _agree(request, share, proposal, context)


def _propose(request: SignedIn, share: MilestoneShare, context: dict[str, object]) -> HttpResponse:
    def act(form: DecideForm) -> str:
        said = form.cleaned_data
        decisions.propose_decision(share=share, pay_pence=said["pay_pence"], reason=said["reason"], by=request.user, at=clock.now())
        messages.success(request, "We have asked a second person. Nothing moves until they agree.")
        return desk_of(request)

    def sums(form: DecideForm) -> dict[str, object]:
        return {"pay_pence": form.cleaned_data["pay_pence"], "back_pence": share.pence - form.cleaned_data["pay_pence"]}

    form = DecideForm(request.POST or None, most_pence=share.pence)
    pages = {"template": "helping/decide.html", "check_template": "helping/decide_check.html"}
    return form_page(request, form=form, act=act, context=context, check_context=sums, **pages)


def _agree(request: SignedIn, share: MilestoneShare, proposal: Approval, context: dict[str, object]) -> HttpResponse:
    def act(form: SecondForm) -> str:
        if not form.cleaned_data["agree"]:
            decisions.refuse_decision(share=share, by=request.user, at=clock.now())
            messages.success(request, "The question stays open. Somebody can propose another sum.")
        else:
            said = form.cleaned_data
            decisions.confirm_decision(share=share, pay_pence=said["proposed_pence"], reason=said["reason"], by=request.user, at=clock.now())
            messages.success(request, "It is settled. Both sides read why.")
        return desk_of(request)

    pay = share.proposed_pence or 0
    sums = {"pay_pence": pay, "back_pence": share.pence - pay}
    form = SecondForm(request.POST or None, initial={"proposed_pence": pay})
    return form_page(request, form=form, act=act, template="helping/decide_second.html", context={**context, **sums})


@signed_in
def late_decide(request: SignedIn, pk: int) -> HttpResponse:
    """Somebody says that a payment made without their answer was wrong: two people without an interest may say it was right after all."""
    share = _share(request, pk, policies.may_decide, state="queried_late")
    proposal = late.dismissal(share=share, at=clock.now())
    context: dict[str, object] = {"page": questions.page(share, request.user, clock.now()), "proposal": proposal, "desk": desk_of(request)}
    if proposal is None:
        return _propose_right(request, share, context)
    if proposal.asked_by_id == request.user.pk:
        return render(request, "helping/late_waits.html", context)
    return _agree_right(request, share, context)


def _propose_right(request: SignedIn, share: MilestoneShare, context: dict[str, object]) -> HttpResponse:
    def act(form: RightForm) -> str:
        late.propose_dismissal(share=share, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "We have asked a second person. It stays open until they agree.")
        return desk_of(request)

    return form_page(request, form=RightForm(request.POST or None), act=act, template="helping/late.html", context=context)


def _agree_right(request: SignedIn, share: MilestoneShare, context: dict[str, object]) -> HttpResponse:
    def act(form: RightSecondForm) -> str:
        if not form.cleaned_data["agree"]:
            late.refuse_dismissal(share=share, by=request.user, at=clock.now())
            messages.success(request, "It stays open.")
        else:
            late.confirm_dismissal(share=share, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
            messages.success(request, f"It is over. {share.payer.person.known_as} reads why.")
        return desk_of(request)

    return form_page(request, form=RightSecondForm(request.POST or None), act=act, template="helping/late_second.html", context=context)


@signed_in
def wait(request: SignedIn, pk: int) -> HttpResponse:
    """Money that was said yes to must wait: somebody may be in danger, or may be cheated. A second person must agree."""
    share = _share(request, pk, policies.may_decide, state="agreed")

    def act(form: WhyForm) -> str:
        decisions.propose_hold_back(share=share, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "We have asked a second person. It waits once they agree.")
        return desk_of(request)

    context = {"share": share, "desk": desk_of(request)}
    return form_page(request, form=WhyForm(request.POST or None), act=act, template="helping/wait.html", context=context)
