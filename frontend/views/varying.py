"""Changing visits that are on: asking, everybody's own answer, stopping; and what people can do about a week that is short."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.provider import RefuseForm
from frontend.forms.varying import AnswerForm, ChangeForm, PlaceForm, ShortWeekForm, StopForm, SuspendForm
from frontend.presenters import agreements as agreement_presenter
from frontend.presenters import varying as presenter
from frontend.views.flow import back_to, form_page, press
from frontend.views.who import SignedIn, signed_in
from marketplace.models import Agreement, Change, Milestone, MilestoneShare
from marketplace.rules.dates import last_day_of_notice
from marketplace.services import agreements, asking, changing, exits, shortfalls
from pooling.models import Pledge


def _agreement(request: SignedIn, pk: int) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(request.user).select_related("enterprise", "cluster"), pk=pk)


def _change(request: SignedIn, pk: int) -> Change:
    rows = Change.objects.visible_to(request.user).select_related("agreement__enterprise", "agreement__cluster")
    return get_object_or_404(rows, pk=pk)


@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Ask for another price or other days; the check page shows what it would be before anybody is asked."""
    row, at = _agreement(request, pk), clock.now()
    if not presenter.of_agreement(row, request.user, at).may_change:
        raise Http404

    def ask(form: ChangeForm) -> str:
        made = changing.propose(agreement=row, by=request.user, at=at, **form.terms())
        messages.success(request, "It is agreed." if made.state == "applied" else "We have asked. Nothing changes before everybody’s own yes.")
        return back_to("change", pk=made.pk)

    def shown(form: ChangeForm) -> dict[str, object]:
        with transaction.atomic():
            page = presenter.page(changing.propose(agreement=row, by=request.user, at=at, **form.terms()), request.user, at)
            transaction.set_rollback(True)
        return {"page": page}

    form = ChangeForm(request.POST or None, agreement=row)
    context = {"agreement": row}
    template, check = "varying/change.html", "varying/change_check.html"
    return form_page(request, form=form, act=ask, template=template, context=context, check_template=check, check_context=shown)


@signed_in
def suspend(request: SignedIn, pk: int) -> HttpResponse:
    """Who looks after somebody's money, or who runs the site, stops new visits for now."""
    row, at = _agreement(request, pk), clock.now()
    if not presenter.of_agreement(row, request.user, at).may_suspend:
        raise Http404

    def act(form: SuspendForm) -> str:
        agreements.suspend(agreement=row, by=request.user, at=at, **form.cleaned_data)
        messages.success(request, "New visits are stopped. We are telling everybody.")
        return back_to("agreement", pk=pk)

    return form_page(request, form=SuspendForm(request.POST or None), act=act, template="varying/suspend.html", context={"agreement": row})


@signed_in
@require_POST
def resume(request: SignedIn, pk: int) -> HttpResponse:
    """Visits go on."""
    row = _agreement(request, pk)

    def act() -> str:
        agreements.resume(agreement=row, by=request.user, at=clock.now())
        messages.success(request, "Visits can go on. We are telling everybody.")
        return back_to("agreement", pk=pk)

    return press(request, act, refused=back_to("agreement", pk=pk))


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """A change: old and new price, the most it can cost, and my own answer."""
    row, at = _change(request, pk), clock.now()
    page = presenter.page(row, request.user, at)
    part = page.asks
    if part is None:
        return render(request, "varying/asked.html", {"page": page})
    membership = part.answer.payer.membership

    def act(form: AnswerForm | PlaceForm) -> str:
        more = form.said if isinstance(form, PlaceForm) else {"instead": form.chosen}
        answered = form.cleaned_data["answer"]
        changing.answer(change=row, membership=membership, answer=answered, by=request.user, at=at, **more)
        messages.success(request, "We have your answer. No money has moved.")
        return back_to("change", pk=pk)

    return form_page(request, form=_answer_form(request, row, part), act=act, template="varying/asked.html", context={"page": page})


def _answer_form(request: SignedIn, row: Change, part: presenter.Part) -> AnswerForm | PlaceForm:
    data = request.POST or None
    if part.is_coming:
        pledges = Pledge.objects.live().filter(membership=part.answer.payer.membership_id).select_related("portion", "membership")
        return PlaceForm(data, pledges=list(pledges))
    return AnswerForm(data, answers=part.answers, places=presenter.could_take_the_place(row) if "replace" in part.answers else [])


@signed_in
@require_POST
def sign(request: SignedIn, pk: int) -> HttpResponse:
    """The provider's yes."""
    row = _change(request, pk)

    def act() -> str:
        changing.provider_sign(change=row, by=request.user, at=clock.now())
        messages.success(request, "We have your yes.")
        return back_to("change", pk=pk)

    return press(request, act, refused=back_to("change", pk=pk))


@signed_in
def refuse(request: SignedIn, pk: int) -> HttpResponse:
    """The provider's no, with a reason if they like."""
    row = _change(request, pk)
    if not presenter.page(row, request.user, clock.now()).may_sign:
        raise Http404

    def act(form: RefuseForm) -> str:
        changing.refuse(change=row, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "The group sees it now.")
        return back_to("change", pk=pk)

    form = RefuseForm(request.POST if request.method == "POST" else None)
    return form_page(request, form=form, act=act, template="varying/refuse.html", context={"change": row})


@signed_in
@require_POST
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Who asked takes it back."""
    row = _change(request, pk)

    def act() -> str:
        changing.take_back(change=row, by=request.user, at=clock.now())
        messages.success(request, "It is taken back. Everything stays as it was signed.")
        return back_to("agreement", pk=row.agreement_id)

    return press(request, act, refused=back_to("change", pk=pk))


@signed_in
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """I stop, with notice; or I ask everybody whether it should end."""
    row, at = _agreement(request, pk), clock.now()
    offered = presenter.of_agreement(row, request.user, at)
    if not offered.may_stop:
        raise Http404
    payer = get_object_or_404(row.payers.signed().select_related("membership"), person=request.user)

    def act(form: StopForm) -> str:
        if form.cleaned_data["who"] == "all":
            made = changing.propose(agreement=row, kind="end", why=form.cleaned_data["why"], by=request.user, at=at)
            messages.success(request, "We have asked everybody who pays.")
            return back_to("change", pk=made.pk)
        exits.stop(agreement=row, membership=payer.membership, by=request.user, at=at)
        messages.success(request, "We have told the others and the provider.")
        return back_to("agreement", pk=pk)

    form = StopForm(request.POST or None, may_stop=True, may_ask=offered.may_end)
    page, last_day = agreement_presenter.page(row, request.user, clock.london_date(at)), last_day_of_notice(clock.london_date(at), row.notice_days)
    context = {"page": page, "agreement": row, "last_day": last_day}
    return form_page(request, form=form, act=act, template="varying/stop.html", context=context)


def _short(request: SignedIn, pk: int) -> presenter.ShortPage:
    rows = Milestone.objects.visible_to(request.user).select_related("agreement__enterprise", "agreement__cluster")
    return presenter.short(get_object_or_404(rows, pk=pk, state="short"), request.user, clock.now())


@signed_in
def short(request: SignedIn, pk: int) -> HttpResponse:
    """A week that is short: take over some of it, ask for fewer visits, or nothing."""
    page = _short(request, pk)
    mine = page.mine
    if mine is None:
        return render(request, "varying/short.html", {"page": page})
    at = clock.now()

    def act(form: ShortWeekForm) -> str:
        if form.cleaned_data["choice"] == "over":
            pence = form.cleaned_data["pence"] or 0
            shortfalls.take_over(milestone=page.week, membership=mine.membership, pence=pence, by=request.user, at=at)
        else:
            verb = shortfalls.fewer if form.cleaned_data["choice"] == "fewer" else shortfalls.take_answer_back
            verb(milestone=page.week, membership=mine.membership, by=request.user, at=at)
        messages.success(request, "We have written it down. No money has moved.")
        return back_to("agreement", pk=page.week.agreement_id)

    form = ShortWeekForm(request.POST or None, missing_pence=page.left_pence, visits=page.visits, has_said=bool(page.said))
    return form_page(request, form=form, act=act, template="varying/short.html", context={"page": page})


@signed_in
@require_POST
def again(request: SignedIn, pk: int) -> HttpResponse:
    """Asks again for a part that was missed."""
    rows = MilestoneShare.objects.visible_to(request.user).select_related("milestone")
    share = get_object_or_404(rows, pk=pk)
    back = back_to("agreement", pk=share.milestone.agreement_id)

    def act() -> str:
        shortfalls.call_again(share=share, by=request.user, at=clock.now())
        messages.success(request, "We have asked for it again.")
        return back

    return press(request, act, refused=back)


@signed_in
@require_POST
def ask_group(request: SignedIn, pk: int) -> HttpResponse:
    """Asks the group whether a short week should go on without the part that is missing."""
    rows = Milestone.objects.visible_to(request.user)
    week = get_object_or_404(rows, pk=pk, state="short")
    share = get_object_or_404(week.shares.select_related("milestone__agreement__cluster"), pk=presenter.missing_part(week))

    def act() -> str:
        asking.ask_group_to_go_on(share=share, by=request.user, at=clock.now())
        messages.success(request, "We have asked the group. Everybody answers.")
        return back_to("agreement", pk=week.agreement_id)

    return press(request, act, refused=back_to("week-short", pk=pk))
