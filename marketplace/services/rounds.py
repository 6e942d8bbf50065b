"""One question about new terms, from asking to its end; where somebody leaves, asked again until those who stay have all said yes, or nobody is left.

Who says nothing to a higher price does not pay it: their last day is the one before the first such week. Everything here runs in the caller's
transaction, with the agreement locked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from marketplace.models import Agreement, Change, ChangeAnswer, Milestone, MilestoneShare, Payer
from marketplace.rules.changes import CHANGE, NEW, fewer_visits
from marketplace.rules.dates import start_of
from marketplace.rules.tables import NotNow, after
from marketplace.services import applying, ceilings, ending, exit_terms, terms
from marketplace.services.answering import still_wait
from marketplace.services.writing import log, tell
from people.models import Person

Answer, Kind = ChangeAnswer.Answer, Change.Kind


def open_round(*, change: Change, agreement: Agreement, shape: terms.Shape, at: datetime, newcomers: Sequence[Payer] = ()) -> None:
    """Asks everybody whom it touches: each sees their old and new price and the most it can cost them."""
    payers = terms.in_it(agreement, newcomers)
    if change.kind == Kind.END:
        change.first_week = agreement.weeks + 1
    weeks = terms.planned_weeks(agreement, change.first_week)
    rows = terms.work_out(agreement=agreement, weeks=weeks, shape=shape, payers=payers)
    if any(rows[one.pk][week.number - 1] == 0 for one in payers for week in weeks if terms.takes_part(one, week.starts_on)):
        raise NotNow("The price is too small to share between so many people.")
    change.state, change.from_version, change.asked_at = after(CHANGE, NEW, "propose"), agreement.version, at
    change.closes_at = terms.closes_at(at)
    if weeks and change.kind == Kind.PAYERS and (day_before := start_of(weeks[0].starts_on) - timedelta(days=1)) > at:
        # Where even that is over, the week never happens, and they have their days: nobody is out because they did not answer at once.
        change.closes_at = min(change.closes_at, day_before)
    change.save()
    terms.write_answers(change=change, rows=rows, payers=payers, weeks=weeks)
    log(by=change.proposed_by, verb="propose_change", row=change, at=at, agreement=agreement.pk, kind=change.kind, first_week=change.first_week)
    tell(kind="change_asked", row=change, at=at, agreement=agreement.pk)


def conclude(*, change: Change, agreement: Agreement, by: Person | None, at: datetime) -> None:
    """Ends the question if its answers say how; else it goes on waiting."""
    answers = list(change.answers.select_related("payer"))
    if any(row.answer == Answer.NO for row in answers):
        end(change=change, verb="refuse", reason="Not everybody said yes.", by=by, at=at)
    elif any(row.answer == Answer.REPLACE for row in answers):
        _ask_again(change, agreement, at)
    elif still_wait(change):
        return
    elif not all(row.is_yes for row in answers):
        _ask_again(change, agreement, at)
    elif change.provider_has_signed or not change.needs_provider:
        _apply(change, agreement, by, at)


def _apply(change: Change, agreement: Agreement, by: Person | None, at: datetime) -> None:
    change.state, change.ended_at = after(CHANGE, change.state, "apply"), at
    change.save(update_fields=["state", "ended_at"])
    if change.kind == Kind.END:
        ending.give_notice(agreement=agreement, reason=change.why, by=by, at=at)
    else:
        applying.carry_out(change=change, agreement=agreement, by=by, at=at)
        exit_terms.record_for(agreement=agreement, at=at)
    tell(kind="change_applied", row=change, at=at, agreement=agreement.pk)


def end(*, change: Change, verb: str, reason: str, by: Person | None, at: datetime) -> None:
    """It comes to nothing: what was kept for it is free again, and who was asked to take a place is not asked any more."""
    change.state, change.ended_at, change.ended_reason = after(CHANGE, change.state, verb), at, reason
    change.save(update_fields=["state", "ended_at", "ended_reason"])
    log(by=by, verb=f"change_{verb}", row=change, at=at)
    tell(kind="change_ended", row=change, at=at, agreement=change.agreement_id, outcome=change.state)
    for row in change.answers.select_related("payer__earmark"):
        ceilings.lower(payer=row.payer, at=at)
        if row.payer.state == Payer.State.COMING and verb != "ask_again":
            row.payer.state = Payer.State.DECLINED
            row.payer.save(update_fields=["state"])


def say_no(*, change: Change, agreement: Agreement, reason: str, by: Person | None, at: datetime) -> None:
    """The provider's no, or silence to what it had to say yes to."""
    if change.kind == Kind.PAYERS:
        _ask_again(change, agreement, at, days=agreement.weekdays)
    else:
        end(change=change, verb="refuse", reason=reason, by=by, at=at)


def close(*, change: Change, agreement: Agreement, at: datetime) -> None:
    """The time to answer is over."""
    if change.kind != Kind.PAYERS:
        end(change=change, verb="time_out", reason="Not everybody answered in time.", by=None, at=at)
    elif still_wait(change):
        _ask_again(change, agreement, at, silent_too=True)
    else:
        say_no(change=change, agreement=agreement, reason="", by=None, at=at)


def ask_others(*, agreement: Agreement, at: datetime, follows: Change | None = None) -> Change | None:
    """Somebody leaves: those who stay see the price of the weeks without them. None where nothing changes for anybody."""
    for other in agreement.changes.asking().select_for_update(of=("self",)):
        end(change=other, verb="ask_again", reason="Somebody in this leaves, so everybody is asked about that first.", by=None, at=at)
    # Who would have taken a place is not in the new question: they may be named again.
    agreement.payers.filter(state=Payer.State.COMING).update(state=Payer.State.DECLINED)
    return _open_without_leavers(agreement, list(agreement.weekdays), (), None, at)


def _open_without_leavers(agreement: Agreement, days: list[int], newcomers: Sequence[Payer], follows: Change | None, at: datetime) -> Change | None:
    payers = terms.in_it(agreement, newcomers)
    first = _first_touched(agreement)
    if first is None or not any(terms.takes_part(payer, first.starts_on) for payer in payers):
        return None
    price = terms.price_now(agreement)
    stay = sum(payer.leaves_on is None for payer in payers)
    change = Change(agreement=agreement, council_code=agreement.council_code, kind=Kind.PAYERS, follows=follows, first_week=first.number)
    change.visit_pence, change.weekdays = price(max(1, stay)), days
    change.needs_provider = days != list(agreement.weekdays)
    open_round(change=change, agreement=agreement, shape=terms.Shape(len(days), price), at=at, newcomers=newcomers)
    conclude(change=change, agreement=agreement, by=None, at=at)
    return change


def _first_touched(agreement: Agreement) -> Milestone | None:
    """The first week, not asked for yet, whose price counts on somebody who is not there then, or is out. Own visits count on nobody else."""
    if not agreement.together:
        return None
    there: dict[Milestone, int] = {}
    planned = MilestoneShare.objects.filter(milestone__agreement=agreement, milestone__state="planned", state="planned")
    for share in planned.select_related("milestone", "payer").order_by("milestone__number"):
        stays = terms.takes_part(share.payer, share.milestone.starts_on)
        there[share.milestone] = there.get(share.milestone, 0) + (share.pence if stays else 0)
    return next((week for week, pence in there.items() if pence < week.price_pence), None)


def _ask_again(change: Change, agreement: Agreement, at: datetime, *, silent_too: bool = False, days: Sequence[int] | None = None) -> None:
    """The next question: without those who stop, with who would take a place, with fewer visits if somebody asked for that."""
    answers = list(change.answers.select_related("payer", "instead"))
    first = Milestone.objects.get(agreement=agreement, number=change.first_week)
    end(change=change, verb="ask_again", reason="", by=None, at=at)
    for row in answers:
        if row.answer == Answer.CLOSE or (silent_too and row.needs_yes and not row.answer):
            _stops_too(row.payer, agreement, first, at)
    newcomers = [row.payer for row in answers if row.payer.state == Payer.State.COMING]
    newcomers += [_newcomer(agreement, row) for row in answers if row.answer == Answer.REPLACE]
    wanted = list(days) if days is not None else _days(change, agreement, answers, newcomers, first)
    if _open_without_leavers(agreement, wanted, newcomers, change, at) is None:
        for payer in newcomers:
            payer.state = Payer.State.DECLINED
            payer.save(update_fields=["state"])


def _days(change: Change, agreement: Agreement, answers: Sequence[ChangeAnswer], newcomers: Sequence[Payer], first: Milestone) -> list[int]:
    shrinking = [row.old_weekly_pence for row in answers if row.answer == Answer.SHRINK]
    if not shrinking:
        return list(change.weekdays)
    stay = sum(terms.takes_part(payer, first.starts_on) for payer in terms.in_it(agreement, newcomers))
    price = terms.price_now(agreement)(max(1, stay))
    visits = fewer_visits(visit_pence=price, visits=len(change.weekdays) - 1, payers=max(1, stay), most_each_pence=min(shrinking))
    return list(change.weekdays)[:visits] or list(agreement.weekdays)


def _stops_too(payer: Payer, agreement: Agreement, first: Milestone, at: datetime) -> None:
    """Their last day is the one before: nobody pays a price that they did not say yes to."""
    if payer.state == Payer.State.COMING:
        payer.state = Payer.State.DECLINED
        payer.save(update_fields=["state"])
        return
    last_day = first.starts_on - timedelta(days=1)
    if payer.leaves_on is None or payer.leaves_on > last_day:
        exit_terms.set_last_day(payer=payer, agreement=agreement, last_day=last_day, at=at)


def _newcomer(agreement: Agreement, row: ChangeAnswer) -> Payer:
    membership = row.instead
    if membership is None:
        raise ValueError("Who says that somebody takes the place says who.")
    fresh = {"person_id": membership.person_id, "council_code": membership.council_code, "weekly_pence": 0, "ceiling_pence": 0}
    payer, _ = Payer.objects.get_or_create(agreement=agreement, membership=membership, defaults=fresh)
    payer.state, payer.weeks_pence, payer.leaves_on = Payer.State.COMING, [], None
    payer.pledge = payer.portion = payer.earmark = None
    payer.weekly_pence = payer.ceiling_pence = 0
    payer.relative, payer.signed_version, payer.declined_at = "", None, None
    payer.save()
    return payer
