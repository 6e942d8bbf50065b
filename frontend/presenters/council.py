"""What a council's planner sees: what was asked for and not found, as numbers of people that tell of nobody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from audit.clock import london_date
from marketplace.selectors import Quarter, asked_and_not_found
from marketplace.selectors.asked import counted_until
from people.models import Council

HIDDEN = "*"
COLUMNS = ("Kind of help", "Asked for it", "Could not find it", "What most of them said")
_MONTHS = ("January to March", "April to June", "July to September", "October to December")


@dataclass(frozen=True, slots=True)
class QuarterTable:
    title: str
    rows: list[list[str]]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class CouncilPage:
    """`counted_on`: the last day that is counted whole."""

    council: Council
    counted_on: date
    quarters: list[QuarterTable]


def page(council: Council, *, at: datetime) -> CouncilPage:
    quarters = [_table(one) for one in asked_and_not_found(council.pk, at=at)]
    return CouncilPage(council, london_date(counted_until(at)) - timedelta(days=1), quarters)


def csv_rows(shown: CouncilPage) -> list[list[str]]:
    """All of it in one table: what the page shows, and nothing more."""
    return [[quarter.title, *row] for quarter in shown.quarters for row in quarter.rows]


def _table(quarter: Quarter) -> QuarterTable:
    rows = [[kind, _said(cell.asked), _said(cell.not_found), _reason(cell.not_found, cell.reason)] for kind, cell in quarter.rows]
    title = f"{_MONTHS[(quarter.starts.month - 1) // 3]} {quarter.starts.year}"
    return QuarterTable(title if quarter.is_over else f"{title} so far", rows, quarter.is_empty)


def _said(number: int | None) -> str:
    return HIDDEN if number is None else f"{number:,}"


def _reason(not_found: int | None, reason: str) -> str:
    return reason or (HIDDEN if not_found is None else "" if not_found == 0 else HIDDEN)
