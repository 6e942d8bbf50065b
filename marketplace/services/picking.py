"""What the group's answer does: one winner for each part, or nobody (state-machines.md 7). Safe to repeat; too late, it changes nothing."""

from datetime import datetime

from marketplace.models import Agreement, Brief, Offer
from marketplace.rules.briefs import BRIEF
from marketplace.rules.offering import OFFER
from marketplace.rules.tables import NotNow, after
from marketplace.services import brief_ends
from marketplace.services.awarding import not_chosen, payers_of
from marketplace.services.brief_drafts import lock
from marketplace.services.brief_ends import cancel, end_without_award
from marketplace.services.writing import log, tell
from pooling.services import proposals
from pooling.services.transactions import all_or_nothing

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
    _is_made(brief)
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
    try:
        after(BRIEF, brief.state, verb)
    except NotNow:
        log(by=None, verb="choice_came_too_late", row=brief, at=at)
        return False
    if verb == "cancel_brief":
        return cancel(brief=brief, reason=THE_GROUP_STOPPED, at=at)
    if brief.offers.winners().exists():
        return _none_for_the_rest(brief, at)
    return end_without_award(brief=brief, verb=verb, reason=NO_OFFER_WOULD_DO, by=None, at=at)


@all_or_nothing
def nobody_pays(*, brief_id: int, at: datetime) -> int:
    """Who would pay said no or left, after the close: it ends, and those who offered are told. Nothing where a part is agreed already. 0 or 1."""
    brief = lock(Brief.objects.get(pk=brief_id))
    if payers_of(brief) or Agreement.objects.filter(offer__brief=brief).exclude(state=Agreement.State.VOID).exists():
        return 0
    return int(brief_ends.nobody_pays(brief=brief, at=at))


def _none_for_the_rest(brief: Brief, at: datetime) -> bool:
    """Some parts have their winner: no to the others is no to the other parts only."""
    for offer in brief.offers.live().locked():
        if not offer.is_winner:
            not_chosen(offer=offer, feedback=offer.feedback or NO_OFFER_WOULD_DO, by=None, at=at)
            proposals.call_off(about_kind="offer", about_id=offer.pk, why=NO_OFFER_WOULD_DO, at=at)
    log(by=None, verb="none_for_the_rest", row=brief, at=at)
    return _is_made(brief)


def _is_made(brief: Brief) -> bool:
    """Every part has a winner, or nobody is left who could win it: the days to object begin. The brief is locked."""
    running = list(brief.offers.live())
    won = {one.lot_id for one in running if one.is_winner}
    if not won or any(one.lot_id not in won for one in running):
        return False
    brief.state = after(BRIEF, brief.state, "choose")
    brief.save(update_fields=["state"])
    return True
