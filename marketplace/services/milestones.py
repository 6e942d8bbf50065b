"""A week: asking for its money, going ahead, being sent in, being called off (state-machines.md 8, "Milestone")."""

from datetime import date, datetime, timedelta

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Milestone, MilestoneShare, Visit, VisitPart
from marketplace.rules.dates import (
    CALL_OFF_DAYS,
    LONDON,
    OVERDUE_BEGUN_DAYS,
    OVERDUE_NEVER_BEGUN_DAYS,
    SAY_NO_HOURS,
    SHORT_WORKING_DAYS,
    ask_funding_on,
    clearing_kind,
    pay_by,
    start_of,
)
from marketplace.rules.tables import MILESTONE, SHARE, NotNow, after
from marketplace.services import money
from marketplace.services.answers import conclude
from marketplace.services.away import carry_out_away
from marketplace.services.writing import log, tell
from people.models import Person
from places.calendar import add_working_days
from pooling.models import Call
from pooling.selectors import mode_of
from pooling.services import calls

UNFINISHED = frozenset({"planned", "funding_due", "short", "funded", "in_delivery", "overdue", "submitted", "closing"})


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
    return sum(_advance(pk, at) for pk in Milestone.objects.filter(state__in=UNFINISHED).order_by("pk").values_list("pk", flat=True))


def _advance(pk: int, at: datetime) -> int:
    with transaction.atomic():
        milestone = _locked(pk)
        before = milestone.state
        step = STEPS.get(before)
        if step is not None:
            step(milestone, at)
        return int(milestone.state != before)


def _locked(pk: int) -> Milestone:
    return Milestone.objects.locked().select_related("agreement__enterprise", "agreement__cluster", "agreement__listing").get(pk=pk)


def _today(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _shares(milestone: Milestone) -> list[MilestoneShare]:
    related = ("payer__person", "payer__earmark", "portion__holder", "call", "hold")
    shares = list(MilestoneShare.objects.filter(milestone=milestone).select_for_update(of=("self",)).select_related(*related).order_by("pk"))
    for share in shares:
        share.milestone = milestone
    return shares


def _when_planned(milestone: Milestone, at: datetime) -> None:
    agreement = milestone.agreement
    if agreement.state not in {"active", "ending"}:
        return
    shares = _shares(milestone)
    kinds = [clearing_kind(route=share.portion.route, mode=mode_of(share.portion)) for share in shares]
    if _today(at) >= ask_funding_on(starts_on=milestone.starts_on, kinds=kinds, add_working_days=add_working_days):
        _ask_funding(milestone, shares, kinds, at)


def _ask_funding(milestone: Milestone, shares: list[MilestoneShare], kinds: list[str], at: datetime) -> None:
    milestone.state = after(MILESTONE, milestone.state, "ask_funding")
    milestone.funding_asked_at = at
    milestone.save(update_fields=["state", "funding_asked_at"])
    log(by=None, verb="ask_funding", row=milestone, at=at, pence=milestone.pence)
    for share, kind in zip(shares, kinds, strict=True):
        due_on = max(pay_by(starts_on=milestone.starts_on, kind=kind, add_working_days=add_working_days), _today(at))
        share.call = calls.open_call(
            earmark=share.payer.earmark, about_kind=money.ABOUT_SHARE, about_id=share.pk, pence=share.pence, due_on=due_on, at=at
        )
        share.save(update_fields=["call"])
        if share.call.state == Call.State.FUNDED:
            _cover(share, MilestoneShare.CoveredBy.MONEY, at)
    _fund_if_covered(milestone, shares, at)


def _cover(share: MilestoneShare, covered_by: str, at: datetime) -> None:
    share.state = after(SHARE, share.state, "cover")
    share.covered_by = covered_by
    share.save(update_fields=["state", "covered_by"])
    log(by=None, verb="cover", row=share, at=at, covered_by=covered_by)


def cover_share(*, share_id: int, covered_by: str, at: datetime) -> None:
    """A share's money is in, or its order is accepted. Funds the week when it was the last one. Told again, or too late: nothing changes."""
    with transaction.atomic():
        milestone = _locked(MilestoneShare.objects.values_list("milestone_id", flat=True).get(pk=share_id))
        shares = _shares(milestone)
        share = next(one for one in shares if one.pk == share_id)
        if share.state != MilestoneShare.State.PLANNED:
            return
        _cover(share, covered_by, at)
        if milestone.state in {"funding_due", "short"}:
            _fund_if_covered(milestone, shares, at)


def _fund_if_covered(milestone: Milestone, shares: list[MilestoneShare], at: datetime) -> None:
    if not any(share.state == MilestoneShare.State.PLANNED for share in shares):
        _fund(milestone, shares, "fund", at)


def _fund(milestone: Milestone, shares: list[MilestoneShare], verb: str, at: datetime) -> None:
    milestone.state = after(MILESTONE, milestone.state, verb)
    milestone.funded_at = at
    milestone.save(update_fields=["state", "funded_at"])
    covered = [share for share in shares if share.state == MilestoneShare.State.COVERED]
    log(by=None, verb=verb, row=milestone, at=at, pence=sum(share.pence for share in covered), shares=[share.pk for share in covered])
    tell(kind="milestone_funded", row=milestone, at=at, pence=sum(share.pence for share in covered))
    money.place(milestone=milestone, shares=covered, at=at)
    for share in covered:
        carry_out_away(share=share, at=at)


def _when_funding_due(milestone: Milestone, at: datetime) -> None:
    shares = _shares(milestone)
    if not any(share.state == MilestoneShare.State.PLANNED for share in shares):
        _fund(milestone, shares, "fund", at)
    elif _today(at) >= add_working_days(milestone.starts_on, -SHORT_WORKING_DAYS):
        _fall_short(milestone, shares, at)


def fall_short_for(*, share_id: int, at: datetime) -> None:
    """A payment was missed: the week is short, everybody is told, nobody else's visits stop (state-machines.md 1, "Kept going")."""
    with transaction.atomic():
        milestone = _locked(MilestoneShare.objects.values_list("milestone_id", flat=True).get(pk=share_id))
        if milestone.state == Milestone.State.FUNDING_DUE:
            _fall_short(milestone, _shares(milestone), at)


def _fall_short(milestone: Milestone, shares: list[MilestoneShare], at: datetime) -> None:
    milestone.state = after(MILESTONE, milestone.state, "fall_short")
    milestone.save(update_fields=["state"])
    missing = sum(share.pence for share in shares if share.state == MilestoneShare.State.PLANNED)
    log(by=None, verb="fall_short", row=milestone, at=at, missing_pence=missing)
    tell(kind="milestone_short", row=milestone, at=at, missing_pence=missing)


def _when_short(milestone: Milestone, at: datetime) -> None:
    shares = _shares(milestone)
    covered = [share for share in shares if share.state == MilestoneShare.State.COVERED]
    start = start_of(milestone.starts_on, milestone.agreement.start_time)
    if not any(share.state == MilestoneShare.State.PLANNED for share in shares):
        _fund(milestone, shares, "fund", at)
    elif covered and milestone.provider_said_no_at is None and at >= start - timedelta(hours=SAY_NO_HOURS):
        _go_ahead(milestone, shares, None, at)
    elif at >= start:
        _drop(milestone, shares, None, at)


def _go_ahead(milestone: Milestone, shares: list[MilestoneShare], by: Person | None, at: datetime) -> None:
    """For those who are covered, at the price they signed; the others are left out and asked for nothing."""
    for share in shares:
        if share.state == MilestoneShare.State.PLANNED:
            _drop_share(share, by, at)
    _fund(milestone, shares, "go_ahead", at)


def _drop_share(share: MilestoneShare, by: Person | None, at: datetime) -> None:
    share.state = after(SHARE, share.state, "drop")
    share.save(update_fields=["state"])
    log(by=by, verb="drop", row=share, at=at)
    if share.call is not None:
        calls.drop_call(call=share.call, at=at)


def _drop(milestone: Milestone, shares: list[MilestoneShare], by: Person | None, at: datetime) -> None:
    milestone.state = after(MILESTONE, milestone.state, "drop_milestone")
    milestone.closed_at = at
    milestone.save(update_fields=["state", "closed_at"])
    Visit.objects.filter(milestone=milestone).update(state=Visit.State.CALLED_OFF, called_off_at=at)
    log(by=by, verb="drop_milestone", row=milestone, at=at)
    tell(kind="milestone_cancelled", row=milestone, at=at)
    for share in shares:
        if share.state == MilestoneShare.State.PLANNED:
            _drop_share(share, by, at)
        elif share.state == MilestoneShare.State.COVERED:
            money.give_back(share=share, verb="give_back", by=by, at=at)
            if share.call is not None and share.covered_by == MilestoneShare.CoveredBy.MONEY:
                calls.drop_call(call=share.call, at=at)


def _when_funded(milestone: Milestone, at: datetime) -> None:
    if _all_settled(milestone):
        # Everybody told us in time that they would be away: there is nothing to send in.
        milestone.state = after(MILESTONE, milestone.state, "call_off")
        milestone.save(update_fields=["state"])
        log(by=None, verb="call_off", row=milestone, at=at)
    elif _today(at) > milestone.ends_on + timedelta(days=OVERDUE_NEVER_BEGUN_DAYS):
        _overdue(milestone, at)


def _when_in_delivery(milestone: Milestone, at: datetime) -> None:
    if _today(at) > milestone.ends_on + timedelta(days=OVERDUE_BEGUN_DAYS):
        _overdue(milestone, at)


def _overdue(milestone: Milestone, at: datetime) -> None:
    milestone.state = after(MILESTONE, milestone.state, "overdue")
    milestone.is_late = True
    milestone.save(update_fields=["state", "is_late"])
    log(by=None, verb="overdue", row=milestone, at=at)
    tell(kind="milestone_overdue", row=milestone, at=at)


def _when_overdue(milestone: Milestone, at: datetime) -> None:
    if _today(at) > milestone.ends_on + timedelta(days=CALL_OFF_DAYS):
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
    "planned": _when_planned,
    "funding_due": _when_funding_due,
    "short": _when_short,
    "funded": _when_funded,
    "in_delivery": _when_in_delivery,
    "overdue": _when_overdue,
    "submitted": _when_waiting_for_answers,
    "closing": _when_waiting_for_answers,
}


# --- what people do ---


def go_ahead(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider comes for those who are covered, without waiting for the clock. Raises NotAllowed, NotNow."""
    with transaction.atomic():
        row = _for_provider(milestone, by)
        shares = _shares(row)
        if not any(share.state == MilestoneShare.State.COVERED for share in shares):
            raise NotNow("Nobody's part is covered yet, so there is nobody to go ahead for.")
        _go_ahead(row, shares, by, at)
    return row


def say_no(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider will not come for fewer people. The week is cancelled at its start unless the rest is covered by then."""
    with transaction.atomic():
        row = _for_provider(milestone, by)
        if row.state != Milestone.State.SHORT:
            raise NotNow
        row.provider_said_no_at = at
        row.save(update_fields=["provider_said_no_at"])
        log(by=by, verb="say_no", row=row, at=at)
    return row


def submit(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider sends a week in: each person is asked about what was recorded; what was not recorded comes back to them at once.

    Answers given visit by visit before count now. Raises NotAllowed, NotNow, WeekIsNotOver, VisitIsStillGoing.
    """
    with transaction.atomic():
        row = _for_provider(milestone, by)
        target = after(MILESTONE, row.state, "submit", "There is nothing to send in for this week yet. Record a visit first.")
        visits = list(Visit.objects.locked().filter(milestone=row))
        if any(visit.state == Visit.State.BEGUN for visit in visits):
            raise VisitIsStillGoing
        to_come = [visit for visit in visits if visit.state == Visit.State.PLANNED]
        if any(visit.on > _today(at) for visit in to_come):
            raise WeekIsNotOver
        row.state, row.submitted_at, row.submitted_by = target, at, by
        row.save(update_fields=["state", "submitted_at", "submitted_by"])
        Visit.objects.filter(pk__in=[visit.pk for visit in to_come]).update(state=Visit.State.NOT_RECORDED)
        log(by=by, verb="submit", row=row, at=at, late=row.is_late)
        for share in _shares(row):
            if share.state == MilestoneShare.State.COVERED:
                _ask(share, by, at)
        _when_waiting_for_answers(row, at)
    return row


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
    conclude(share=share, by=None, at=at, early=True)


def call_off(*, milestone: Milestone, by: Person, at: datetime) -> Milestone:
    """The provider calls a whole week off before any visit of it: everything comes back to the payers. It counts on the provider's record."""
    with transaction.atomic():
        row = _for_provider(milestone, by)
        if row.state in {"planned", "funding_due", "short"}:
            _drop(row, _shares(row), by, at)
        else:
            _call_off(row, by, at)
    return row


def _call_off(milestone: Milestone, by: Person | None, at: datetime) -> None:
    recorded = Visit.objects.filter(milestone=milestone, state__in=["begun", "done"]).exists()
    if recorded and by is not None:
        raise NotNow("Visits of this week were recorded. Send the week in: what was not done comes back to the people by itself.")
    milestone.state = after(MILESTONE, milestone.state, "call_off")
    milestone.save(update_fields=["state"])
    Visit.objects.filter(milestone=milestone, state=Visit.State.PLANNED).update(state=Visit.State.CALLED_OFF, called_off_at=at)
    log(by=by, verb="call_off", row=milestone, at=at)
    for share in _shares(milestone):
        if share.state == MilestoneShare.State.COVERED:
            money.give_back(share=share, verb="give_back", by=by, at=at)
    _when_waiting_for_answers(milestone, at)


def _for_provider(milestone: Milestone, by: Person) -> Milestone:
    row = _locked(milestone.pk)
    if not policies.may_record_visits(by=by, enterprise=row.agreement.enterprise):
        raise NotAllowed("Only the provider can do this.")
    return row
