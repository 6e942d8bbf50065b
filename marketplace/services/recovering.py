"""Money back from a provider after it was paid: an error or a fraud was found, or a payment without an answer was wrong (state-machines.md 8).

Two people without an interest decide. `payments` takes it back or keeps it back; the payer has it again as soon as it came, or FLOAT covers it.
"""

from datetime import datetime

from audit.errors import NotAllowed
from marketplace import policies
from marketplace.models import MilestoneShare
from marketplace.rules.tables import SHARE, NotNow, after
from marketplace.services import money
from marketplace.services.decisions import ProposalHasChanged, ReasonIsMissing, SumDoesNotFit
from marketplace.services.late import dismissal
from marketplace.services.writing import log, tell
from payments.models import Recovery
from payments.services import recoveries
from people.models import Approval, Person
from people.services import approvals
from pooling.services.transactions import all_or_nothing

RECOVER = "marketplace.recover"


@all_or_nothing
def propose_recovery(*, share: MilestoneShare, pence: int, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two people, neither with an interest, says that so much of a payment should come back. Nothing moves yet.

    Raises NotAllowed, NotNow, SumDoesNotFit, ReasonIsMissing.
    """
    row = _paid(share, by, at)
    if not 1 <= pence <= row.paid_pence - row.recover_pence:
        raise SumDoesNotFit
    if not reason.strip():
        raise ReasonIsMissing
    if recovery(share=row, at=at) is not None or dismissal(share=row, at=at) is not None:
        raise NotNow("There is a proposal already. Somebody else must agree to it, or say no, first.")
    row.proposed_pence, row.proposed_by = pence, by
    row.save(update_fields=["proposed_pence", "proposed_by"])
    log(by=by, verb="propose_recovery", row=row, at=at, pence=pence)
    return approvals.ask(
        what=RECOVER,
        about_kind=money.ABOUT_SHARE,
        about_id=row.pk,
        by=by,
        reason=reason.strip(),
        at=at,
        council_code=row.council_code,
    )


@all_or_nothing
def confirm_recovery(*, share: MilestoneShare, pence: int, reason: str, by: Person, at: datetime) -> MilestoneShare:
    """The second person agrees to that sum, with their own reason: it is asked back.

    Raises NotAllowed (the same person, or an interest), NotNow, ProposalHasChanged; payments' BeyondWhatIsLeft, StillGoingOut.
    """
    row = _paid(share, by, at)
    if not reason.strip():
        raise ReasonIsMissing
    approval = _proposed(row, at)
    if approval.asked_by_id == by.pk:
        raise NotAllowed("Two people decide this. Somebody else must agree to what you proposed.")
    if pence != row.proposed_pence:
        raise ProposalHasChanged
    approvals.give(approval=approval, by=by, at=at, room_says_may=True)
    approvals.require(what=RECOVER, about_kind=money.ABOUT_SHARE, about_id=row.pk, at=at)
    row.late_ended_at = at if row.state == MilestoneShare.State.QUERIED_LATE else row.late_ended_at
    row.state = after(SHARE, row.state, "recover")
    row.recover_pence += pence
    row.recover_reason, row.recover_at = f"{approval.reason}\n{reason.strip()}", at
    row.proposed_pence, row.proposed_by = None, None
    row.save()
    log(by=by, verb="recover", row=row, at=at, pence=pence)
    tell(kind="share_recovering", row=row, at=at, pence=pence)
    recoveries.open_for(about=f"share:{row.pk}", pence=pence, by=by, at=at)
    return row


@all_or_nothing
def refuse_recovery(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """The second person does not agree: the payment stays as it is."""
    row = _paid(share, by, at)
    approvals.refuse(approval=_proposed(row, at), by=by, at=at, room_says_may=True)
    row.proposed_pence, row.proposed_by = None, None
    row.save(update_fields=["proposed_pence", "proposed_by"])
    log(by=by, verb="refuse_recovery", row=row, at=at)
    return row


@all_or_nothing
def note_recovered(*, share_id: int, at: datetime) -> None:
    """What the payer has again; and once the provider owes nothing more of it, it is over. Reads how all of it stands: safe to repeat."""
    row = money.lock_share(MilestoneShare.objects.only("pk", "milestone_id").get(pk=share_id))
    asked = list(Recovery.objects.filter(about=f"share:{row.pk}"))
    row.recovered_pence = sum(one.credited_pence for one in asked)
    # More than two people asked back here, where somebody took a transfer back by hand.
    row.recover_pence = max(row.recover_pence, sum(one.pence for one in asked))
    is_over = all(one.state == Recovery.State.RECOVERED and one.credited_pence == one.pence for one in asked)
    if is_over and row.state == MilestoneShare.State.RECOVERING:
        row.state = after(SHARE, row.state, "recovered")
        log(by=None, verb="recovered", row=row, at=at, pence=row.recovered_pence)
    row.save(update_fields=["recovered_pence", "recover_pence", "state"])


def recovery(*, share: MilestoneShare, at: datetime) -> Approval | None:
    """What the first of two people proposed, if it waits for the second."""
    rows = Approval.objects.about(RECOVER, money.ABOUT_SHARE, share.pk).open(at)
    return rows.select_related("asked_by").order_by("-pk").first()


def _paid(share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    row = money.lock_share(share)
    if not policies.may_decide(by=by, share=row, at=at):
        raise NotAllowed("Somebody who has nothing to do with this must decide it.")
    after(SHARE, row.state, "recover", "Only a payment that was made can be asked back.")
    return row


def _proposed(share: MilestoneShare, at: datetime) -> Approval:
    approval = recovery(share=share, at=at)
    if approval is None:
        raise NotNow("Nobody has proposed to ask this back.")
    return approval
