"""A payer's bank took money back: the work falls short for that payer only, nobody else's visits or money (state-machines.md 4 and S7)."""

from datetime import datetime

from django.db.models import Q

from marketplace.models import MilestoneShare, Visit
from marketplace.services import money
from marketplace.services.funding import locked_shares, locked_week, uncover_now
from marketplace.services.writing import tell
from pooling.services import setbacks as pool
from pooling.services.transactions import all_or_nothing

State = MilestoneShare.State
# In this order: visits to come, then what is agreed, then what is still asked about.
GIVES_BACK = (State.COVERED, State.AGREED, State.ASKED, State.WITH_HELPER)


@all_or_nothing
def uncover(*, share_id: int, pence: int, dispute_id: int, at: datetime) -> None:
    """Not held yet (`pence` 0): the share is no longer covered, and waits for money as before. Held: so much goes back to its payer, who owes it.

    A part that was agreed is cut; one whose visits are to come, or are asked about, goes back whole. Told again, or too late: nothing changes.
    """
    first = MilestoneShare.objects.only("milestone_id", "payer_id").get(pk=share_id)
    shares = [one for one in locked_shares(locked_week(first.milestone_id)) if one.payer_id == first.payer_id]
    for share in shares:
        if not pence and share.state == State.COVERED and share.hold is None:
            uncover_now(share, at)
    rest = pence
    for share in sorted(shares, key=lambda one: GIVES_BACK.index(one.state) if one.state in GIVES_BACK else len(GIVES_BACK)):
        if rest > 0 and share.state in GIVES_BACK and share.hold is not None:
            rest -= _give_back(share, rest, at)
    if rest < pence:
        pool.cover_from_free(dispute_id=dispute_id, at=at)


def _give_back(share: MilestoneShare, pence: int, at: datetime) -> int:
    was_to_come = share.state == State.COVERED
    days = _call_off(share, at) if was_to_come else []
    row = share
    if share.state == State.AGREED and share.pence > pence:
        row = money.cut(share=share, pence=pence)
        row.milestone, row.payer, row.portion, row.call, row.hold = share.milestone, share.payer, share.portion, share.call, share.hold
    row.waits_for = MilestoneShare.WaitsFor.NOTHING
    money.give_back(share=row, verb="fall_short", by=None, at=at)
    tell(kind="share_fell_short", row=row, at=at, pence=row.pence, days=days, was_to_come=was_to_come)
    return row.pence


def _call_off(share: MilestoneShare, at: datetime) -> list[str]:
    """Nobody goes to a person whose part is not there: their own visits won't happen, nor those for everybody once nobody's part is there.

    Returns the days.
    """
    others = MilestoneShare.objects.filter(milestone=share.milestone, state=State.COVERED).exclude(payer=share.payer)
    whose = Q(payer=share.payer) if others.exists() else Q(payer=share.payer) | Q(payer=None)
    gone = Visit.objects.filter(whose, milestone=share.milestone, state=Visit.State.PLANNED)
    days = sorted({one.isoformat() for one in gone.values_list("on", flat=True)})
    gone.update(state=Visit.State.CALLED_OFF, called_off_at=at)
    return days
