"""New terms that everybody needed said yes to: the weeks that nobody was asked to pay for yet are what was agreed (state-machines.md 8, `vary`).

No money moves. The agreement and the change are locked by the caller.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from marketplace.models import Agreement, Change, ChangeAnswer, Milestone, MilestoneShare, Payer, Visit, VisitPart
from marketplace.rules.tables import AGREEMENT, MILESTONE, NEW, SHARE, after
from marketplace.rules.weeks import visit_parts
from marketplace.services import ceilings, terms
from marketplace.services.funding import drop_share, drop_week, locked_shares, locked_week
from marketplace.services.writing import log
from people.models import Person
from pooling.services import memberships

Rows = Mapping[int, Sequence[int]]


def carry_out(*, change: Change, agreement: Agreement, by: Person | None, at: datetime) -> None:
    """Writes the new terms into the weeks, the shares, each payer's row and the agreement's next version."""
    answers = list(change.answers.locked().select_related("change", "payer__membership", "payer__earmark", "payer__agreement", "payer__portion"))
    rows = {answer.payer_id: answer.weeks_pence for answer in answers}
    weeks = terms.planned_weeks(agreement, change.first_week)
    before = {answer.payer_id: terms.rounding_of(answer.payer, weeks) for answer in answers}
    _write_agreement(agreement, change, at)
    for answer in answers:
        _write_payer(answer, agreement, at)
    for week in weeks:
        _write_week(week.pk, change, rows, {answer.payer_id: answer.payer for answer in answers}, by, at)
    for answer in answers:
        _carry_rounding(answer.payer, before[answer.payer_id], weeks, at)
        ceilings.lower(payer=answer.payer, at=at)
    log(by=by, verb="vary", row=agreement, at=at, change=change.pk, version=agreement.version, first_week=change.first_week)


def _write_agreement(agreement: Agreement, change: Change, at: datetime) -> None:
    agreement.state = after(AGREEMENT, agreement.state, "vary")
    agreement.version += 1
    agreement.provider_signed_version = agreement.version
    if change.needs_provider:
        agreement.provider_signed_by, agreement.provider_signed_at = change.provider_signed_by, change.provider_signed_at
    if change.kind == Change.Kind.PRICE:
        agreement.frozen = {**agreement.frozen, "varied": True}
    agreement.visit_pence = change.visit_pence
    if _has_other_days(change):
        agreement.weekdays, agreement.visits_per_week = change.weekdays, len(change.weekdays)
    agreement.save()


def _has_other_days(change: Change) -> bool:
    """Only then visits move: a booked one may lie on another day than the week's own, by everybody's yes."""
    return change.kind == Change.Kind.VISITS or (change.kind == Change.Kind.PAYERS and change.needs_provider)


def _write_payer(answer: ChangeAnswer, agreement: Agreement, at: datetime) -> None:
    payer = answer.payer
    # Earlier weeks may have changed since it was asked: somebody took over what a short week was missing.
    first = answer.change.first_week - 1
    payer.weeks_pence = [*(payer.weeks_pence or answer.weeks_pence)[:first], *answer.weeks_pence[first:]]
    payer.ceiling_pence = sum(payer.weeks_pence)
    payer.weekly_pence = answer.new_weekly_pence or payer.weekly_pence
    if answer.answer == ChangeAnswer.Answer.ACCEPT:
        payer.signed_version, payer.signed_by, payer.signed_at = agreement.version, answer.by, answer.at
        payer.state, payer.declined_at = Payer.State.SIGNED, None
    payer.save()


def _write_week(pk: int, change: Change, rows: Rows, payers: Mapping[int, Payer], by: Person | None, at: datetime) -> None:
    week = locked_week(pk)
    week.state = after(MILESTONE, week.state, "vary")
    shares = locked_shares(week)
    for share in shares:
        pence = rows.get(share.payer_id, [share.pence] * week.number)[week.number - 1]
        if share.state != MilestoneShare.State.PLANNED:
            continue
        if pence == 0:
            drop_share(share=share, by=by, at=at)
        elif share.pence != pence:
            share.state, share.pence = after(SHARE, share.state, "vary"), pence
            share.save(update_fields=["state", "pence"])
    _add_newcomers(week, {share.payer_id for share in shares}, rows, payers)
    if _has_other_days(change):
        _write_visits(week, change, [payer for payer in payers.values() if rows[payer.pk][week.number - 1]], at)
    rows_now = list(MilestoneShare.objects.filter(milestone=week).values_list("state", "pence"))
    week.pence = sum(pence for _, pence in rows_now)
    week.left_out_pence = sum(pence for state, pence in rows_now if state == MilestoneShare.State.DROPPED)
    week.save(update_fields=["state", "pence", "left_out_pence", "visits_planned"])
    parts_of_away(week)
    if week.price_pence == 0:
        drop_week(milestone=week, shares=locked_shares(week), by=by, at=at)


def _add_newcomers(week: Milestone, there: set[int], rows: Rows, payers: Mapping[int, Payer]) -> None:
    MilestoneShare.objects.bulk_create(
        MilestoneShare(
            milestone=week,
            payer=payer,
            membership_id=payer.membership_id,
            portion=payer.portion,
            council_code=payer.council_code,
            pence=rows[pk][week.number - 1],
            state=after(SHARE, NEW, "plan"),
        )
        for pk, payer in payers.items()
        if pk not in there and rows[pk][week.number - 1]
    )


def _write_visits(week: Milestone, change: Change, payers: Sequence[Payer], at: datetime) -> None:
    """The days of the new plan. A visit keeps its number; those over are called off, those missing are added."""
    days = [day for day in (week.starts_on + timedelta(days=n) for n in range(7)) if day.isoweekday() in change.weekdays]
    week.visits_planned = len(days)
    each: Sequence[Payer | None] = [None] if week.agreement.together else payers
    for whose in each:
        _write_visits_of(week, whose, days, at)


def _write_visits_of(week: Milestone, whose: Payer | None, days: Sequence[date], at: datetime) -> None:
    there = {visit.number: visit for visit in Visit.objects.locked().filter(milestone=week, payer=whose)}
    for number, day in enumerate(days, start=1):
        visit = there.pop(number, None)
        if visit is None:
            agreement = week.agreement
            visit = Visit(milestone=week, payer=whose, council_code=week.council_code, number=number, planned_minutes=agreement.minutes)
            visit.planned_start = agreement.start_time
        elif visit.state == Visit.State.CALLED_OFF and not visit.parts.exists():
            visit.state, visit.called_off_at = Visit.State.PLANNED, None
        visit.on = day
        visit.save()
    for visit in there.values():
        visit.state, visit.called_off_at = Visit.State.CALLED_OFF, at
        visit.save(update_fields=["state", "called_off_at"])


def parts_of_away(week: Milestone) -> None:
    """Who told us that they will be away keeps being away, from a visit of the new price."""
    for part in VisitPart.objects.filter(share__milestone=week, is_away=True).select_related("visit", "share"):
        whole = sum(MilestoneShare.objects.filter(milestone=week, payer_id=part.share.payer_id).values_list("pence", flat=True))
        number = part.visit.number
        part.pence = visit_parts(whole, week.visits_planned)[number - 1] if number <= week.visits_planned else 0
        part.accepted_pence = min(part.accepted_pence or 0, part.pence)
        part.save(update_fields=["pence", "accepted_pence"])


def _carry_rounding(payer: Payer, before: Fraction, weeks: Sequence[Milestone], at: datetime) -> None:
    debt = payer.membership.rounding_debt - before + terms.rounding_of(payer, weeks)
    if debt != payer.membership.rounding_debt:
        payer.membership = memberships.set_rounding_debt(membership=payer.membership, debt=debt, at=at)
