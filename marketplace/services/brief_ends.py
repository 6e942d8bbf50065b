"""How a brief ends without an agreement: taken back, stopped, nobody offered, none would do, nobody pays. Every promise kept for it is free again,

and whoever offered reads why.
"""

from datetime import datetime

from marketplace.models import Brief, Need
from marketplace.rules.briefs import BRIEF
from marketplace.rules.offering import OFFER
from marketplace.rules.tables import after
from marketplace.services.awarding import not_chosen
from marketplace.services.brief_drafts import forget_yeses, lock
from marketplace.services.needs_together import move
from marketplace.services.writing import log, tell
from people.models import Person
from pooling.models import Proposal
from pooling.services import proposals
from pooling.services.transactions import all_or_nothing

NOBODY_PAYS = "Nobody is left in the group who would pay for it."


def withdraw_brief(*, brief: Brief, reason: str, at: datetime) -> bool:
    """The group decided to take it back: `reason` is published, every promise is free again. False: it is not open any more."""
    return _end(brief, "withdraw_brief", reason, "take_back", at)


def group_settled(*, proposal_id: int, brief_id: int, outcome: str, at: datetime) -> None:
    """What the group said to taking it back (`pooling.question_settled` of kind withdraw_brief). The reason is the question's own text."""
    if outcome == "enacted":
        withdraw_brief(brief=Brief.objects.get(pk=brief_id), reason=Proposal.objects.get(pk=proposal_id).text, at=at)


def cancel(*, brief: Brief, reason: str, at: datetime) -> bool:
    """The group decided, after the close, to choose nobody and stop. False: it is past that."""
    return _end(brief, "cancel_brief", reason, "take_back", at)


def end_without_award(*, brief: Brief, verb: str, reason: str, by: Person | None, at: datetime, why_unmet: str = Need.Reason.NO_OFFER) -> bool:
    """No offer, or none that will do (`none_received`, `none_suitable`, `cancel_brief`): what they wanted is unmet, and counted as that."""
    return _end(brief, verb, reason, "no_award", at, by=by, why_unmet=why_unmet)


def nobody_pays(*, brief: Brief, at: datetime) -> bool:
    """After the close: who would pay said no or left the group. What they wanted is theirs again. False: it is past that."""
    return _end(brief, "nobody_pays", NOBODY_PAYS, "take_back", at)


@all_or_nothing
def _end(brief: Brief, verb: str, reason: str, need_verb: str, at: datetime, *, by: Person | None = None, why_unmet: str = "") -> bool:
    row = lock(brief)
    if (row.state, verb) not in BRIEF:
        return False
    row.state = after(BRIEF, row.state, verb)
    row.ended_at, row.ended_reason = at, reason.strip() or "The group said no more than that."
    row.save(update_fields=["state", "ended_at", "ended_reason"])
    _say_no(row, at)
    forget_yeses(row, at)
    proposals.call_off(about_kind="brief", about_id=row.pk, why="What was asked for is over.", at=at)
    if row.need.state == Need.State.COMMISSIONING:
        move(row.need, need_verb, at, reason=why_unmet)
    log(by=by, verb=verb, row=row, at=at)
    tell(kind="brief_ended", row=row, at=at, how=row.state, why=verb)
    return True


def _say_no(row: Brief, at: datetime) -> None:
    """Each offer still in the running is told why; who was chosen already too."""
    for offer in row.offers.live().locked():
        if offer.is_winner:
            offer.state, offer.accepted_at, offer.accepted_by = after(OFFER, offer.state, "set_aside"), None, None
            offer.save(update_fields=["state", "accepted_at", "accepted_by"])
        not_chosen(offer=offer, feedback=offer.feedback or row.ended_reason, by=None, at=at)
        proposals.call_off(about_kind="offer", about_id=offer.pk, why="What was asked for is over.", at=at)
