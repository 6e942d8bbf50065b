"""A second person's yes or no to what another asked for. Where the yes is the last thing missing, it is done at once."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from audit import clock
from frontend.forms.approvals import ApprovalForm
from frontend.presenters import approvals as presenter
from frontend.views.flow import form_page
from frontend.views.standing_by import desk_of
from frontend.views.who import SignedIn, signed_in
from marketplace.models import MilestoneShare
from marketplace.policies import may_answer_about
from marketplace.services import decisions
from payments.services import remittances
from people.models import Approval, Person
from people.policies import may_answer_approval
from people.services import approvals

STOPS = {presenter.STOPPED: remittances.hold, presenter.GOES_ON: remittances.unhold, presenter.GIVEN_BACK: remittances.give_up}


@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """What was asked, why, and my yes or no. Never by who asked, nor by somebody with an interest in it."""
    at = clock.now()
    approval = get_object_or_404(Approval.objects.visible_to(request.user).open(at).select_related("asked_by"), pk=pk)
    if not may_answer_approval(by=request.user, approval=approval, at=at) or not may_answer_about(by=request.user, approval=approval, at=at):
        raise Http404
    if approval.what in presenter.ON_THEIR_OWN_PAGES:
        return redirect(presenter.ON_THEIR_OWN_PAGES[approval.what], pk=approval.about_id)

    def act(form: ApprovalForm) -> str:
        if form.cleaned_data["agree"]:
            _give(approval, request.user)
        else:
            approvals.refuse(approval=approval, by=request.user, at=at)
        messages.success(request, "We have your yes." if form.cleaned_data["agree"] else "We have your no. Nothing is done.")
        return desk_of(request)

    context = {"asked": presenter.asked(approval), "desk": desk_of(request)}
    return form_page(request, form=ApprovalForm(request.POST or None), act=act, template="helping/approval.html", context=context)


def _give(approval: Approval, by: Person) -> None:
    """The yes, and what it was missing for."""
    at = clock.now()
    if approval.what == decisions.HOLD_BACK:
        decisions.confirm_hold_back(share=MilestoneShare.objects.get(pk=int(approval.about_id)), by=by, at=at)
        return
    approvals.give(approval=approval, by=by, at=at)
    if approval.what in STOPS:
        STOPS[approval.what](remittance_id=int(approval.about_id), by=by, at=at)
