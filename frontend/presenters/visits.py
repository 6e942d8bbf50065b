"""Who comes to me, which weeks wait for my answer, and how the last weeks ended."""

from dataclasses import dataclass
from datetime import date, datetime

from frontend import words
from marketplace.models import MilestoneShare, Visit
from marketplace.querysets import people_seen_by
from marketplace.selectors import ComingVisit, coming_visits
from marketplace.services.away import what_is_kept
from people.models import Person

PAST_WEEKS = 20


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit to come. `whose`: first name, when it is not the viewer's own."""

    visit: ComingVisit
    when: str
    whose: str


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A week of one person, with its answer or what waits."""

    share_id: int
    title: str
    said: str
    pence: int
    whose: str
    stands: str


@dataclass(frozen=True, slots=True)
class VisitsPage:
    coming: list[Coming]
    asked: list[WeekLine]
    questions: list[WeekLine]
    past: list[WeekLine]


_STANDS = {
    "agreed": "You said yes. It is being paid.",
    "released": "Paid.",
    "queried_late": "Paid without an answer. Two people look at what was wrong.",
    "recovering": "Paid. Two people asked it back from the provider.",
    "decided": "Settled.",
    "returned": "It came back.",
    "questioned": "People are talking about this.",
    "asked": "Did it happen?",
    "with_helper": "Somebody will ask.",
}


def page(person: Person, today: date) -> VisitsPage:
    """Three queries, however many."""
    coming = [Coming(one, when(one), _whose(one.person_id, one.known_as, person)) for one in coming_visits(person, today=today)]
    rows = MilestoneShare.objects.filter(payer__person__in=people_seen_by(person), state__in=_STANDS)
    related = rows.select_related("milestone__agreement__enterprise", "payer__person").order_by("-milestone__starts_on", "-pk")
    lines = [(share.state, _line(share, person)) for share in related[:PAST_WEEKS]]
    open_ = {"asked", "with_helper"}
    return VisitsPage(
        coming=coming,
        asked=[line for state, line in lines if state in open_],
        questions=[line for state, line in lines if state == "questioned"],
        past=[line for state, line in lines if state not in {*open_, "questioned"}],
    )


def when(visit: ComingVisit) -> str:
    """ "10am, 1 hour" or "1 hour, no time agreed"."""
    length = words.duration(visit.minutes)
    return f"{words.clock(visit.planned_start)}, {length}" if visit.planned_start else length


def _whose(person_id: int, known_as: str, viewer: Person) -> str:
    return "" if person_id == viewer.pk else known_as


def _line(share: MilestoneShare, viewer: Person) -> WeekLine:
    week = share.milestone
    days = words.which_week(week) if week.agreement.is_once else f"{words.day(week.starts_on)} to {words.day(week.ends_on)}"
    said = f"{week.agreement.enterprise.name}, {days}"
    whose = _whose(share.payer.person_id, share.payer.person.known_as, viewer)
    return WeekLine(share.pk, week.agreement.title, said, share.pence, whose, _STANDS[share.state])


@dataclass(frozen=True, slots=True)
class AwayPage:
    """What it costs to be away from one visit, if said now."""

    share: MilestoneShare
    visit: Visit
    when: str
    provider: str
    part_pence: int
    kept_pence: int
    whose: str

    @property
    def back_pence(self) -> int:
        return self.part_pence - self.kept_pence


def away(share: MilestoneShare, visit: Visit, viewer: Person, at: datetime) -> AwayPage:
    part, kept = what_is_kept(share=share, visit=visit, at=at)
    start = f" at {words.clock(visit.planned_start)}" if visit.planned_start else ""
    provider = share.milestone.agreement.enterprise.name
    whose = _whose(share.payer.person_id, share.payer.person.known_as, viewer)
    return AwayPage(share, visit, f"{words.day(visit.on)}{start}", provider, part, kept, whose)
