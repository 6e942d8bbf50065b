"""A week that is short: those whose part is covered take over the rest or come to fewer visits, each by their own yes; or it is asked for again.

Nobody's share is ever raised by somebody else's yes, and nobody is told whose part is missing or why (state-machines.md S7).
"""

from collections.abc import Sequence
from datetime import datetime

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Agreement, Milestone, MilestoneShare, Payer, ShortAnswer, Visit
from marketplace.rules.tables import MILESTONE, SHARE, NotNow, after
from marketplace.services import ceilings, funding, money
from marketplace.services.applying import parts_of_away
from marketplace.services.funding import cover_now, drop_share, fund_if_covered, locked_shares, locked_week, missing_pence
from marketplace.services.signing import PromiseDoesNotFit
from marketplace.services.writing import log, tell
from people.models import Person
from pooling.models import Call, Membership
from pooling.rules import pounds, split
from pooling.services import calls
from pooling.services.transactions import all_or_nothing

Kind, State = ShortAnswer.Kind, MilestoneShare.State


class NotThatMuchMissing(Refusal):
    code = "not_that_much_missing"
    field = "pence"

    def __init__(self, missing_pence: int) -> None:
        super().__init__(f"{pounds(missing_pence)} is missing. You can take over from 1p up to that.")


@all_or_nothing
def take_over(*, milestone: Milestone, membership: Membership, pence: int, by: Person, at: datetime) -> Milestone:
    """A payer whose own part is covered pays `pence` more of this one week. Once all of it is taken over, each is asked for their new sum.

    Raises NotAllowed, NotNow, NotThatMuchMissing, PromiseDoesNotFit, pooling's PledgeIsExhausted.
    """
    week, shares, mine = _open(milestone, membership, by, at)
    _end_mine(week, mine.payer, at)
    offered = sum(row.pence for row in ShortAnswer.objects.live().filter(milestone=week))
    missing = missing_pence(week, shares) - offered
    if not 1 <= pence <= missing:
        raise NotThatMuchMissing(max(0, missing))
    if mine.payer.pledge is None or mine.payer.pledge.weekly_pence < mine.pence + pence:
        raise PromiseDoesNotFit("This is more for one week than you promised. Promise more a week first.")
    _say(week, mine.payer, Kind.COVER, pence, by, at)
    ceilings.raise_for(payer=mine.payer, by=by, at=at)
    if pence == missing:
        _carry_over(week, shares, by, at)
    return week


@all_or_nothing
def fewer(*, milestone: Milestone, membership: Membership, by: Person, at: datetime) -> Milestone:
    """A payer whose part is covered would rather have fewer visits that week. Once all of them say so, the provider is asked."""
    week, shares, mine = _open(milestone, membership, by, at)
    if visits_left(week, shares) == 0:
        raise NotNow("What is covered does not pay for a whole visit.")
    _end_mine(week, mine.payer, at)
    _say(week, mine.payer, Kind.FEWER, 0, by, at)
    if all_want_fewer(week, shares):
        tell(kind="fewer_visits_wished", row=week, at=at, visits=visits_left(week, shares))
    return week


@all_or_nothing
def take_answer_back(*, milestone: Milestone, membership: Membership, by: Person, at: datetime) -> Milestone:
    """Before it was carried out, an answer may be taken back. Raises NotAllowed, NotNow."""
    week, _, mine = _open(milestone, membership, by, at)
    _end_mine(week, mine.payer, at)
    return week


@all_or_nothing
def come_fewer(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider comes for the visits that the covered money pays; the last ones of the week don't happen. Raises NotAllowed, NotNow."""
    week = locked_week(milestone.pk)
    if not policies.may_record_visits(by=by, enterprise=week.agreement.enterprise):
        raise NotAllowed("Only the provider can do this.")
    shares = locked_shares(week)
    week.state = after(MILESTONE, week.state, "fewer", "This week is not short any more.")
    visits = visits_left(week, shares)
    if not all_want_fewer(week, shares) or visits == 0:
        raise NotNow("Not everybody whose part is covered has asked for fewer visits.")
    covered = [share for share in shares if share.state == State.COVERED]
    price = week.price_pence // week.visits_planned * visits
    for share, part in zip(covered, split(price, [one.pence for one in covered]), strict=True):
        share.state, share.pence = after(SHARE, share.state, "fewer"), max(1, part.pence)
        share.save(update_fields=["state", "pence"])
    ShortAnswer.objects.live().filter(milestone=week).update(ended_at=at, is_used=True)
    _leave_out_rest(week, shares, by, at)
    gone = Visit.objects.filter(milestone=week, number__gt=visits, state=Visit.State.PLANNED)
    gone.update(state=Visit.State.CALLED_OFF, called_off_at=at)
    week.visits_planned = visits
    _save(week, by, "come_fewer", at)
    return week


@all_or_nothing
def call_again(*, share: MilestoneShare, by: Person, at: datetime) -> MilestoneShare:
    """Who helps the group, or the payer, asks again for what was missed; it still counts if it comes before the start. Raises NotAllowed, NotNow."""
    row = money.lock_share(share)
    if row.milestone.state not in {"funding_due", "short"} or row.state != State.PLANNED or row.call is None:
        raise NotNow("This week is not waiting for money any more.")
    due_on = funding.due_on(row, at)
    row.call = calls.call_again(call=row.call, due_on=due_on, by=by, at=at)
    log(by=by, verb="call_again", row=row, at=at, call=row.call.pk)
    return row


@all_or_nothing
def ask_to_go_ahead(*, call_id: int, at: datetime) -> None:
    """The group decided to go on without a part that is missing: the provider is asked to come for those who are covered. Safe to repeat."""
    share = MilestoneShare.objects.filter(call_id=call_id, state=State.PLANNED).select_related("milestone").first()
    if share is None or share.milestone.state != Milestone.State.SHORT:
        return
    log(by=None, verb="ask_to_go_ahead", row=share.milestone, at=at)
    tell(kind="go_ahead_wished", row=share.milestone, at=at)


# --- what pages show too ---


def visits_left(week: Milestone, shares: Sequence[MilestoneShare]) -> int:
    """How many visits the covered money pays, at this week's price; 0 when not one, or when none would be saved."""
    covered = sum(share.pence for share in shares if share.state == State.COVERED)
    each = week.price_pence // week.visits_planned if week.visits_planned else 0
    return min(covered // each, week.visits_planned - 1) if each else 0


def all_want_fewer(week: Milestone, shares: Sequence[MilestoneShare]) -> bool:
    """Whether everybody whose part is covered asked for fewer visits."""
    said = set(ShortAnswer.objects.live().filter(milestone=week, kind=Kind.FEWER).values_list("payer_id", flat=True))
    covered = {share.payer_id for share in shares if share.state == State.COVERED}
    return bool(covered) and covered <= said


# --- inside ---


def _open(milestone: Milestone, membership: Membership, by: Person, at: datetime) -> tuple[Milestone, list[MilestoneShare], MilestoneShare]:
    # New terms write the same payers' sums: the agreement first, as there.
    Agreement.objects.locked().get(pk=milestone.agreement_id)
    week = locked_week(milestone.pk)
    shares = locked_shares(week)
    mine = next((share for share in shares if share.membership_id == membership.pk and share.split_from_id is None), None)
    if mine is None or not policies.may_sign_for(by=by, payer=_payer(mine, week), at=at):
        raise NotAllowed("Only somebody who pays for this week can answer, or somebody who may decide for them.")
    if week.state != Milestone.State.SHORT or not week.agreement.together:
        raise NotNow("This week is not short any more.")
    if mine.state != State.COVERED:
        raise NotNow("Your own part is not covered yet. Pay it first.")
    return week, shares, mine


def _payer(share: MilestoneShare, week: Milestone) -> Payer:
    payer = share.payer
    payer.agreement = week.agreement
    return payer


def _say(week: Milestone, payer: Payer, kind: str, pence: int, by: Person, at: datetime) -> None:
    ShortAnswer.objects.create(milestone=week, payer=payer, council_code=week.council_code, kind=kind, pence=pence, by=by, at=at)
    log(by=by, verb=f"short_{kind}", row=week, at=at, on_behalf_of=payer.person, payer=payer.pk, pence=pence)


def _end_mine(week: Milestone, payer: Payer, at: datetime) -> None:
    if ShortAnswer.objects.live().filter(milestone=week, payer=payer).update(ended_at=at):
        ceilings.lower(payer=payer, at=at)


def _carry_over(week: Milestone, shares: Sequence[MilestoneShare], by: Person, at: datetime) -> None:
    """Each who takes over is asked once for their whole new sum; what they had paid in counts towards it."""
    week.state = after(MILESTONE, week.state, "take_over")
    _leave_out_rest(week, shares, by, at)
    offers = {row.payer_id: row for row in ShortAnswer.objects.live().locked().filter(milestone=week, kind=Kind.COVER)}
    for share in shares:
        offer = offers.get(share.payer_id)
        if offer is not None and share.state == State.COVERED:
            offer.ended_at, offer.is_used = at, True
            offer.save(update_fields=["ended_at", "is_used"])
            _take_more(week, share, offer.pence, at)
    _save(week, by, "take_over", at)


def _take_more(week: Milestone, share: MilestoneShare, pence: int, at: datetime) -> None:
    payer = share.payer
    payer.weeks_pence[week.number - 1] += pence
    payer.ceiling_pence += pence
    payer.save(update_fields=["weeks_pence", "ceiling_pence"])
    if share.call is None or payer.earmark is None:
        raise ValueError("What is covered was asked for.")
    paid = share.covered_by == MilestoneShare.CoveredBy.MONEY
    counted_pence = share.call.pence if paid else share.call.spare_pence
    calls.drop_call(call=share.call, at=at)
    share.state, share.covered_by, share.pence = after(SHARE, share.state, "take_more"), MilestoneShare.CoveredBy.NOTHING, share.pence + pence
    payer.earmark.refresh_from_db()
    share.call = calls.open_call(
        earmark=payer.earmark,
        about_kind=money.ABOUT_SHARE,
        about_id=share.pk,
        pence=share.pence,
        due_on=funding.due_on(share, at),
        at=at,
        counted_pence=counted_pence,
    )
    share.save(update_fields=["state", "covered_by", "pence", "call"])
    if share.call.state == Call.State.FUNDED:
        cover_now(share, MilestoneShare.CoveredBy.MONEY, at)


def _leave_out_rest(week: Milestone, shares: Sequence[MilestoneShare], by: Person | None, at: datetime) -> None:
    for share in shares:
        if share.state == State.PLANNED:
            drop_share(share=share, by=by, at=at)


def _save(week: Milestone, by: Person, verb: str, at: datetime) -> None:
    rows = list(MilestoneShare.objects.filter(milestone=week).values_list("state", "pence"))
    week.pence = sum(pence for _, pence in rows)
    week.left_out_pence = sum(pence for state, pence in rows if state == State.DROPPED)
    week.save(update_fields=["state", "pence", "left_out_pence", "visits_planned"])
    log(by=by, verb=verb, row=week, at=at)
    parts_of_away(week)
    fund_if_covered(week, locked_shares(week), at)
