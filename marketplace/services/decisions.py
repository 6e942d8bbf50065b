"""Ending a question: both sides agree, two people without an interest decide, or the evidence does (state-machines.md 8, "Question")."""

from datetime import datetime

from audit.errors import Changed, NotAllowed, Refusal
from marketplace import policies
from marketplace.models import MilestoneShare, VisitPart
from marketplace.rules.tables import SHARE, NotNow, after
from marketplace.services import money
from marketplace.services.writing import log
from people.models import Approval, Person
from people.services import approvals
from pooling.services.transactions import all_or_nothing

DECIDE = "marketplace.decide_question"
TWO_DECIDED = "Two people decided it, because the money was nearly 90 days old."
HOLD_BACK = "marketplace.hold_back"


class SumDoesNotFit(Refusal):
    """More than the share, or less than nothing."""

    code = "sum_does_not_fit"
    sentence = "Write an amount between nothing and the whole part."
    field = "pay_pence"


class ReasonIsMissing(Refusal):
    """A decision without a reason."""

    code = "reason_missing"
    sentence = "Write why. Both sides will read it."
    field = "reason"


class CannotBePaidYet(Refusal):
    """Paying it waits for something; the sentence says what."""

    code = "cannot_be_paid_yet"
    sentence = "This can't be paid yet."


class ProposalHasChanged(Changed):
    """Agreed to on a page that showed what was proposed before."""

    code = "proposal_has_changed"
    sentence = "What is proposed has changed since you opened this page. Look at it again, then say yes or no."


class HeldBack(Refusal):
    """Payer and provider can't end between them what two people hold back over a worry or fraud (abuse: somebody may be made to agree)."""

    code = "held_back"
    sentence = "Two people hold this money back while they look into something. Two people decide how it ends."


WHY_NOT = {
    MilestoneShare.WaitsFor.CHECKS: "A check this visit needed was not in place on the day, so it can't be paid. It can go back to the person.",
    MilestoneShare.WaitsFor.PAYEE: "The provider has not told us where to send money. Ask them to, then try again.",
    MilestoneShare.WaitsFor.GROUP: "This group is stopped for now, so nothing is paid to a provider. Try again when the group goes on.",
    MilestoneShare.WaitsFor.SECOND_PERSON: "This is more than £500 to one provider in four weeks. Somebody else must agree first.",
}


@all_or_nothing
def provider_reply(*, share: MilestoneShare, words: str, by: Person, at: datetime) -> MilestoneShare:
    """The provider answers a question in words; the payer and who decides read it."""
    row = money.lock_share(share)
    if not policies.may_speak_for_enterprise(by=by, enterprise=row.milestone.agreement.enterprise):
        raise NotAllowed("Only the provider can answer this.")
    if row.state != MilestoneShare.State.QUESTIONED:
        raise NotNow("This question is over.")
    if not words.strip():
        raise ReasonIsMissing("Write your answer.", field="words")
    row.reply, row.replied_at = words.strip(), at
    row.save(update_fields=["reply", "replied_at"])
    log(by=by, verb="provider_reply", row=row, at=at)
    return row


@all_or_nothing
def settle(*, share: MilestoneShare, pay_pence: int, by: Person, at: datetime) -> MilestoneShare:
    """One side says how much should be paid; when the other has said or says the same sum, it is done at once.

    The payer's side: they, or their supporter with authority "visits" (not who booked it alone). The provider's side: its owner.
    Raises NotAllowed, NotNow, HeldBack, SumDoesNotFit, CannotBePaidYet.
    """
    row = _questioned(share)
    side = _side(row, by, at)
    if row.held_back_at is not None:
        raise HeldBack
    if side == "payer" and money.second_yeses(share=row, at=at).filter(given_by=by).exists():
        raise NotAllowed("You are the second person for this payment, so somebody else says how much.")
    _fits(row, pay_pence)
    if row.settle_side not in {"", side} and row.settle_pence == pay_pence:
        _can_be_paid(row, pay_pence, at)
        if pay_pence:
            money.use_second_yes(share=row, pence=pay_pence, at=at)
        money.finish_question(share=row, verb="settle", pay_pence=pay_pence, reason="Both agreed.", by=by, at=at)
        return row
    row.settle_pence, row.settle_side, row.settle_by = pay_pence, side, by
    row.save(update_fields=["settle_pence", "settle_side", "settle_by"])
    log(by=by, verb="offer_settlement", row=row, at=at, pay_pence=pay_pence, side=side)
    return row


@all_or_nothing
def propose_decision(*, share: MilestoneShare, pay_pence: int, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two people, neither with an interest, says how a question should end. Nothing moves yet. The reason is kept with the request."""
    row = _questioned(share)
    _may_decide(row, by, at)
    _fits(row, pay_pence)
    if not reason.strip():
        raise ReasonIsMissing
    if Approval.objects.about(DECIDE, money.ABOUT_SHARE, row.pk).open(at).exists():
        raise NotNow("There is a proposal already. Somebody else must agree to it, or say no, first.")
    row.proposed_pence, row.proposed_by = pay_pence, by
    row.save(update_fields=["proposed_pence", "proposed_by"])
    log(by=by, verb="propose_decision", row=row, at=at, pay_pence=pay_pence)
    return approvals.ask(
        what=DECIDE,
        about_kind=money.ABOUT_SHARE,
        about_id=row.pk,
        by=by,
        reason=reason.strip(),
        at=at,
        council_code=row.council_code,
    )


@all_or_nothing
def confirm_decision(*, share: MilestoneShare, pay_pence: int, reason: str, by: Person, at: datetime) -> MilestoneShare:
    """The second person agrees to that sum, with their own reason, and the money moves.

    Raises NotAllowed (the same person, or with an interest), NotNow, ProposalHasChanged, ReasonIsMissing, CannotBePaidYet.
    """
    row = _questioned(share)
    _may_decide(row, by, at)
    if not reason.strip():
        raise ReasonIsMissing
    approval = Approval.objects.about(DECIDE, money.ABOUT_SHARE, row.pk).open(at).order_by("-pk").first()
    if approval is None or row.proposed_pence is None:
        raise NotNow("Nobody has proposed how this should end yet.")
    if approval.asked_by_id == by.pk:
        raise NotAllowed("Two people decide this. Somebody else must agree to what you proposed.")
    if pay_pence != row.proposed_pence:
        raise ProposalHasChanged
    _can_be_paid(row, row.proposed_pence, at, by_two=True)
    approvals.give(approval=approval, by=by, at=at, room_says_may=True)
    approvals.require(what=DECIDE, about_kind=money.ABOUT_SHARE, about_id=row.pk, at=at)
    why = f"{approval.reason}\n{reason.strip()}"
    money.finish_question(share=row, verb="decide", pay_pence=row.proposed_pence, reason=why, by=by, at=at)
    return row


@all_or_nothing
def refuse_decision(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """The second person does not agree: the question stays open for another proposal."""
    row = _questioned(share)
    _may_decide(row, by, at)
    approval = Approval.objects.about(DECIDE, money.ABOUT_SHARE, row.pk).open(at).order_by("-pk").first()
    if approval is None:
        raise NotNow("Nobody has proposed how this should end yet.")
    approvals.refuse(approval=approval, by=by, at=at, room_says_may=True)
    row.proposed_pence, row.proposed_by = None, None
    row.save(update_fields=["proposed_pence", "proposed_by"])
    log(by=by, verb="refuse_decision", row=row, at=at)
    return row


@all_or_nothing
def propose_hold_back(*, share: MilestoneShare, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two people says that agreed money must wait: a safeguarding worry or fraud. Nothing changes yet."""
    row = money.lock_share(share)
    _may_decide(row, by, at)
    after(SHARE, row.state, "hold_back", "Only money that is about to be paid can be held back.")
    if not reason.strip():
        raise ReasonIsMissing
    log(by=by, verb="propose_hold_back", row=row, at=at)
    return approvals.ask(
        what=HOLD_BACK,
        about_kind=money.ABOUT_SHARE,
        about_id=row.pk,
        by=by,
        reason=reason.strip(),
        at=at,
        council_code=row.council_code,
    )


@all_or_nothing
def confirm_hold_back(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """The second person agrees: the money waits as a question; the provider is told and may answer."""
    row = money.lock_share(share)
    _may_decide(row, by, at)
    approval = Approval.objects.about(HOLD_BACK, money.ABOUT_SHARE, row.pk).open(at).order_by("-pk").first()
    if approval is None:
        raise NotNow("Nobody has asked to hold this back.")
    if approval.asked_by_id == by.pk:
        raise NotAllowed("Two people decide this. Somebody else must agree to what you proposed.")
    approvals.give(approval=approval, by=by, at=at, room_says_may=True)
    approvals.require(what=HOLD_BACK, about_kind=money.ABOUT_SHARE, about_id=row.pk, at=at)
    money.question(share=row, verb="hold_back", words="", by=by, at=at)
    return row


def clock_out(*, share: MilestoneShare, at: datetime) -> bool:
    """Day 45: nobody decided, so the evidence does. Recorded at the time, not questioned by the person nor held back: paid; else it comes back.

    The share is locked by the caller. False when paying must still wait for something (it is tried again). A missing check means it comes back.
    """
    parts = VisitPart.objects.filter(share=share, is_away=False).select_related("visit")
    is_shown = bool(parts) and all(part.visit.recorded_at_the_time for part in parts)
    evidence = is_shown and not share.questioned_by_person and share.held_back_at is None
    pay_pence, reason = (share.pence, "Recorded at the time, and not questioned by the person.") if evidence else (0, "Not shown to have happened.")
    waits_for = money.why_not_pay(share=share, pence=pay_pence, at=at) if pay_pence else ""
    if waits_for == MilestoneShare.WaitsFor.CHECKS:
        pay_pence, reason = 0, "A check it needed was not in place on the day."
    elif waits_for in {MilestoneShare.WaitsFor.PAYEE, MilestoneShare.WaitsFor.SECOND_PERSON, MilestoneShare.WaitsFor.GROUP}:
        return _waits(share, waits_for)
    if pay_pence:
        money.use_second_yes(share=share, pence=pay_pence, at=at)
    money.finish_question(share=share, verb="clock_out", pay_pence=pay_pence, reason=reason, by=None, at=at)
    return True


def pay_as_decided(*, share: MilestoneShare, at: datetime) -> bool:
    """Two people decided that all of it is paid (`pay_decided_at`): done once nothing stands in the way, whatever day it is then.

    The share is locked by the caller. False when it must still wait for something. A missing check means it comes back.
    """
    waits_for = money.why_not_pay(share=share, pence=share.pence, at=at, by_two=True)
    is_missing = waits_for == MilestoneShare.WaitsFor.CHECKS
    if waits_for and not is_missing:
        return _waits(share, waits_for)
    pay_pence, reason = (0, "A check it needed was not in place on the day.") if is_missing else (share.pence, TWO_DECIDED)
    money.finish_question(share=share, verb="decide", pay_pence=pay_pence, reason=reason, by=None, at=at)
    return True


def _waits(share: MilestoneShare, waits_for: str) -> bool:
    if share.waits_for != waits_for:
        share.waits_for = waits_for
        share.save(update_fields=["waits_for"])
    return False


def _questioned(share: MilestoneShare) -> MilestoneShare:
    row = money.lock_share(share)
    if row.state != MilestoneShare.State.QUESTIONED:
        raise NotNow("This question is over.")
    return row


def _side(share: MilestoneShare, by: Person, at: datetime) -> str:
    if policies.may_say_it_happened(by=by, share=share, at=at):
        return "payer"
    if policies.may_speak_for_enterprise(by=by, enterprise=share.milestone.agreement.enterprise):
        return "provider"
    raise NotAllowed("Only the person who pays and the provider can agree this between them.")


def _may_decide(share: MilestoneShare, by: Person, at: datetime) -> None:
    if not policies.may_decide(by=by, share=share, at=at):
        raise NotAllowed("Somebody who has nothing to do with this must decide it.")


def _fits(share: MilestoneShare, pay_pence: int) -> None:
    if not 0 <= pay_pence <= share.pence:
        raise SumDoesNotFit


def _can_be_paid(share: MilestoneShare, pay_pence: int, at: datetime, *, by_two: bool = False) -> None:
    waits_for = money.why_not_pay(share=share, pence=pay_pence, at=at, by_two=by_two) if pay_pence else ""
    if waits_for in WHY_NOT:
        raise CannotBePaidYet(WHY_NOT[MilestoneShare.WaitsFor(waits_for)])
