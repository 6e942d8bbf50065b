"""A question about visits: both sides read what was said, answer, and may agree how much is paid."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from audit import clock
from frontend.forms.answers import ReplyForm, SplitForm
from frontend.presenters import questions as presenter
from frontend.views.flow import back_to, form_page
from frontend.views.who import SignedIn, signed_in
from marketplace.models import MilestoneShare
from marketplace.services import decisions


def _page(request: SignedIn, pk: int) -> presenter.QuestionPage:
    """A question this person may see. What never was one is not found."""
    related = ("milestone__agreement__enterprise", "milestone__agreement__cluster", "payer__person", "portion__holder", "membership")
    rows = MilestoneShare.objects.visible_to(request.user).filter(questioned_at__isnull=False)
    return presenter.page(get_object_or_404(rows.select_related(*related), pk=pk), request.user, clock.now())


@signed_in
def show(request: SignedIn, pk: int) -> HttpResponse:
    """What was said, what each would agree to, what happens by when."""
    return render(request, "question/show.html", {"page": _page(request, pk)})


@signed_in
def reply(request: SignedIn, pk: int) -> HttpResponse:
    """The provider says what happened."""
    page = _page(request, pk)
    if not page.may_reply:
        raise Http404

    def act(form: ReplyForm) -> str:
        decisions.provider_reply(share=page.share, words=form.cleaned_data["words"], by=request.user, at=clock.now())
        messages.success(request, f"{page.person} can read it now.")
        return back_to("question", pk=pk)

    initial = {"words": page.share.reply}
    return form_page(request, form=ReplyForm(request.POST or None, initial=initial), act=act, template="question/reply.html", context={"page": page})


@signed_in
def split(request: SignedIn, pk: int) -> HttpResponse:
    """Say how much should be paid. When the other side says the same, it is done."""
    page = _page(request, pk)
    if not (page.is_open and page.side):
        raise Http404

    def act(form: SplitForm) -> str:
        after = decisions.settle(share=page.share, pay_pence=form.cleaned_data["pay_pence"], by=request.user, at=clock.now())
        messages.success(request, "You both agree. It is settled." if after.state == "decided" else "We ask the other side. Nothing moves yet.")
        return back_to("question", pk=pk)

    def sums(form: SplitForm) -> dict[str, object]:
        pay = form.cleaned_data["pay_pence"]
        settles = page.may_agree and page.share.settle_pence == pay
        return {"pay_pence": pay, "back_pence": page.share.pence - pay, "settles": settles}

    form = SplitForm(request.POST or None, most_pence=page.share.pence)
    context, check = {"page": page}, "question/split_check.html"
    return form_page(request, form=form, act=act, template="question/split.html", context=context, check_template=check, check_context=sums)
