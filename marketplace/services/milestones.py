"""A week: asking for its money, going ahead, being sent in, being called off (state-machines.md 8, "Milestone")."""

from datetime import datetime, timedelta

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Milestone, MilestoneShare, Visit, VisitPart
from marketplace.rules.dates import CALL_OFF_DAYS, OVERDUE_BEGUN_DAYS, OVERDUE_NEVER_BEGUN_DAYS
from marketplace.rules.tables import MILESTONE, SHARE, NotNow, after
from marketplace.selectors.buying import too_soon_to_ask
from marketplace.services import keep_going, money
from marketplace.services.answers import conclude
from marketplace.services.away import carry_out_away
from marketplace.services.funding import (
    cover_share,
    drop_week,
    fall_short_for,
    go_ahead_without,
    locked_shares,
    locked_week,
    london_day,
    when_funding_due,
    when_planned,
    when_short,
)
from marketplace.services.writing import log, tell
from payments.services.one_by_one import one_by_one
from people.models import Person
from pooling.services.transactions import all_or_nothing

__all__ = [
    "advance_due",
    "call_off",
    "cover_share",
    "end_week",
    "fall_short_for",
    "go_ahead",
    "say_no",
    "stop_work",
    "submit",
]

CAN_BE_CALLED_OFF = frozenset({"planned", "funding_due", "short", "funded"})


class WeekIsNotOver(Refusal):
    """Sent in before its last visit day, with visits still to come."""

    code = "week_not_over"
    sentence = "There are visits still to come this week. Send the week in after the last one, or call off those that won't happen."


class VisitIsStillGoing(Refusal):
    """A visit was begun and not finished."""

    code = "visit_still_going"
    sentence = "One visit has no end time yet. Press “I am done” on it, or write its end time, then send the week in."


# --- the timer ---


def advance_due(*, at: datetime) -> int:
    """Asks for money, holds it, goes ahead without who is missing, notices what is late, closes what is settled. Returns how many weeks moved."""
    today = london_day(at)
    due, idle = Milestone.objects.due(today).order_by("pk").values_list("pk", flat=True), too_soon_to_ask(today)
    return one_by_one([pk for pk in due if pk not in idle], lambda pk: _advance(pk, at))


@all_or_nothing
def _advance(pk: int, at: datetime) -> int:
    milestone = locked_week(pk)
    before = milestone.state
    step = STEPS.get(before)
    if step is not None:
        step(milestone, at)
    return int(milestone.state != before)


def _when_funded(milestone: Milestone, at: datetime) -> None:
    if _all_settled(milestone):
        # Everybody told us in time that they would be away: there is nothing to send in.
        milestone.state = after(MILESTONE, milestone.state, "call_off")
        milestone.save(update_fields=["state"])
        log(by=None, verb="call_off", row=milestone, at=at)
    elif london_day(at) > milestone.ends_on + timedelta(days=OVERDUE_NEVER_BEGUN_DAYS):
        _overdue(milestone, at)


def _when_in_delivery(milestone: Milestone, at: datetime) -> None:
    if london_day(at) > milestone.ends_on + timedelta(days=OVERDUE_BEGUN_DAYS):
        _overdue(milestone, at)


def _overdue(milestone: Milestone, at: datetime) -> None:
    milestone.state = after(MILESTONE, milestone.state, "overdue")
    milestone.is_late = True
    milestone.save(update_fields=["state", "is_late"])
    log(by=None, verb="overdue", row=milestone, at=at)
    tell(kind="milestone_overdue", row=milestone, at=at)


def _when_overdue(milestone: Milestone, at: datetime) -> None:
    if london_day(at) > milestone.ends_on + timedelta(days=CALL_OFF_DAYS):
        _call_off(milestone, None, at)


def _when_waiting_for_answers(milestone: Milestone, at: datetime) -> None:
    if _all_settled(milestone):
        milestone.state = after(MILESTONE, milestone.state, "all_final")
        milestone.closed_at = at
        milestone.save(update_fields=["state", "closed_at"])
        log(by=None, verb="all_final", row=milestone, at=at)


def _all_settled(milestone: Milestone) -> bool:
    return all(share.is_final for share in MilestoneShare.objects.filter(milestone=milestone))


STEPS = {
    "planned": when_planned,
    "funding_due": when_funding_due,
    "short": when_short,
    "funded": _when_funded,
    "in_delivery": _when_in_delivery,
    "overdue": _when_overdue,
    "submitted": _when_waiting_for_answers,
    "closing": _when_waiting_for_answers,
}


# --- what people do ---


@all_or_nothing
def go_ahead(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider comes for those who are covered, without waiting for the clock. Raises NotAllowed, NotNow."""
    row = _for_provider(milestone, by)
    shares = locked_shares(row)
    if not any(share.state == MilestoneShare.State.COVERED for share in shares):
        raise NotNow("Nobody's part is covered yet, so there is nobody to go ahead for.")
    go_ahead_without(milestone=row, shares=shares, by=by, at=at)
    return row


@all_or_nothing
def say_no(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider will not come for fewer people. The week is cancelled at its start unless the rest is covered by then."""
    row = _for_provider(milestone, by)
    if row.state != Milestone.State.SHORT:
        raise NotNow
    row.provider_said_no_at = at
    row.save(update_fields=["provider_said_no_at"])
    log(by=by, verb="say_no", row=row, at=at)
    return row


@all_or_nothing
def submit(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider sends a week in: each person is asked about what was recorded; what was not recorded comes back to them at once.

    Answers given visit by visit before count now. Raises NotAllowed, NotNow, WeekIsNotOver, VisitIsStillGoing.
    """
    row = _for_provider(milestone, by)
    target = after(MILESTONE, row.state, "submit", "There is nothing to send in for this week yet. Record a visit first.")
    if Visit.objects.filter(milestone=row, state=Visit.State.PLANNED, on__gt=london_day(at)).exists():
        raise WeekIsNotOver
    _send_in(row, "submit", target, Visit.State.NOT_RECORDED, by, at)
    return row


@all_or_nothing
def stop_work(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider stops in the middle of a week: people are asked about what was done, the rest comes back to them."""
    row = _for_provider(milestone, by)
    target = after(MILESTONE, row.state, "stop_work", "Only a week that has begun can be stopped. Call it off instead.")
    _send_in(row, "stop_work", target, Visit.State.CALLED_OFF, by, at)
    return row


def _send_in(milestone: Milestone, verb: str, target: str, rest: str, by: Person, at: datetime) -> None:
    if Visit.objects.filter(milestone=milestone, state=Visit.State.BEGUN).exists():
        raise VisitIsStillGoing
    milestone.state, milestone.submitted_at, milestone.submitted_by = target, at, by
    milestone.save(update_fields=["state", "submitted_at", "submitted_by"])
    Visit.objects.filter(milestone=milestone, state=Visit.State.PLANNED).update(state=rest)
    log(by=by, verb=verb, row=milestone, at=at, late=milestone.is_late)
    for share in locked_shares(milestone):
        if share.state == MilestoneShare.State.COVERED:
            _ask(share, by, at)
    _when_waiting_for_answers(milestone, at)


def _ask(share: MilestoneShare, by: Person, at: datetime) -> None:
    carry_out_away(share=share, at=at)
    if share.is_final or share.state == MilestoneShare.State.AGREED:
        return
    recorded = sum(VisitPart.objects.filter(share=share, is_away=False).values_list("pence", flat=True))
    if recorded == 0:
        money.give_back(share=share, verb="give_back", by=by, at=at)
        return
    if recorded < share.pence:
        money.give_back(share=money.cut(share=share, pence=share.pence - recorded), verb="give_back", by=by, at=at)
    share.state = after(SHARE, share.state, "ask")
    share.asked_at = at
    share.save(update_fields=["state", "asked_at"])
    log(by=by, verb="ask", row=share, at=at, pence=share.pence)
    tell(kind="share_asked", row=share, at=at, pence=share.pence)
    conclude(share=share, by=None, at=at, words=share.question, early=True)


@all_or_nothing
def call_off(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider calls a whole week off before any visit of it: everything comes back to the payers. It counts on the provider's record."""
    row = _for_provider(milestone, by)
    _end_week(row, by, at)
    keep_going.start(agreement=row.agreement, why="called_off", milestone=row, at=at)
    return row


@all_or_nothing
def nobody_came(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """A week nobody recorded a visit of: one who pays it says that nobody came, and everything comes back. The caller has said who may."""
    row = locked_week(milestone.pk)
    if row.state != Milestone.State.OVERDUE or Visit.objects.filter(milestone=row, state__in=["begun", "done"]).exists():
        raise NotNow("They have recorded the visit. Say on its own page what happened.")
    log(by=by, verb="nobody_came", row=row, at=at)
    _call_off(row, None, at)
    return row


@all_or_nothing
def end_week(*, milestone: Milestone, by: Person | None, at: datetime) -> None:
    """A week after the end of an agreement never happens. The agreement's own verb has said who may."""
    row = locked_week(milestone.pk)
    if row.state in CAN_BE_CALLED_OFF:
        _end_week(row, by, at)


def _end_week(milestone: Milestone, by: Person | None, at: datetime) -> None:
    if milestone.state in {"planned", "funding_due", "short"}:
        drop_week(milestone=milestone, shares=locked_shares(milestone), by=by, at=at)
    else:
        _call_off(milestone, by, at)


def _call_off(milestone: Milestone, by: Person | None, at: datetime) -> None:
    recorded = Visit.objects.filter(milestone=milestone, state__in=["begun", "done"]).exists()
    if recorded and by is not None:
        raise NotNow("Visits of this week were recorded. Send the week in: what was not done comes back to the people by itself.")
    milestone.state = after(MILESTONE, milestone.state, "call_off")
    milestone.save(update_fields=["state"])
    Visit.objects.filter(milestone=milestone, state=Visit.State.PLANNED).update(state=Visit.State.CALLED_OFF, called_off_at=at)
    log(by=by, verb="call_off", row=milestone, at=at)
    for share in locked_shares(milestone):
        if share.state == MilestoneShare.State.COVERED:
            money.give_back(share=share, verb="give_back", by=by, at=at)
    _when_waiting_for_answers(milestone, at)


def _for_provider(milestone: Milestone, by: Person) -> Milestone:
    row = locked_week(milestone.pk)
    if not policies.may_record_visits(by=by, enterprise=row.agreement.enterprise):
        raise NotAllowed("Only the provider can do this.")
    return row
