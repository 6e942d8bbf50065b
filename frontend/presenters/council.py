"""What a council's planner sees: what people asked for, found and could not find, as numbers of people that tell of nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from audit.clock import london_date
from frontend import words
from frontend.pictures.loose_ends import each_strand
from marketplace.rules.suppression import LEAST_TOLD
from marketplace.selectors.counted import Quarter, Row, quarters
from marketplace.selectors.market import Market
from people.models import Council

HIDDEN = "*"
FEW = f"fewer than {LEAST_TOLD}, so we don’t say"
MOST_GAPS = 5
COLUMNS = (
    "Kind of help",
    "Asked",
    "Found",
    "Found, free",
    "Can’t be found",
    "Dropped",
    "Still looking",
    "Why not, most said",
    "Weeks waiting",
    "They would pay a week",
)
NUMBERS = "2,3,4,5,6,7,9"
TREND_COLUMNS = ("Quarter", "Asked", "Found", "Can’t be found")
_MONTHS = ("January to March", "April to June", "July to September", "October to December")


@dataclass(frozen=True, slots=True)
class Gap:
    """One of the things that people can't get. `since`: the first of the quarters in a row in which it was told."""

    kind: str
    label: str
    which: str
    people: str
    since: str
    weeks: str
    why: str
    pay: str
    doing: str


@dataclass(frozen=True, slots=True)
class Strands:
    """One kind as a picture: `found` and `missing` in people, 0 where hidden."""

    label: str
    said: str
    found: int
    missing: int


@dataclass(frozen=True, slots=True)
class CouncilPage:
    """`counted_on`: the last day that is counted whole. `quarter` is None before the first night."""

    council: Council
    quarter: Quarter | None
    title: str
    others: list[tuple[str, str]]
    counted_on: date | None
    headline: list[str]
    gaps: list[Gap]
    smaller: list[str]
    rows: list[list[str]]
    untold: list[str]
    total: list[str]
    strands: list[Strands]
    each: int
    trend: list[tuple[str, int | None, int | None]]
    trend_rows: list[list[str]]
    changed: list[str]
    watch: list[str]

    @property
    def caption(self) -> str:
        return f"Every number of {self.title}"


def page(council: Council, *, starts: str = "") -> CouncilPage | None:
    """The quarter that begins on `starts` (ISO date), or the newest. None: there is no such quarter."""
    there = quarters(council.pk)
    place = next((index for index, one in enumerate(there) if one.starts.isoformat() == starts), None if starts else 0)
    if place is None:
        return None
    if not there:
        return CouncilPage(council, None, "", [], None, [], [], [], [], [], [], [], 1, [], [], [], [])
    shown, before = there[place], there[place + 1 :]
    around = shown.market
    old_first = list(reversed(there))
    return CouncilPage(
        council=council,
        quarter=shown,
        title=title_of(shown),
        others=[(one.starts.isoformat(), title_of(one)) for one in there if one is not shown],
        counted_on=london_date(shown.counted_until) - timedelta(days=1),
        headline=_headline(shown.whole),
        gaps=_gaps(shown, before, around),
        smaller=[row.label for row in shown.rows if row.unmet is None] if shown.is_over else [],
        rows=[_cells(row) for row in shown.rows if _tells(row)],
        untold=[row.label for row in shown.rows if not _tells(row)],
        total=[*_cells(shown.whole)[:7], "", "", ""],
        strands=[_strands(row) for row in shown.rows if row.found or row.unmet],
        each=each_strand([(row.found or 0) + (row.unmet or 0) for row in shown.rows]),
        trend=[(name_of(one.starts), one.whole.found, one.whole.unmet) for one in old_first],
        trend_rows=[[title_of(one), *map(said, (one.whole.asked, one.whole.found, one.whole.unmet))] for one in old_first],
        changed=_changed(shown, before, around),
        watch=_watch(shown, around),
    )


def csv_rows(council: Council) -> list[list[str]]:
    """Every quarter that a page shows, in one table: what the pages show, and nothing more."""
    return [[title_of(one), *_cells(row)] for one in quarters(council.pk) for row in (*one.rows, one.whole)]


def questions_address(council: Council) -> str:
    """The page of what was asked, of this council."""
    return f"{reverse('council-questions')}?council={council.pk}"


def name_of(starts: date) -> str:
    """`April to June 2026`."""
    return f"{_MONTHS[(starts.month - 1) // 3]} {starts.year}"


def title_of(quarter: Quarter) -> str:
    return name_of(quarter.starts) if quarter.is_over else f"{name_of(quarter.starts)} so far"


def said(number: int | None) -> str:
    return HIDDEN if number is None else f"{number:,}"


def told_money(weekly: tuple[int, int] | None) -> str:
    """`£15.00 to £20.00`, or nothing."""
    if weekly is None:
        return ""
    low, high = (words.pounds(pence) for pence in weekly)
    return low if low == high else f"{low} to {high}"


def _cells(row: Row) -> list[str]:
    weeks = "" if row.weeks_waiting is None else str(row.weeks_waiting)
    told = [row.why, weeks, told_money(row.weekly)]
    empty = "–" if row.unmet == 0 else HIDDEN
    return [row.label, *map(said, row.numbers), *(one or empty for one in told)]


def _tells(row: Row) -> bool:
    return any(number is not None for number in row.numbers)


def _headline(whole: Row) -> list[str]:
    """`People asked for 340 things. 210 were found…`: what can be told, then the names of what cannot."""
    asked, found, free, unmet, dropped, looking = whole.numbers
    told = [
        (asked, "People asked for {} things.", "how many asked"),
        (found, "{} were found.", "found"),
        (free, "{} of them cost nothing.", "found for nothing"),
        (unmet, "{} still can’t be found.", "can’t be found"),
        (dropped, "{} were dropped.", "dropped"),
        (looking, "{} are still looked for.", "still looked for"),
    ]
    unsaid = [name for number, _, name in told if number is None]
    return [
        *(sentence.format(said(number)) for number, sentence, _ in told if number is not None),
        *([f"Too few to say: {', '.join(unsaid)}."] if unsaid else []),
    ]


def _gaps(shown: Quarter, before: Sequence[Quarter], around: Market) -> list[Gap]:
    """The five with the most people times weeks of waiting."""
    told = [row for row in shown.rows if row.unmet]
    told.sort(key=lambda row: (-(row.unmet or 0) * max(row.weeks_waiting or 0, 1), row.label))
    return [_gap(row, shown, before, around) for row in told[:MOST_GAPS]]


def _gap(row: Row, shown: Quarter, before: Sequence[Quarter], around: Market) -> Gap:
    which = [each for each in (row.part.lower(), f"in {row.language}" if row.language else "", f"mostly {row.place}" if row.place else "") if each]
    weeks = words.count(row.weeks_waiting, "week") if row.weeks_waiting else ""
    doing = "A group is asking providers" if row.category in around.asking else "Nothing yet"
    return Gap(row.category, row.label, ", ".join(which), said(row.unmet), _since(row, shown, before), weeks, row.why, told_money(row.weekly), doing)


def _since(row: Row, shown: Quarter, before: Sequence[Quarter]) -> str:
    first = shown
    for quarter in before:
        if not any(one.category == row.category and one.unmet for one in quarter.rows):
            break
        first = quarter
    return name_of(first.starts)


def _strands(row: Row) -> Strands:
    return Strands(row.label, f"{said(row.found)} found, {said(row.unmet)} not found", row.found or 0, row.unmet or 0)


def _changed(shown: Quarter, before: Sequence[Quarter], around: Market) -> list[str]:
    found = [f"{words.count(around.new_providers, 'new provider')} began."] if around.new_providers else []
    if before:
        old = {row.category: row.unmet for row in before[0].rows}
        found += [f"{row.label}: new in the list above." for row in shown.rows if row.unmet and not old.get(row.category)]
        gone = [row for row in shown.rows if shown.is_over and row.unmet == 0 and old.get(row.category)]
        found += [f"{row.label}: the gap is closed." for row in gone]
    if around.hour_pence:
        found.append(f"Half of the services on sale cost {words.pounds(around.hour_pence)} an hour or less.")
    return found


def _watch(shown: Quarter, around: Market) -> list[str]:
    alone = [row.label for row in shown.rows if row.category in around.only_one and (row.asked or row.unmet)]
    found = [f"{label}: one provider does all of it." for label in alone]
    if around.insurance_ends:
        one = around.insurance_ends == 1
        found.append(f"{words.count(around.insurance_ends, 'provider')}: the insurance {'ends' if one else 'of each ends'} within a month.")
    if around.folded != 0:
        found.append(f"Groups that ended: {FEW if around.folded is None else around.folded}.")
    return found
