"""What somebody sees before they join: what joining asks, what each would pay in a group of each size, and the most it can cost them."""

from dataclasses import dataclass
from datetime import date

from frontend import words
from marketplace.selectors.sizes import PriceBySize, SizeRow, prices_by_size
from pooling.models import Cluster
from pooling.rules import TRIAL_CAP_WEEKLY_PENCE
from pooling.services.clusters import current_charter

COLUMNS = ("You are", "Each a week", "Each in all, at most")
NO_PRICE = "not set yet"


@dataclass(frozen=True, slots=True)
class Table:
    """One thing the group has, or is about to have: its rows by size, and the row that would be yours."""

    title: str
    how: str
    rows: list[list[str]]
    people: int
    each_pence: int | None
    most_pence: int | None


@dataclass(frozen=True, slots=True)
class BeforeJoining:
    """Joining itself costs nothing. `most_pence`: if you said yes to all that the group has now; None when a price is not known yet."""

    asks: list[dict[str, str]]
    tables: list[Table]
    trial_days: int
    trial_cap_pence: int

    @property
    def most_pence(self) -> int | None:
        sums = [table.most_pence for table in self.tables]
        return None if any(pence is None for pence in sums) else sum(pence for pence in sums if pence is not None)


def before_joining(cluster: Cluster, *, on: date) -> BeforeJoining:
    """For somebody who was asked in, or asks to meet the group. No names, no provider."""
    charter = current_charter(cluster)
    asks = [
        {"key": "The first days", "value": f"{words.count(charter.trial_days, 'day')} to try it. You can leave on any of them."},
        {"key": "After that, to leave", "value": f"You tell us {words.count(charter.notice_days, 'day')} before. You take what is yours."},
        {"key": "How we split the cost", "value": charter.get_cost_rule_display()},
        {"key": "How we decide", "value": charter.get_decision_rule_display()},
        {"key": "Your money", "value": "You promise what you choose. Nobody can spend it without your own yes."},
    ]
    tables = [_table(one) for one in prices_by_size(cluster, on=on)]
    return BeforeJoining(asks, tables, charter.trial_days, TRIAL_CAP_WEEKLY_PENCE)


def _table(price: PriceBySize) -> Table:
    mine = price.with_one_more
    weeks = words.count(price.weeks_left, "week")
    how = f"{words.count(price.visits_per_week, 'visit')} a week of {words.duration(price.minutes)}, {weeks} to come."
    return Table(price.title, how, _rows(price.rows), mine.people, mine.each_weekly_pence, mine.most_pence)


def _rows(rows: tuple[SizeRow, ...]) -> list[list[str]]:
    """A row for each size up to the last that has a price; the sizes after it in one."""
    priced = [row.people for row in rows if row.each_weekly_pence is not None]
    last = max(priced, default=0)
    shown = [_row(row) for row in rows if row.people <= last]
    if last == len(rows):
        return shown
    more = "More people" if last else "Any number"
    return [*shown, [more if last + 1 < len(rows) else _people(len(rows)), NO_PRICE, NO_PRICE]]


def _row(row: SizeRow) -> list[str]:
    if row.each_weekly_pence is None or row.most_pence is None:
        return [_people(row.people), NO_PRICE, NO_PRICE]
    return [_people(row.people), words.pounds(row.each_weekly_pence), words.pounds(row.most_pence)]


def _people(number: int) -> str:
    return words.count(number, "person", "people")
