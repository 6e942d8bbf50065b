"""What is counted for a council: people by kind of help, quarter and what became of it. What of it may be told is `suppression`'s.

One person who asks ten times for one kind of help in one quarter is one: the newest asking says what became of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from marketplace.rules.suppression import Cell, Name, commonest, hide, is_enough, least_step, money_range, step, told

LONDON = ZoneInfo("Europe/London")
QUARTERS = 4
ALL = ""
"""The row of all kinds together."""
MEASURES = ("asked", "found", "free", "unmet", "dropped", "looking")
"""What is told of each kind: asked = found + unmet + dropped + looking; `free`: those of the found that cost nothing."""
FOUND = ("paid", "free")
REST = ("unmet", "dropped", "looking")
LEAVES = (*FOUND, *REST)
_LOST = {"paid": 0, "dropped": 1, "looking": 2, "free": 3, "found": 6, "asked": 8, "unmet": 10}
"""How much a reader loses when it is hidden; what all kinds come to is dearer. Of two alike the smaller goes."""
_ALL_DEARER = 3
_LOSS = 10_000


# --- time ---


def midnight(at: datetime) -> datetime:
    """Last midnight in London: numbers stand still for a day."""
    return at.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def quarters_until(moment: datetime) -> list[date]:
    """The quarter that the day before this midnight lies in, and those before it, newest first."""
    found = [quarter_of(moment.astimezone(LONDON).date() - timedelta(days=1))]
    while len(found) < QUARTERS:
        found.append(quarter_of(found[-1] - timedelta(days=1)))
    return found


def bounds(quarter: date) -> tuple[datetime, datetime]:
    """Its first moment in London, and the first that is not of it."""
    after = quarter_of(quarter + timedelta(days=95))
    return datetime(quarter.year, quarter.month, 1, tzinfo=LONDON), datetime(after.year, after.month, 1, tzinfo=LONDON)


# --- adding up ---


class Asking(NamedTuple):
    """One need, as far as it is counted. `person` None: somebody who was not signed in. `language`: only where they ticked that it counts."""

    person: int | None
    category: str
    state: str
    is_free: bool
    reason: str
    outcode: str
    part_of_week: str
    language: str
    unmet_at: datetime | None
    group: int | None
    weekly_low: int | None
    weekly_high: int | None


@dataclass(slots=True)
class Counted:
    """One kind of help: how many people by what became of it, and what those said who found nothing. Never leaves the timer that made it."""

    leaves: Counter[str] = field(default_factory=Counter)
    said: dict[str, Counter[str]] = field(default_factory=dict)
    waiting_since: list[date] = field(default_factory=list)
    money: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def of(self, measure: str) -> int:
        if measure == "asked":
            return sum(self.leaves[leaf] for leaf in LEAVES)
        return sum(self.leaves[leaf] for leaf in FOUND) if measure == "found" else self.leaves[measure]


_BECAME = {"met": "paid", "unmet": "unmet", "withdrawn": "dropped"}
WORDS = ("reason", "outcode", "part_of_week", "language")


def tally(askings: Iterable[Asking]) -> dict[str, Counted]:
    """By kind of help. `askings`: newest first; a person's later ones of the same kind are left out."""
    found: dict[str, Counted] = {}
    seen: set[tuple[int, str]] = set()
    for one in askings:
        if one.person is not None:
            if (one.person, one.category) in seen:
                continue
            seen.add((one.person, one.category))
        _add(found.setdefault(one.category, Counted()), one)
    return found


def _add(to: Counted, one: Asking) -> None:
    leaf = "free" if one.state == "met" and one.is_free else _BECAME.get(one.state, "looking")
    to.leaves[leaf] += 1
    if one.group is not None and one.weekly_low is not None and one.weekly_high is not None and leaf in ("unmet", "looking"):
        to.money.setdefault(one.group, []).append((one.weekly_low, one.weekly_high))
    if leaf != "unmet":
        return
    for word in WORDS:
        if value := getattr(one, word):
            to.said.setdefault(word, Counter())[value] += 1
    if one.unmet_at is not None:
        to.waiting_since.append(one.unmet_at.astimezone(LONDON).date())


# --- what is told ---


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of help, as it may be told. `told`: None where it is hidden. `kept`: the counts behind it while the quarter runs, 0 or 8 and more.

    `since`: the day from which the middle one of those who found nothing waits; told in weeks. `weekly`: what groups would pay a week, pence from
    and to.
    """

    told: Mapping[str, int | None]
    kept: Mapping[str, int]
    words: Mapping[str, str]
    since: date | None = None
    weekly: tuple[int, int] | None = None


NOTHING = Figures({}, {}, {})


def final(counted: Mapping[str, Counted], kinds: Iterable[str]) -> dict[str, Figures]:
    """A quarter that is over, told once and for good: 0 is 0, small numbers and what gives them away are hidden."""
    people = _people(counted, kinds)
    hidden = hide(circulation(people), [name for name, number in people.items() if number and told(number) is None])
    found = {}
    for kind in _rows(people):
        shown = {measure: None if (kind, measure) in hidden else told(people[kind, measure]) for measure in MEASURES}
        found[kind] = _figures(shown, {}, counted.get(kind)) if shown["unmet"] else Figures(shown, {}, {})
    return found


def running(counted: Mapping[str, Counted], kinds: Iterable[str], before: Mapping[str, Figures], *, secret: bytes, of: str) -> dict[str, Figures]:
    """A quarter that goes on: each number moves by itself, in steps of many people; none and a few look the same.

    `before`: what was told the night before. `of`: which council and quarter, so that each number's steps are its own.
    """
    people = _people(counted, kinds)
    kept = {name: _stepped(name, number, before.get(name[0], NOTHING).kept.get(name[1], 0), secret, of) for name, number in people.items()}
    found = {}
    for kind in _rows(people):
        shown = {measure: told(kept[kind, measure]) or None for measure in MEASURES}
        mine, old = {measure: kept[kind, measure] for measure in MEASURES}, before.get(kind, NOTHING)
        if not shown["unmet"]:
            found[kind] = Figures(shown, mine, {})
        elif old.told.get("unmet") and old.kept.get("unmet") == mine["unmet"]:
            found[kind] = Figures(shown, mine, old.words, old.since, old.weekly)
        else:
            found[kind] = _figures(shown, mine, counted.get(kind))
    return found


def _stepped(name: Name, number: int, before: int, secret: bytes, of: str) -> int:
    return step(before, number, least_step(secret, of, *name, before))


def _figures(shown: Mapping[str, int | None], kept: Mapping[str, int], one: Counted | None) -> Figures:
    if one is None:
        return Figures(shown, kept, {})
    unmet, days = one.of("unmet"), sorted(one.waiting_since)
    words = {word: best for word in WORDS if (best := commonest(one.said.get(word, {}), unmet))}
    groups = [(min(low for low, _ in sums), max(high for _, high in sums)) for sums in one.money.values()]
    return Figures(shown, kept, words, days[len(days) // 2] if is_enough(len(days)) else None, money_range(groups))


def _people(counted: Mapping[str, Counted], kinds: Iterable[str]) -> dict[Name, int]:
    """Every number there is, also those that are never told but could be worked out."""
    none = Counted()
    measures = (*MEASURES, "paid")
    found = {(kind, measure): counted.get(kind, none).of(measure) for kind in sorted({*kinds, *counted}) for measure in measures}
    for measure in measures:
        found[ALL, measure] = sum(number for (_, what), number in found.items() if what == measure)
    return found


def _rows(people: Mapping[Name, int]) -> list[str]:
    return sorted({kind for kind, _ in people})


def circulation(people: Mapping[Name, int]) -> list[Cell]:
    """How the numbers hang together. Of one kind: all who asked flow into `asked`, part of them into `found`, and from there to what became of
    them; of all kinds together the same, backwards.
    """
    return [_cell(kind, measure, number) for (kind, measure), number in people.items()]


def _cell(kind: str, measure: str, people: int) -> Cell:
    row, found = f"asked of {kind}", f"found of {kind}"
    ends = {"asked": ("everybody", row), "found": (row, found)}
    tail, head = ends.get(measure) or (found if measure in FOUND else row, measure)
    if kind == ALL:
        tail, head = head, tail
    dearer = _ALL_DEARER if kind == ALL else 1
    return Cell((kind, measure), tail, head, people, _LOST[measure] * dearer * _LOSS + people)
