"""What the group's answer does: one winner for each part, or nobody (state-machines.md 7). Safe to repeat; too late, it changes nothing."""

from datetime import datetime

from marketplace.models import Brief, Offer
from marketplace.rules.briefs import BRIEF
from marketplace.rules.offering import OFFER
from marketplace.rules.tables import NotNow, after
from marketplace.services.awarding import not_chosen
from marketplace.services.brief_drafts import lock
from marketplace.services.brief_ends import cancel, end_without_award
from marketplace.services.writing import log, tell
from pooling.services import proposals
from pooling.services.transactions import all_or_nothing

CHOSEN = ("selected", "accepted")
NO_OFFER_WOULD_DO = "No offer would do."
THE_GROUP_STOPPED = "The group stopped asking."


@all_or_nothing
def pick(*, offer_id: int, at: datetime) -> bool:
    """`choose` was carried out: this offer wins its part, and its provider has five working days to say yes. Whether it moved.

    One wins, however many questions end at the same moment: the brief's lock puts them in a row, and a constraint stands behind it.
    """
    brief = Brief.objects.locked().select_related("cluster").get(offers=offer_id)
    rows = list(Offer.objects.filter(brief=brief).locked().select_related("lot"))
    row = next(one for one in rows if one.pk == offer_id)
    taken = any(one.is_winner and one.lot_id == row.lot_id for one in rows)
    if taken or brief.state != Brief.State.EVALUATING or row.state != Offer.State.SHORTLISTED:
        log(by=None, verb="choice_came_too_late", row=row, at=at, brief=brief.pk)
        return False
    row.state, row.picked_at = after(OFFER, row.state, "pick"), at
    row.save(update_fields=["state", "picked_at"])
    _call_off(brief, [one for one in rows if one.lot_id == row.lot_id and one.pk != row.pk], at)
    if {lot.pk for lot in brief.lots.all()} <= {one.lot_id for one in rows if one.is_winner}:
        brief.state = after(BRIEF, brief.state, "choose")
        brief.save(update_fields=["state"])
    log(by=None, verb="pick_offer", row=row, at=at, brief=brief.pk)
    tell(kind="offer_selected", row=row, at=at, brief=brief.pk, lot=row.lot_id)
    return True


def _call_off(brief: Brief, others: list[Offer], at: datetime) -> None:
    """Questions about the same part are over: one was chosen."""
    why = "Another offer was chosen."
    for other in others:
        proposals.call_off(about_kind="offer", about_id=other.pk, why=why, at=at)
    proposals.call_off(about_kind="brief", about_id=brief.pk, why=why, at=at, kinds=["none_suitable"])


@all_or_nothing
def choose_nobody(*, brief_id: int, verb: str, at: datetime) -> bool:
    """`none_suitable` or `cancel_brief` was carried out: each provider reads why, promises are free again, the need is open. Whether it moved."""
    brief = lock(Brief.objects.get(pk=brief_id))
    running = list(brief.offers.live().locked())
    try:
        after(BRIEF, brief.state, verb)
    except NotNow:
        log(by=None, verb="choice_came_too_late", row=brief, at=at)
        return False
    if any(one.is_winner for one in running):
        log(by=None, verb="choice_came_too_late", row=brief, at=at)
        return False
    why = NO_OFFER_WOULD_DO if verb == "none_suitable" else THE_GROUP_STOPPED
    for offer in running:
        not_chosen(offer=offer, feedback=offer.feedback or why, by=None, at=at)
        proposals.call_off(about_kind="offer", about_id=offer.pk, why=why, at=at)
    if verb == "cancel_brief":
        return cancel(brief=brief, reason=why, at=at)
    return end_without_award(brief=brief, verb=verb, reason=why, by=None, at=at)
