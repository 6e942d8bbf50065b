"""Visits: who comes is known before, the checks are live that day, and start and finish are recorded there and then."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q

from audit.errors import NotAllowed, Refusal
from marketplace import policies
from marketplace.models import Milestone, MilestoneShare, Payer, Visit, VisitPart
from marketplace.rules.dates import LONDON
from marketplace.rules.tables import MILESTONE, NotNow, after
from marketplace.rules.weeks import visit_parts
from marketplace.selectors.checking import category_of
from marketplace.services import booking_states
from marketplace.services.signing import ChecksAreNotLive
from marketplace.services.writing import log
from people.models import Person
from pooling.services.transactions import all_or_nothing
from providers.models import Worker
from providers.selectors import checks_live

LONGEST = timedelta(hours=24)
CHECK_NAMES = {
    "identity": "who they are",
    "dbs_basic": "their basic record check (DBS)",
    "dbs_enhanced": "their enhanced record check (DBS)",
    "insurance": "their insurance",
    "cqc": "their registration with the Care Quality Commission",
    "references": "two people who know their work",
}


class NoSuchVisit(Refusal):
    """No planned visit is left for that day, week and person."""

    code = "no_such_visit"
    sentence = "No visit is left to record for this week. If you came one more time, talk to the people first."


class VisitIsThere(Refusal):
    """The same worker is with the same person at that time already: pressed or sent twice."""

    code = "visit_is_there"
    sentence = "This visit is written down already."


class WrongWorker(Refusal):
    """The worker named does not work for this provider."""

    code = "wrong_worker"
    sentence = "Choose somebody who works for you."
    field = "worker"


class TimesAreWrong(Refusal):
    """Finish before start, longer than a day, in the future, or outside the week."""

    code = "times_are_wrong"
    sentence = "Look at the times again."
    field = "finished"


def part_pence(*, share: MilestoneShare, visit: Visit) -> int:
    """This visit's part of a payer's whole week, to the penny, however the share has been cut since."""
    rows = MilestoneShare.objects.filter(milestone_id=share.milestone_id, payer_id=share.payer_id)
    whole = sum(rows.values_list("pence", flat=True))
    return visit_parts(whole, visit.milestone.visits_planned)[visit.number - 1]


@all_or_nothing
def name_worker(*, visit: Visit, worker: Worker, by: Person, at: datetime) -> Visit:
    """Says ahead who comes, so that people see a name and a picture before the visit.

    A booked time goes with them. Raises NotAllowed, NotNow, WrongWorker, SlotIsTaken (they are booked elsewhere then).
    """
    milestone = _locked(visit.milestone, by)
    row = Visit.objects.locked().get(pk=visit.pk)
    if row.state != Visit.State.PLANNED:
        raise NotNow("This visit is not to come any more.")
    _works_for(worker, milestone)
    booking_states.give_to(visit=row, worker=worker, by=by, at=at)
    row.worker = worker
    row.save(update_fields=["worker"])
    log(by=by, verb="name_worker", row=row, at=at, worker=worker.pk)
    return row


@all_or_nothing
def begin(
    *, milestone: Milestone, worker: Worker, by: Person, at: datetime, payer: Payer | None = None, shares: Iterable[MilestoneShare] | None = None
) -> Visit:
    """The worker is there: now. `payer`: whose own visit it is, when each has their own. `shares`: who is there, when not everybody.

    Raises NotAllowed, NotNow (not covered, suspended), NoSuchVisit, VisitIsThere, WrongWorker, ChecksAreNotLive.
    """
    row = _locked(milestone, by)
    today = at.astimezone(LONDON).date()
    if not row.starts_on <= today <= row.ends_on:
        raise NotNow("Today is not in this week. Choose the week you are in.")
    visit = _open_visit(row, worker, payer, shares, (at, at), at)
    visit.state, visit.started_at, visit.recorded_by = Visit.State.BEGUN, at, by
    visit.save()
    log(by=by, verb="begin_visit", row=visit, at=at, worker=worker.pk, day=str(today))
    return visit


@all_or_nothing
def finish(*, visit: Visit, by: Person, at: datetime, note: str = "", notes: Mapping[int, str] | None = None) -> Visit:
    """The worker is done: now. `note` is read by each person who was there; `notes` by share id, each only by that person.

    Raises NotAllowed, NotNow, TimesAreWrong (begun more than a day ago: write the times instead).
    """
    _locked(visit.milestone, by)
    row = Visit.objects.locked().get(pk=visit.pk)
    if row.state != Visit.State.BEGUN or row.started_at is None:
        raise NotNow("Press “I am here” first.")
    if not timedelta(0) <= at - row.started_at <= LONGEST:
        raise TimesAreWrong("This visit began more than a day ago. Write down its times instead.")
    _end(row, at, note, notes or {})
    row.recorded_at_the_time = True
    row.save()
    log(by=by, verb="finish_visit", row=row, at=at, minutes=row.minutes)
    return row


@all_or_nothing
def write_end(*, visit: Visit, finished: datetime, by: Person, at: datetime, note: str = "", notes: Mapping[int, str] | None = None) -> Visit:
    """Ends a visit that was begun and never finished, with a time written later. It no longer counts as recorded at the time."""
    _locked(visit.milestone, by)
    row = Visit.objects.locked().get(pk=visit.pk)
    if row.state != Visit.State.BEGUN or row.started_at is None:
        raise NotNow
    _times_fit(row.started_at, finished, at)
    _end(row, finished, note, notes or {})
    row.recorded_at_the_time = False
    row.save()
    log(by=by, verb="write_visit_end", row=row, at=at, minutes=row.minutes)
    return row


@all_or_nothing
def record_later(
    *,
    milestone: Milestone,
    worker: Worker,
    started: datetime,
    finished: datetime,
    by: Person,
    at: datetime,
    payer: Payer | None = None,
    shares: Iterable[MilestoneShare] | None = None,
    note: str = "",
    notes: Mapping[int, str] | None = None,
) -> Visit:
    """Writes down a visit after it happened; marked as such, so silence never pays it. The checks must have been live on its day.

    Raises as `begin`, and TimesAreWrong.
    """
    row = _locked(milestone, by)
    _times_fit(started, finished, at)
    day = started.astimezone(LONDON).date()
    if not row.starts_on <= day <= row.ends_on:
        raise TimesAreWrong("That day is not in this week.", field="started")
    visit = _open_visit(row, worker, payer, shares, (started, finished), at)
    visit.started_at, visit.recorded_by = started, by
    _end(visit, finished, note, notes or {})
    visit.save()
    log(by=by, verb="record_visit_later", row=visit, at=at, worker=worker.pk, day=str(day))
    return visit


# --- inside ---


def _locked(milestone: Milestone, by: Person) -> Milestone:
    row = Milestone.objects.locked().select_related("agreement__enterprise").get(pk=milestone.pk)
    if not policies.may_record_visits(by=by, enterprise=row.agreement.enterprise):
        raise NotAllowed("Only the provider can do this.")
    return row


def _works_for(worker: Worker, milestone: Milestone) -> None:
    if worker.enterprise_id != milestone.agreement.enterprise_id or worker.state != "active":
        raise WrongWorker


def _open_visit(
    milestone: Milestone,
    worker: Worker,
    payer: Payer | None,
    shares: Iterable[MilestoneShare] | None,
    times: tuple[datetime, datetime],
    at: datetime,
) -> Visit:
    """The planned visit of that day, or the first one left of the week, bound to its worker, its day and who is there."""
    agreement, day = milestone.agreement, times[0].astimezone(LONDON).date()
    # What was stopped and then ended stays stopped: whoever ends it, the provider too, opens no door again.
    is_stopped = bool(agreement.suspended_for) or agreement.enterprise.state == "suspended"
    if agreement.state not in {"active", "ending"} or is_stopped:
        raise NotNow("New visits are stopped for now. We have told you why.")
    if milestone.state not in {"funded", "in_delivery", "overdue"}:
        raise NotNow("The money for this week is not in place yet. Don't go before it is.")
    _works_for(worker, milestone)
    _checks_are_live(milestone, worker, day)
    there = _who_is_there(milestone, payer, shares)
    _not_there_already(worker, there, times, day)
    visit = _planned_visit(milestone, payer, day)
    if visit is None:
        raise NoSuchVisit
    there = [share for share in there if not VisitPart.objects.filter(visit=visit, share__payer_id=share.payer_id).exists()]
    if not there:
        raise NotNow("Nobody is covered for this visit.")
    visit.worker, visit.on, visit.state = worker, day, Visit.State.BEGUN
    VisitPart.objects.bulk_create(VisitPart(visit=visit, share=share, pence=part_pence(share=share, visit=visit)) for share in there)
    if milestone.state != Milestone.State.OVERDUE:
        milestone.state = after(MILESTONE, milestone.state, "begin")
        milestone.began_at = milestone.began_at or at
        milestone.save(update_fields=["state", "began_at"])
    return visit


def _checks_are_live(milestone: Milestone, worker: Worker, day: date) -> None:
    agreement = milestone.agreement
    missing = checks_live(enterprise=agreement.enterprise, worker=worker, category=category_of(agreement), on=day)
    if missing:
        names = ", ".join(CHECK_NAMES.get(kind, kind) for kind in missing)
        raise ChecksAreNotLive(f"We have not seen a check this visit needs, or it has run out: {names}. Somebody else may go.", field="worker")


def _who_is_there(milestone: Milestone, payer: Payer | None, shares: Iterable[MilestoneShare] | None) -> list[MilestoneShare]:
    if not milestone.agreement.together and payer is None:
        raise NotNow("Choose whose visit this is.")
    covered = MilestoneShare.objects.filter(milestone=milestone, state=MilestoneShare.State.COVERED).order_by("pk")
    if payer is not None:
        covered = covered.filter(payer=payer)
    if shares is not None:
        covered = covered.filter(pk__in=[share.pk for share in shares])
    return list(covered)


def _not_there_already(worker: Worker, there: list[MilestoneShare], times: tuple[datetime, datetime], day: date) -> None:
    """One visit is one part of the money, however often it is sent. Who was forgotten to be finished on another day is not there any more."""
    started, finished = times
    then = Q(visit__state=Visit.State.DONE, visit__started_at__lt=finished, visit__finished_at__gt=started)
    now = Q(visit__state=Visit.State.BEGUN, visit__started_at__lte=finished, visit__on=day)
    theirs = VisitPart.objects.filter(share__payer__in=[share.payer_id for share in there], visit__worker=worker, is_away=False)
    if theirs.filter(then | now).exists():
        raise VisitIsThere


def _planned_visit(milestone: Milestone, payer: Payer | None, day: date) -> Visit | None:
    whose = payer if not milestone.agreement.together else None
    planned = list(Visit.objects.locked().filter(milestone=milestone, payer=whose, state=Visit.State.PLANNED).order_by("on", "number"))
    return next((visit for visit in planned if visit.on == day), planned[0] if planned else None)


def _times_fit(started: datetime, finished: datetime, at: datetime) -> None:
    if finished > at:
        raise TimesAreWrong("That time has not come yet.")
    if finished <= started:
        raise TimesAreWrong("The end is before the start. Look at the times again.")
    if finished - started > LONGEST:
        raise TimesAreWrong("A visit can't be longer than a day. Look at the times again.")


def _end(visit: Visit, finished: datetime, note: str, notes: Mapping[int, str]) -> None:
    assert visit.started_at is not None
    visit.state, visit.finished_at = Visit.State.DONE, finished
    visit.minutes = max(1, int((finished - visit.started_at).total_seconds()) // 60)
    for part in VisitPart.objects.locked().filter(visit=visit, is_away=False):
        part.note = notes.get(part.share_id, note).strip()
        part.save(update_fields=["note"])
