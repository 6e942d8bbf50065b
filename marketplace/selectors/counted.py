"""What may be told of what people asked for: read from what the night kept, never from anybody's asking. The same for pages, CSV and API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from audit.clock import LONDON, london_date
from marketplace.models import CountedCell, CountRun, Need, PartOfWeek
from marketplace.rules.counting import ALL, MEASURES, QUARTERS
from marketplace.selectors.market import Market
from vocabulary.models import Term


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of help in one quarter, in people. Numbers are None where they are hidden. `category`: slug; "" is all kinds together.

    `why`, `place`, `part`, `language`: what most of those who found nothing said, in words; "" where fewer than 8 agree. `weekly`: what groups
    would pay a week, pence from and to; None with fewer than three groups.
    """

    category: str
    label: str
    asked: int | None
    found: int | None
    free: int | None
    unmet: int | None
    dropped: int | None
    looking: int | None
    why: str
    place: str
    part: str
    language: str
    weeks_waiting: int | None
    weekly: tuple[int, int] | None

    @property
    def numbers(self) -> list[int | None]:
        return [self.asked, self.found, self.free, self.unmet, self.dropped, self.looking]


@dataclass(frozen=True, slots=True)
class Quarter:
    """`id`: of the run that counted it. `starts`: its first day. `counted_until`: the midnight it is counted to.

    `rows`: every kind of help, asked for or not; `whole`: all kinds together. `market`: what of the market was kept beside it.
    """

    id: int
    council_code: str
    starts: date
    counted_until: datetime
    is_over: bool
    whole: Row
    rows: list[Row]
    market: Market

    @property
    def is_empty(self) -> bool:
        """Nothing of it can be told: nobody asked, or too few."""
        return not any(self.whole.numbers) and not any(number for row in self.rows for number in row.numbers)


def quarters(council_code: str) -> list[Quarter]:
    """The newest quarter and the three before it, as last counted, newest first; fewer before the first nights. Whoever calls has checked who
    asks: a planner reads all of it, everybody what `wanted` takes from it. Three queries.
    """
    return quarters_of(CountRun.objects.filter(council_code=council_code).order_by("-quarter")[:QUARTERS])


def quarters_of(found: Iterable[CountRun]) -> list[Quarter]:
    """The same for these runs. Two queries, and one for the runs."""
    runs = list(found)
    if not runs:
        return []
    cells: dict[int, dict[str, CountedCell]] = {}
    for cell in CountedCell.objects.filter(run__in=runs):
        cells.setdefault(cell.run_id, {})[cell.category] = cell
    labels = _Labels()
    return [_quarter(run, cells.get(run.pk, {}), labels) for run in runs]


class _Labels:
    """Words for slugs: one query."""

    def __init__(self) -> None:
        terms = list(Term.objects.filter(kind__in=(Term.Kind.CATEGORY, Term.Kind.LANGUAGE)))
        self.kinds = {term.slug: term.label for term in terms if term.kind == Term.Kind.CATEGORY}
        self.languages = {term.slug: term.label for term in terms if term.kind == Term.Kind.LANGUAGE}


def _quarter(run: CountRun, cells: Mapping[str, CountedCell], labels: _Labels) -> Quarter:
    nothing = 0 if run.is_final else None
    kinds = {**labels.kinds, **{slug: slug for slug in cells if slug and slug not in labels.kinds}}
    until = london_date(run.counted_until)
    rows = [_row(slug, label, cells.get(slug), nothing, labels, until) for slug, label in kinds.items()]
    whole = _row(ALL, "All kinds", cells.get(ALL), nothing, labels, until)
    return Quarter(run.pk, run.council_code, run.quarter, run.counted_until.astimezone(LONDON), run.is_final, whole, rows, Market(**run.market))


def _row(category: str, label: str, cell: CountedCell | None, nothing: int | None, labels: _Labels, until: date) -> Row:
    told = cell.told if cell else {}
    words = cell.words if cell else {}
    low, high = (cell.weekly_pence_low, cell.weekly_pence_high) if cell else (None, None)
    part = words.get("part_of_week", "")
    asked, found, free, unmet, dropped, looking = (told.get(measure, nothing) for measure in MEASURES)
    return Row(
        category=category,
        label=label,
        asked=asked,
        found=found,
        free=free,
        unmet=unmet,
        dropped=dropped,
        looking=looking,
        why=str(Need.Reason(words["reason"]).label) if "reason" in words else "",
        place=words.get("outcode", ""),
        part=str(PartOfWeek(part).label) if part else "",
        language=labels.languages.get(words.get("language", ""), ""),
        weeks_waiting=(until - cell.waiting_since).days // 7 if cell and cell.waiting_since else None,
        weekly=None if low is None or high is None else (low, high),
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of help that people want and can't get. `people`: rounded; None for too few to tell. `of`: the quarter it was counted in."""

    category: str
    label: str
    people: int | None
    place: str
    part: str
    of: date


def wanted(council_code: str) -> list[Wanted]:
    """For everybody, a provider above all: what people of a council can't get. From the newest quarter in which it may be told, most first.

    No number that the council's own page does not show. Kinds that nobody was known to want are left out.
    """
    there = quarters(council_code)[:2]
    kinds = {row.category: row.label for quarter in there for row in quarter.rows}
    found = [_wanted(kind, label, there) for kind, label in kinds.items()]
    return sorted((one for one in found if one is not None), key=lambda one: (-(one.people or 0), one.label))


def _wanted(kind: str, label: str, there: list[Quarter]) -> Wanted | None:
    rows = [(quarter, row) for quarter in there for row in quarter.rows if row.category == kind]
    for quarter, row in rows:
        if row.unmet:
            return Wanted(kind, label, row.unmet, row.place, row.part, quarter.starts)
    few = [quarter.starts for quarter, row in rows if row.unmet is None and quarter.is_over]
    return Wanted(kind, label, None, "", "", few[0]) if few else None
