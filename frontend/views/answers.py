"""Saying that visits happened, for one's own part of the money, visit by visit. Nobody from the provider says it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from audit import clock
from frontend.forms.answers import WeekForm, WrongForm, week_form
from frontend.presenters import answers as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from marketplace.models import MilestoneShare
from marketplace.querysets import people_seen_by
from marketplace.services import late, shares


def own_share(request: SignedIn, pk: int) -> MilestoneShare:
    """A part of a week that this person, or somebody they help, pays. Nobody else sees this page: 404."""
    related = ("milestone__agreement__enterprise", "milestone__agreement__cluster", "payer__person", "portion__holder", "membership")
    rows = MilestoneShare.objects.visible_to(request.user).filter(payer__person__in=people_seen_by(request.user))
    return get_object_or_404(rows.select_related(*related), pk=pk)


@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """Did these visits happen? The running total is on the check page."""
    share, at = own_share(request, pk), clock.now()
    page = presenter.page(share, request.user, at)
    if not page.may_answer:
        return render(request, "visit/week.html", {"page": page})

    def act(form: WeekForm) -> str:
        after = shares.answer(share=share, answers=form.answers, words=form.cleaned_data["words"], by=request.user, at=at)
        _tell(request, after)
        return back_to("share-answer", pk=pk)

    return form_page(
        request,
        form=week_form(page)(request.POST or None, initial=page.already),
        act=act,
        template="visit/answer.html",
        context={"page": page},
        check_template="visit/answer_check.html",
        check_context=_sums,
    )


@signed_in
def wrong(request: SignedIn, pk: int) -> HttpResponse:
    """It was paid without an answer, and it was wrong. Who may not say so, or not any more, reads how it stands."""
    share, at = own_share(request, pk), clock.now()
    page = presenter.page(share, request.user, at)
    if share not in page.wrong:
        return redirect("share-answer", pk=pk)

    def act(form: WrongForm) -> str:
        late.query_late(share=share, words=form.cleaned_data["words"], by=request.user, at=at)
        messages.success(request, "Thank you for telling us. Two people who have nothing to do with it look at it.")
        return back_to("share-answer", pk=pk)

    return form_page(request, form=WrongForm(request.POST or None), act=act, template="visit/wrong.html", context={"page": page})


def _sums(form: WeekForm) -> dict[str, object]:
    spoken = form.spoken
    sums = {name: sum(getattr(one, f"{name}_pence") for one in spoken) for name in ("pay", "wait", "again")}
    return {"spoken": spoken, "total_pence": sum(sums.values()), **{f"{name}_pence": pence for name, pence in sums.items()}}


def _tell(request: SignedIn, share: MilestoneShare) -> None:
    if share.state == "covered":
        messages.success(request, "We have kept your answer. It counts when the week is over. You can change it until then.")
    elif share.state == "asked":
        messages.success(request, "Thank you. We ask you again tomorrow about what you are not sure of.")
