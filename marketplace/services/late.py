"""After a payment that was made because the person did not answer: they say that it was wrong, and two people look at it.

No money moves here, either way. Getting it back from a provider is `recovering`.
"""

from datetime import datetime

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import MilestoneShare
from marketplace.rules.dates import LONDON, last_day_to_question
from marketplace.rules.tables import SHARE, NotNow, after
from marketplace.services import money
from marketplace.services.decisions import ReasonIsMissing
from marketplace.services.shares import WordsAreMissing
from marketplace.services.writing import log, tell
from people.models import Approval, Person
from people.services import approvals
from pooling.services.transactions import all_or_nothing

DISMISS_LATE = "marketplace.dismiss_late"


class TooLate(Refusal):
    """More than 28 days after the payment."""

    code = "too_late"
    sentence = "More than 28 days have gone since it was paid. Tell us in private what was wrong, and somebody looks at it."


@all_or_nothing
def query_late(*, share: MilestoneShare, words: str, by: Person, at: datetime) -> MilestoneShare:
    """The payer, or who may say it for them, says that a payment made by silence was wrong: once, within 28 days of it (state-machines.md 8).

    Raises NotAllowed, NotNow (they said yes to it, or it was looked at already), TooLate, WordsAreMissing.
    """
    row = money.lock_share(share)
    if not policies.may_say_it_happened(by=by, share=row, at=at):
        raise NotAllowed("Only the person who pays can say this, or somebody who may for them and did not book it alone.")
    state = after(SHARE, row.state, "query_late", "Only a payment that was made can be questioned here.")
    if not row.by_silence or row.released_at is None:
        raise NotNow("This was not paid without an answer. Somebody said yes to it.")
    if row.late_at is not None:
        raise NotNow("You told us already, and two people looked at it.")
    if at.astimezone(LONDON).date() > last_day_to_question(row.released_at):
        raise TooLate
    if not words.strip():
        raise WordsAreMissing("Write a few words about what was wrong. Two people read them.")
    row.state, row.late_at, row.late_by, row.late_words = state, at, by, words.strip()
    row.save(update_fields=["state", "late_at", "late_by", "late_words"])
    log(by=by, verb="query_late", row=row, at=at, on_behalf_of=row.payer.person, pence=row.pence)
    tell(kind="share_queried_late", row=row, at=at, pence=row.pence)
    return row


@all_or_nothing
def propose_dismissal(*, share: MilestoneShare, reason: str, by: Person, at: datetime) -> Approval:
    """The first of two people, neither with an interest, says that the payment was right after all. Nothing changes yet."""
    row = _queried_late(share, by, at)
    if not reason.strip():
        raise ReasonIsMissing
    if dismissal(share=row, at=at) is not None:
        raise NotNow("There is a proposal already. Somebody else must agree to it, or say no, first.")
    log(by=by, verb="propose_dismissal", row=row, at=at)
    return approvals.ask(
        what=DISMISS_LATE,
        about_kind=money.ABOUT_SHARE,
        about_id=row.pk,
        by=by,
        reason=reason.strip(),
        at=at,
        council_code=row.council_code,
    )


@all_or_nothing
def confirm_dismissal(*, share: MilestoneShare, reason: str, by: Person, at: datetime) -> MilestoneShare:
    """The second person agrees, with their own reason: the late question is over. Raises NotAllowed (the same person, or an interest), NotNow."""
    row = _queried_late(share, by, at)
    if not reason.strip():
        raise ReasonIsMissing
    approval = _proposed(row, at)
    if approval.asked_by_id == by.pk:
        raise NotAllowed("Two people decide this. Somebody else must agree to what you proposed.")
    approvals.give(approval=approval, by=by, at=at, room_says_may=True)
    approvals.require(what=DISMISS_LATE, about_kind=money.ABOUT_SHARE, about_id=row.pk, at=at)
    row.state = after(SHARE, row.state, "dismiss")
    row.late_reason, row.late_ended_at = f"{approval.reason}\n{reason.strip()}", at
    row.save(update_fields=["state", "late_reason", "late_ended_at"])
    log(by=by, verb="dismiss", row=row, at=at)
    return row


@all_or_nothing
def refuse_dismissal(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """The second person does not agree that it was right: the late question stays open."""
    row = _queried_late(share, by, at)
    approvals.refuse(approval=_proposed(row, at), by=by, at=at, room_says_may=True)
    log(by=by, verb="refuse_dismissal", row=row, at=at)
    return row


def dismissal(*, share: MilestoneShare, at: datetime) -> Approval | None:
    """What the first of two people proposed, if it waits for the second."""
    rows = Approval.objects.about(DISMISS_LATE, money.ABOUT_SHARE, share.pk).open(at)
    return rows.select_related("asked_by").order_by("-pk").first()


def _queried_late(share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    row = money.lock_share(share)
    if not policies.may_decide(by=by, share=row, at=at):
        raise NotAllowed("Somebody who has nothing to do with this must decide it.")
    if row.state != MilestoneShare.State.QUERIED_LATE:
        raise NotNow("Nobody says that this payment was wrong, or it was looked at already.")
    return row


def _proposed(share: MilestoneShare, at: datetime) -> Approval:
    approval = dismissal(share=share, at=at)
    if approval is None:
        raise NotNow("Nobody has proposed how this should end yet.")
    return approval
