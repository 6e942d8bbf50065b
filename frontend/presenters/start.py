"""A person's own start: who is coming, what needs doing, where their money is. In that order."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from audit.clock import london_date
from frontend import words
from frontend.presenters.doing import doing
from frontend.presenters.keeping import KeptCard
from frontend.presenters.money import Strand, strands_of
from marketplace.selectors import ComingVisit, coming_visits
from people.models import Person


@dataclass(frozen=True, slots=True)
class Coming:
    """One visit to come. `says`: what is not settled about it yet, if anything."""

    when: str
    who: str
    title: str
    enterprise: str
    figure: str
    to: str
    says: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Something this person said is missing, and still is."""

    need_id: int
    said: str
    words: str


@dataclass(frozen=True, slots=True)
class StartPage:
    today_said: str
    coming: list[Coming]
    tasks: list[dict[str, Any]]
    strands: list[Strand]
    asked: list[Asked]
    kept: list[KeptCard]
    has_budget: bool
    strand: int

    @property
    def things(self) -> str:
        """How much needs doing, as the greeting says it."""
        number = len(self.tasks)
        return "Nothing needs you today." if not number else "One thing needs you." if number == 1 else f"{words.number(number)} things need you."


def page(person: Person, *, hats: Collection[str], at: datetime) -> StartPage:
    """Everything on the start page of somebody who has, or may have, a budget."""
    today = london_date(at)
    strands, found = strands_of(person), doing(person, today=today, hats=hats)
    return StartPage(
        today_said=words.day(today),
        coming=[_coming(one, person, today) for one in coming_visits(person, today=today, days=28, limit=3)],
        tasks=found.tasks,
        strands=strands,
        asked=[Asked(row.pk, f"{row['label'] or row['category']}, near {row['outcode']}", row["words"]) for row in found.asked],
        kept=found.kept,
        has_budget=found.has_budget,
        strand=strands[0].strand if strands else 1,
    )


def _coming(visit: ComingVisit, person: Person, today: date) -> Coming:
    day = "Today" if visit.on == today else "Tomorrow" if visit.on == today + timedelta(days=1) else words.day(visit.on)
    start = visit.planned_start
    hours = ""
    if start is not None:
        end = (datetime.combine(visit.on, start) + timedelta(minutes=visit.minutes)).time()
        hours = f", {words.clock(start)} to {words.clock(end)}"
    says = "You are away. Nobody comes to you." if visit.is_away else "" if visit.is_covered else "Not sure yet: the money for it is not all there."
    return Coming(
        when=day + (hours or f", for {words.duration(visit.minutes)}"),
        who=visit.worker or visit.enterprise,
        title=visit.title,
        enterprise=visit.enterprise,
        figure=visit.worker_figure or "plain",
        to="" if visit.person_id == person.pk else f"To {visit.known_as}",
        says=says,
    )
