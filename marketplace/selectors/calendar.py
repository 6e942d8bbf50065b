"""A provider's calendar: each visit with whom, where, what was agreed, whether it is paid for and who said that it happened; and its feed's lines.

The feed goes to programs of others, so its lines hold moments and no words of anybody (abuse.md, "Data and control").
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from django.db.models import Prefetch

from marketplace.models import MilestoneShare, Visit, VisitPart
from marketplace.rules.dates import LONDON, start_of
from providers.models import Enterprise

GOING = frozenset({"active", "ending"})
READY = frozenset({"funded", "in_delivery", "overdue"})
OVER = frozenset({"closing", "closed", "submitted", "cancelled"})
MOST = 2_000
"""Lines of a feed: more than three years of five visits a day for one person. Programs refuse larger ones."""


@dataclass(frozen=True, slots=True)
class CalendarPerson:
    """Somebody a visit is for. `state`, `covered_by`, `waits_for`: where their part is. `answer`: yes, part, no, not_sure, silence, or empty.

    `answer_by`: who said it: person, helper (somebody in their words), clock (nobody answered in time), or empty.
    """

    known_as: str
    outcode: str
    state: str
    covered_by: str
    waits_for: str
    is_away: bool
    answer: str
    answer_by: str


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """One visit of a provider. `starts_at` is empty where only a day was agreed; `week_state` is its week's."""

    visit_id: int
    milestone_id: int
    agreement_id: int
    title: str
    on: date
    starts_at: time | None
    minutes: int
    state: str
    week_state: str
    worker_id: int | None
    worker: str
    people: tuple[CalendarPerson, ...]


@dataclass(frozen=True, slots=True)
class FeedVisit:
    """A visit as a calendar program is told of it. Without a time of day: `starts` and `ends` are empty. `state`: sure, unsure, stopped, off."""

    visit_id: int
    on: date
    starts: datetime | None
    ends: datetime | None
    state: str

    @property
    def print(self) -> str:
        return sha256(f"{self.on}|{self.starts}|{self.ends}|{self.state}".encode()).hexdigest()


def calendar(enterprise: Enterprise, *, first: date, last: date) -> list[CalendarVisit]:
    """Every visit of these days, in order. Three queries, however many."""
    shares = MilestoneShare.objects.select_related("payer__person").order_by("pk")
    parts = VisitPart.objects.select_related("share")
    rows = (
        Visit.objects.filter(milestone__agreement__enterprise=enterprise)
        .between(first, last)
        .exclude(milestone__state="cancelled")
        .select_related("milestone__agreement", "worker")
        .prefetch_related(Prefetch("milestone__shares", queryset=shares), Prefetch("parts", queryset=parts))
        .order_by("on", "planned_start", "number", "pk")
    )
    return [_visit(row) for row in rows]


def share_of_each(visit: Visit) -> dict[int, tuple[MilestoneShare, VisitPart | None]]:
    """For each payer whom a visit is for: where their part of it is now, and what was said of this very visit, if anything.

    Reads the prefetched `milestone.shares` (with `payer`) and `parts` (with `share`). Nobody who was left out of the week.
    """
    by_payer = {part.share.payer_id: part for part in visit.parts.all()}
    found: dict[int, tuple[MilestoneShare, VisitPart | None]] = {}
    rows = {share.pk: share for share in visit.milestone.shares.all()}
    for share in rows.values():
        if visit.payer_id not in {None, share.payer_id} or share.state == "dropped":
            continue
        part = by_payer.get(share.payer_id)
        if part is not None:
            found[share.payer_id] = (rows.get(part.share_id, share), part)
        elif share.payer_id not in found or share.state == "covered":
            found[share.payer_id] = (share, None)
    return found


def answer_of(share: MilestoneShare, part: VisitPart | None) -> tuple[str, str]:
    """What was said of a visit that was made, and by whom: as `CalendarPerson.answer` and `answer_by`."""
    if part is None or part.is_away:
        return "", ""
    if share.by_silence:
        return "silence", "clock"
    if not part.answer:
        return "", ""
    return part.answer, "person" if part.answered_by_id == share.payer.person_id else "helper"


def feed(enterprise: Enterprise, *, since: date) -> list[FeedVisit]:
    """Lines for calendar programs: visits from that day on, soonest first, called off ones too, so that programs take them away. One query."""
    rows = Visit.objects.filter(milestone__agreement__enterprise=enterprise, on__gte=since).select_related("milestone__agreement")
    return [_line(row) for row in rows.order_by("on", "planned_start", "pk")[:MOST]]


def _visit(row: Visit) -> CalendarVisit:
    return CalendarVisit(
        visit_id=row.pk,
        milestone_id=row.milestone_id,
        agreement_id=row.milestone.agreement_id,
        title=row.milestone.agreement.title,
        on=row.on,
        starts_at=row.planned_start,
        minutes=row.planned_minutes,
        state=row.state,
        week_state=row.milestone.state,
        worker_id=row.worker_id,
        worker=row.worker.known_as if row.worker is not None else "",
        people=tuple(_person(share, part) for share, part in share_of_each(row).values()),
    )


def _person(share: MilestoneShare, part: VisitPart | None) -> CalendarPerson:
    answer, answer_by = answer_of(share, part)
    person = share.payer.person
    return CalendarPerson(
        known_as=person.known_as,
        outcode=person.outcode,
        state=share.state,
        covered_by=share.covered_by,
        waits_for=share.waits_for,
        is_away=part is not None and part.is_away,
        answer=answer,
        answer_by=answer_by,
    )


def _line(row: Visit) -> FeedVisit:
    starts, ends = row.started_at, row.finished_at
    if starts is None and row.planned_start is not None:
        starts = start_of(row.on, row.planned_start)
    if starts is not None:
        # Added in universal time: an hour stays an hour in the night the clocks change.
        ends = ends or starts.astimezone(UTC) + timedelta(minutes=row.planned_minutes)
        starts, ends = starts.astimezone(LONDON), ends.astimezone(LONDON)
    return FeedVisit(visit_id=row.pk, on=row.on, starts=starts, ends=ends, state=_state(row))


def _state(row: Visit) -> str:
    if row.state in {"begun", "done"}:
        return "sure"
    week, agreement = row.milestone, row.milestone.agreement
    if row.state in {"called_off", "not_recorded"} or week.state in OVER:
        return "off"
    if agreement.state not in GOING:
        return "stopped" if agreement.state == "suspended" else "off"
    return "sure" if week.state in READY else "unsure"
