"""Each step of what a group asks providers for: checked, asked of the group, each payer's yes, shown, changed, answered, taken back."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.briefs import BackForm, ChangeForm, PublishForm, StopForm, WordsForm, YesForm
from frontend.presenters import briefs as presenter
from frontend.views.briefs import find
from frontend.views.flow import back_to, form_page, number_in, only, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Brief, BriefPayer, BriefQuestion
from marketplace.policies_of_briefs import may_answer_providers, may_check, may_look_over, may_return
from marketplace.rules.briefs import least_open_days
from marketplace.services import briefs
from pooling.models import Pledge


def _pressed(request: SignedIn, pk: int, verb: Callable[..., object], said: str) -> HttpResponse:
    """One press on a brief's page, and back to it."""
    brief = find(request, pk)

    def act() -> str:
        verb(brief=brief, by=request.user, at=clock.now())
        messages.success(request, said)
        return back_to("brief", pk=pk)

    return press(request, act, refused=back_to("brief", pk=pk))


def _find_to(may: Callable[..., bool], request: SignedIn, pk: int) -> Brief:
    """For whoever may do that with it."""
    brief = find(request, pk)
    only(may(by=request.user, brief=brief, at=clock.now()))
    return brief


@signed_in
@require_POST
def check(request: SignedIn, pk: int) -> HttpResponse:
    """Nothing in it gives anybody away."""
    read = partial(briefs.check, version=number_in(request.POST, "version"))
    return _pressed(request, pk, read, "We found nothing that gives anybody away.")


@signed_in
@require_POST
def ask_us(request: SignedIn, pk: int) -> HttpResponse:
    """Put it to the group."""
    return _pressed(request, pk, briefs.ask_group, "Your group is asked now.")


@signed_in
@require_POST
def share_again(request: SignedIn, pk: int) -> HttpResponse:
    """Without those who said no."""
    return _pressed(request, pk, briefs.share_again, "We ask those who are left about their new part.")


@signed_in
def back(request: SignedIn, pk: int) -> HttpResponse:
    """To be written again, and why."""
    brief = _find_to(may_return, request, pk)

    def act(form: BackForm) -> str:
        briefs.return_(brief=brief, by=request.user, at=clock.now(), **form.cleaned_data)
        return back_to("brief", pk=pk)

    return form_page(request, form=BackForm(request.POST or None), act=act, template="wants/back.html", context={"brief": brief})


@signed_in
def say_yes(request: SignedIn, pk: int) -> HttpResponse:
    """My own yes to the most it can cost me, from a promise of mine. No money moves."""
    payer = _payer(request, pk)

    def act(form: YesForm) -> str:
        pledge = form.pledges[form.cleaned_data["pledge"]]
        read = {name: form.cleaned_data[name] for name in form.shows}
        briefs.say_yes(payer=payer, pledge=pledge, **read, by=request.user, at=clock.now())
        messages.success(request, "We have your yes. No money has moved.")
        return back_to("brief", pk=pk)

    pledges = Pledge.objects.live().filter(membership=payer.membership).select_related("portion").order_by("pk")
    context = {"payer": payer, "brief": payer.brief, "rows": presenter.rows_of(payer.brief, tuple(payer.brief.lots.all()))}
    form = YesForm(request.POST or None, pledges=list(pledges), initial={"most_pence": payer.ceiling_pence, "version": payer.brief.version})
    return form_page(request, form=form, act=act, template="wants/yes.html", context=context)


@signed_in
@require_POST
def say_no(request: SignedIn, pk: int) -> HttpResponse:
    """Not this time, or not any more."""
    payer = _payer(request, pk)

    def act() -> str:
        briefs.say_no(payer=payer, by=request.user, at=clock.now())
        messages.success(request, "That is fine. The others see only “not this time”.")
        return back_to("brief", pk=pk)

    return press(request, act, refused=back_to("brief", pk=pk))


@signed_in
def publish(request: SignedIn, pk: int) -> HttpResponse:
    """A second pair of eyes shows it to providers."""
    brief = _find_to(may_look_over, request, pk)

    def act(form: PublishForm) -> str:
        briefs.publish(brief=brief, by=request.user, at=clock.now(), **form.cleaned_data)
        return back_to("brief", pk=pk)

    form = PublishForm(request.POST or None, least=least_open_days(brief.ceiling_pence), version=brief.version)
    context = {"brief": brief, "rows": presenter.rows_of(brief, tuple(brief.lots.all()))}
    return form_page(request, form=form, act=act, template="wants/publish.html", context=context)


@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Other words while it is open; it stays open three days longer."""
    brief = _find_to(may_check, request, pk)

    def act(form: ChangeForm) -> str:
        briefs.amend_brief(brief=brief, why=form.cleaned_data["why"], by=request.user, at=clock.now(), **form.changed(brief))
        return back_to("brief", pk=pk)

    words = {name: getattr(brief, name) for name in ("problem", "people_words", "outcome_words")}
    form = ChangeForm(request.POST or None, initial={**words, "must_haves": "\n".join(brief.must_haves)})
    return form_page(request, form=form, act=act, template="wants/change.html", context={"brief": brief})


@signed_in
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the group to take it back."""
    brief = _find_to(may_answer_providers, request, pk)

    def act(form: StopForm) -> str:
        briefs.ask_to_withdraw(brief=brief, by=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, "Your group is asked now. Until they answer, providers can go on.")
        return back_to("brief", pk=pk)

    return form_page(request, form=StopForm(request.POST or None), act=act, template="wants/stop.html", context={"brief": brief})


@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """Answer a provider; every provider reads it."""
    asked = get_object_or_404(BriefQuestion.objects.filter(brief__in=Brief.objects.visible_to(request.user)).select_related("brief__cluster"), pk=pk)
    only(may_answer_providers(by=request.user, brief=asked.brief, at=clock.now()))

    def act(form: WordsForm) -> str:
        briefs.answer(question=asked, by=request.user, at=clock.now(), **form.cleaned_data)
        return back_to("brief", pk=asked.brief_id)

    return form_page(request, form=WordsForm(request.POST or None), act=act, template="wants/answer.html", context={"asked": asked})


def _payer(request: SignedIn, pk: int) -> BriefPayer:
    """My own part of it."""
    rows = BriefPayer.objects.select_related("brief__cluster", "membership", "person")
    return get_object_or_404(rows, brief=find(request, pk), person=request.user)
