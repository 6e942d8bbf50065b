"""A second person's yes or no to what another asked for. Where the yes is the last thing missing, it is done at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from audit import clock
from audit.errors import Changed
from frontend.forms.approvals import ApprovalForm, ApprovalWithReasonForm
from frontend.presenters import approvals as presenter
from frontend.views.flow import form_page
from frontend.views.standing_by import desk_of
from frontend.views.who import SignedIn, signed_in
from marketplace.models import MilestoneShare
from marketplace.policies import may_answer_about
from marketplace.services import decisions, recovering
from payments.models import Payment
from payments.services import ages, closing, disputes, recoveries, remittances, rerouting, suspense
from payments.services.answering import FOR_OPERATORS, must_be_able_to_answer
from people.models import Approval, Person
from people.policies import may_answer_approval
from people.services import approvals
from pooling.models import Cluster
from pooling.services import endings


def _close(about_id: str, pence: int, by: Person, at: datetime) -> None:
    council_code, through = closing.read_about(about_id)
    closing.confirm(council_code=council_code, through=through, by=by, at=at)


# The second yes carries it out, by the room that was asked; `about_id` says of what, `pence` to which sum.
CARRIES_OUT: dict[str, Callable[[str, int, Person, datetime], object]] = {
    suspense.EXPLAIN: lambda pk, pence, by, at: suspense.confirm(line_id=pk, by=by, at=at),
    disputes.WRITE_OFF: lambda pk, pence, by, at: disputes.confirm_write_off(dispute_id=int(pk), pence=pence, by=by, at=at),
    recoveries.WRITE_OFF: lambda pk, pence, by, at: recoveries.confirm_write_off(recovery_id=int(pk), pence=pence, by=by, at=at),
    rerouting.REROUTE: lambda pk, pence, by, at: rerouting.confirm(refund_id=int(pk), by=by, at=at),
    closing.CLOSE: _close,
    endings.UNFREEZE: lambda pk, pence, by, at: endings.unfreeze(cluster=Cluster(pk=int(pk)), by=by, at=at),
}
ANOTHER = "What is asked has changed since you opened this page. Look at it again, then say yes or no."
STOPS = {presenter.STOPPED: remittances.hold, presenter.GOES_ON: remittances.unhold, presenter.GIVEN_BACK: remittances.give_up}


@signed_in
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """What was asked, why, and my yes or no. Never by who asked, nor by somebody with an interest in it; of money they are told why."""
    at = clock.now()
    approval = get_object_or_404(Approval.objects.visible_to(request.user).open(at).select_related("asked_by"), pk=pk)
    if not _may_answer(approval, request.user, at):
        raise Http404
    if approval.what in presenter.ON_THEIR_OWN_PAGES:
        return redirect(presenter.ON_THEIR_OWN_PAGES[approval.what], pk=approval.about_id)
    asked = presenter.asked(approval)

    def act(form: ApprovalForm) -> str:
        must_be_able_to_answer(approval, by=request.user)
        _answer(asked, form.cleaned_data, request.user)
        messages.success(request, "We have your yes." if form.cleaned_data["agree"] else "We have your no. Nothing is done.")
        return desk_of(request)

    form_of = ApprovalWithReasonForm if approval.what == recovering.RECOVER else ApprovalForm
    form = form_of(request.POST or None, initial={"read": asked.read})
    return form_page(request, form=form, act=act, template="helping/approval.html", context={"asked": asked, "desk": desk_of(request)})


def _answer(asked: presenter.Asked, said: dict[str, Any], by: Person) -> None:
    """Of just what was read. Rooms answer the newest request about a thing: where this one was taken back that moment, that is another."""
    if said["read"] != asked.read:
        raise Changed(ANOTHER)
    if said["agree"]:
        _give(asked, by, said.get("reason", ""))
    else:
        _refuse(asked.approval, by)
    row = Approval.objects.get(pk=asked.approval.pk)
    if row.refused_by_id not in {None, by.pk} or row.expires_at <= clock.now():
        raise Changed(ANOTHER)


def _may_answer(approval: Approval, by: Person, at: datetime) -> bool:
    if approval.what in FOR_OPERATORS and not by.is_operator:
        return False
    return may_answer_approval(by=by, approval=approval, at=at) and may_answer_about(by=by, approval=approval, at=at)


def _refuse(approval: Approval, by: Person) -> None:
    if approval.what == suspense.EXPLAIN:
        suspense.refuse(line_id=approval.about_id, by=by, at=clock.now())
    elif approval.what == recovering.RECOVER:
        recovering.refuse_recovery(share=_share(approval), by=by, at=clock.now())
    else:
        approvals.refuse(approval=approval, by=by, at=clock.now())


def _share(approval: Approval) -> MilestoneShare:
    return MilestoneShare.objects.get(pk=int(approval.about_id))


def _give(asked: presenter.Asked, by: Person, reason: str) -> None:
    """The yes, and what it was missing for."""
    approval, at = asked.approval, clock.now()
    if approval.what == recovering.RECOVER:
        recovering.confirm_recovery(share=_share(approval), pence=asked.pence, reason=reason, by=by, at=at)
        return
    if approval.what == decisions.HOLD_BACK:
        decisions.confirm_hold_back(share=_share(approval), by=by, at=at)
        return
    if approval.what in CARRIES_OUT:
        CARRIES_OUT[approval.what](approval.about_id, asked.pence, by, at)
        return
    approvals.give(approval=approval, by=by, at=at)
    if approval.what == ages.DECIDE:
        ages.decide(payment=Payment.objects.get(pk=approval.about_id), by=by, at=at)
    if approval.what in STOPS:
        STOPS[approval.what](remittance_id=int(approval.about_id), by=by, at=at)
