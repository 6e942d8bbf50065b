"""The money of a week: asked for, covered, held, or the week goes ahead without who is missing (money.md 2, state-machines.md 8, "Milestone")."""

from datetime import date, datetime, timedelta

from marketplace.models import Booking, Change, Milestone, MilestoneShare, Visit
from marketplace.rules.dates import LONDON, SAY_NO_HOURS, SHORT_WORKING_DAYS, pay_by, start_of
from marketplace.rules.tables import MILESTONE, SHARE, after
from marketplace.selectors.buying import asks_on, clearing_kinds
from marketplace.services import keep_going, money, short_answers
from marketplace.services.away import carry_out_away
from marketplace.services.writing import log, tell
from people.models import Person
from places.calendar import add_working_days
from pooling.models import Call
from pooling.services import calls
from pooling.services.transactions import all_or_nothing


def when_planned(milestone: Milestone, at: datetime) -> None:
    """Asks for a week's money on its day."""
    agreement = milestone.agreement
    if agreement.state not in {"active", "ending"}:
        return
    shares = [share for share in locked_shares(milestone) if share.state == MilestoneShare.State.PLANNED]
    if not shares or london_day(at) >= milestone.starts_on:
        # Nobody is left to pay, or those who are asked about another price never said yes to it.
        drop_week(milestone=milestone, shares=shares, by=None, at=at)
        return
    if Change.objects.asking().filter(agreement=agreement, first_week__lte=milestone.number).exists():
        return
    if london_day(at) >= asks_on(starts_on=milestone.starts_on, portions=[share.portion for share in shares]):
        _ask_funding(milestone, shares, at)


def due_on(share: MilestoneShare, at: datetime) -> date:
    """The last day to pay for it, or to accept its order; today where that is over."""
    kind = clearing_kinds([share.portion])[share.portion_id]
    return max(pay_by(starts_on=share.milestone.starts_on, kind=kind, add_working_days=add_working_days), london_day(at))


def _without_leavers(milestone: Milestone, shares: list[MilestoneShare], at: datetime) -> list[MilestoneShare]:
    """Nobody is asked for a week that begins after their last day; of own visits, nobody owes anything for it."""
    for share in shares:
        last_day = share.payer.leaves_on
        if last_day is not None and milestone.starts_on > last_day:
            drop_share(share=share, by=None, at=at)
            if not milestone.agreement.together:
                milestone.left_out_pence += share.pence
    milestone.save(update_fields=["left_out_pence"])
    return [share for share in shares if share.state == MilestoneShare.State.PLANNED]


def _ask_funding(milestone: Milestone, planned: list[MilestoneShare], at: datetime) -> None:
    shares = _without_leavers(milestone, planned, at)
    if not shares:
        drop_week(milestone=milestone, shares=[], by=None, at=at)
        return
    milestone.state = after(MILESTONE, milestone.state, "ask_funding")
    milestone.funding_asked_at = at
    milestone.save(update_fields=["state", "funding_asked_at"])
    log(by=None, verb="ask_funding", row=milestone, at=at, pence=milestone.pence)
    for share in shares:
        if share.payer.earmark is None:
            raise ValueError("A payer of a running agreement has signed, and so kept part of a promise.")
        share.call = calls.open_call(
            earmark=share.payer.earmark, about_kind=money.ABOUT_SHARE, about_id=share.pk, pence=share.pence, due_on=due_on(share, at), at=at
        )
        share.save(update_fields=["call"])
        if share.call.state == Call.State.FUNDED:
            cover_now(share, MilestoneShare.CoveredBy.MONEY, at)
    fund_if_covered(milestone, shares, at)


@all_or_nothing
def cover_share(*, share_id: int, covered_by: str, at: datetime) -> None:
    """A share's money is in, or its order is accepted. Funds the week when it was the last one. Told again, or too late: nothing changes."""
    milestone = locked_week(MilestoneShare.objects.values_list("milestone_id", flat=True).get(pk=share_id))
    shares = locked_shares(milestone)
    share = next(one for one in shares if one.pk == share_id)
    if share.state != MilestoneShare.State.PLANNED:
        return
    cover_now(share, covered_by, at)
    if milestone.state in {"funding_due", "short"}:
        fund_if_covered(milestone, shares, at)


def cover_now(share: MilestoneShare, covered_by: str, at: datetime) -> None:
    """A share's money is in, or its order accepted. The week is locked by the caller, who funds it afterwards."""
    share.state = after(SHARE, share.state, "cover")
    share.covered_by = covered_by
    share.save(update_fields=["state", "covered_by"])
    log(by=None, verb="cover", row=share, at=at, covered_by=covered_by)


def uncover_now(share: MilestoneShare, at: datetime) -> None:
    """What covered a share that is not held is not there for it any more. The week is locked by the caller."""
    share.state, share.covered_by = after(SHARE, share.state, "uncover"), MilestoneShare.CoveredBy.NOTHING
    share.save(update_fields=["state", "covered_by"])
    log(by=None, verb="uncover", row=share, at=at, pence=share.pence)


def fund_if_covered(milestone: Milestone, shares: list[MilestoneShare], at: datetime) -> None:
    """Holds the money of a locked week once all of its price is covered."""
    if missing_pence(milestone, shares) == 0:
        _fund(milestone, shares, "fund", at)


def missing_pence(milestone: Milestone, shares: list[MilestoneShare]) -> int:
    """What of the week's price nobody covers yet. Where somebody left, it may be missing with nobody asked for it: then the provider has a say."""
    return max(0, milestone.price_pence - sum(share.pence for share in shares if share.state not in {"planned", "dropped"}))


def _fund(milestone: Milestone, shares: list[MilestoneShare], verb: str, at: datetime) -> None:
    milestone.state = after(MILESTONE, milestone.state, verb)
    milestone.funded_at = at
    milestone.save(update_fields=["state", "funded_at"])
    short_answers.forget(milestone=milestone, at=at)
    covered = [share for share in shares if share.state == MilestoneShare.State.COVERED]
    log(by=None, verb=verb, row=milestone, at=at, pence=sum(share.pence for share in covered), shares=[share.pk for share in covered])
    tell(kind="milestone_funded", row=milestone, at=at, pence=sum(share.pence for share in covered))
    money.place(milestone=milestone, shares=covered, at=at)
    for share in covered:
        carry_out_away(share=share, at=at)


def when_funding_due(milestone: Milestone, at: datetime) -> None:
    """Holds the money once all is covered; near the start it is short."""
    shares = locked_shares(milestone)
    if missing_pence(milestone, shares) == 0:
        _fund(milestone, shares, "fund", at)
    elif london_day(at) >= add_working_days(milestone.starts_on, -SHORT_WORKING_DAYS):
        fall_short(milestone, shares, at)


@all_or_nothing
def fall_short_for(*, share_id: int, at: datetime) -> None:
    """A payment was missed: the week is short, everybody is told, nobody else's visits stop (state-machines.md 1, "Kept going")."""
    milestone = locked_week(MilestoneShare.objects.values_list("milestone_id", flat=True).get(pk=share_id))
    if milestone.state == Milestone.State.FUNDING_DUE:
        fall_short(milestone, locked_shares(milestone), at)


def fall_short(milestone: Milestone, shares: list[MilestoneShare], at: datetime) -> None:
    """Not all of it is covered: everybody is told, without whose part it is, and what each wrote down for such a day counts."""
    milestone.state = after(MILESTONE, milestone.state, "fall_short")
    milestone.save(update_fields=["state"])
    missing = missing_pence(milestone, shares)
    log(by=None, verb="fall_short", row=milestone, at=at, missing_pence=missing)
    tell(kind="milestone_short", row=milestone, at=at, missing_pence=missing)
    keep_going.start(agreement=milestone.agreement, why="short", milestone=milestone, at=at)


def when_short(milestone: Milestone, at: datetime) -> None:
    """Goes ahead for those who are covered a day before the start, unless the provider said no; else it is dropped at the start."""
    shares = locked_shares(milestone)
    covered = [share for share in shares if share.state == MilestoneShare.State.COVERED]
    start = start_of(milestone.starts_on, milestone.agreement.start_time)
    if missing_pence(milestone, shares) == 0:
        _fund(milestone, shares, "fund", at)
    elif covered and milestone.provider_said_no_at is None and at >= start - timedelta(hours=SAY_NO_HOURS):
        go_ahead_without(milestone=milestone, shares=shares, by=None, at=at)
    elif at >= (start - timedelta(hours=SAY_NO_HOURS) if _is_booked(milestone) else start):
        drop_week(milestone=milestone, shares=shares, by=None, at=at)


def _is_booked(milestone: Milestone) -> bool:
    """Nobody is asked to keep a booked time free for money that is not here the day before: somebody else may have it (docs/adr/0022)."""
    return Booking.objects.filter(agreement=milestone.agreement_id).exists()


def go_ahead_without(*, milestone: Milestone, shares: list[MilestoneShare], by: Person | None, at: datetime) -> None:
    """For those who are covered, at the price they signed; the others are left out and asked for nothing."""
    for share in shares:
        if share.state == MilestoneShare.State.PLANNED:
            drop_share(share=share, by=by, at=at)
    _fund(milestone, shares, "go_ahead", at)


def drop_week(*, milestone: Milestone, shares: list[MilestoneShare], by: Person | None, at: datetime) -> None:
    """The week never happens: orders and calls are dropped, money that is in stays its owner's."""
    milestone.state = after(MILESTONE, milestone.state, "drop_milestone")
    milestone.closed_at = at
    milestone.save(update_fields=["state", "closed_at"])
    Visit.objects.filter(milestone=milestone).update(state=Visit.State.CALLED_OFF, called_off_at=at)
    short_answers.forget(milestone=milestone, at=at)
    log(by=by, verb="drop_milestone", row=milestone, at=at)
    tell(kind="milestone_cancelled", row=milestone, at=at)
    for share in shares:
        if share.state == MilestoneShare.State.PLANNED:
            drop_share(share=share, by=by, at=at)
        elif share.state == MilestoneShare.State.COVERED:
            money.give_back(share=share, verb="give_back", by=by, at=at)
            if share.call is not None and share.covered_by == MilestoneShare.CoveredBy.MONEY:
                calls.drop_call(call=share.call, at=at)


def drop_share(*, share: MilestoneShare, by: Person | None, at: datetime) -> None:
    """A payer's part that is not covered is left out: nothing is asked of them for it, and nobody comes to them alone."""
    share.state = after(SHARE, share.state, "drop")
    share.save(update_fields=["state"])
    # Nobody goes to a person whose part is not there: visits of their own won't happen.
    own = Visit.objects.filter(milestone=share.milestone, payer=share.payer, state=Visit.State.PLANNED)
    own.update(state=Visit.State.CALLED_OFF, called_off_at=at)
    log(by=by, verb="drop", row=share, at=at)
    if share.call is not None:
        calls.drop_call(call=share.call, at=at)


def locked_week(pk: int) -> Milestone:
    """A week as it is now, locked: the first lock of every deed about it."""
    return Milestone.objects.locked().select_related("agreement__enterprise", "agreement__cluster").get(pk=pk)


def locked_shares(milestone: Milestone) -> list[MilestoneShare]:
    """All shares of a locked week, locked in id order."""
    related = ("payer__person", "payer__earmark", "portion__holder", "call", "hold")
    shares = list(MilestoneShare.objects.filter(milestone=milestone).select_for_update(of=("self",)).select_related(*related).order_by("pk"))
    for share in shares:
        share.milestone = milestone
    return shares


def london_day(at: datetime) -> date:
    """The date it is in London."""
    return at.astimezone(LONDON).date()
