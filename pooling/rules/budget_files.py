"""Files of budgets: what each line says, read from text that somebody's spreadsheet wrote. No database."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from audit.errors import Refusal
from pooling.rules.figures import MOST_BUDGET_WEEKLY_PENCE, pounds
from pooling.rules.tables import NEW

COLUMNS = ("Reference", "Name", "Pounds a week", "First day", "Last day", "Ended")
MOST_ROWS = 5_000
MOST_CHANGES = 500
"""Each change is a new version of a budget, and one file is done at once or not at all."""
MOST_FILE_LETTERS = 1_000_000

BUDGET_IMPORT = {
    (NEW, "draft"): "drafted",
    ("drafted", "confirm"): "confirmed",
    ("drafted", "refuse"): "refused",
}

_ENDED = {"": "", "no": "", "yes": "ended", "ended": "ended", "died": "died", "moved": "moved"}
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MONEY = re.compile(r"£?\s*(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_NEAR = range(1990, 2200)


class FileIsNotOurs(Refusal):
    code = "file_is_not_ours"
    sentence = f"We can't read this file. Take our file, change it and save it as CSV. Its first line must be: {', '.join(COLUMNS)}."
    field = "file"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file. `number`: as a spreadsheet counts, the headings are row 1. `ended`: "" or why: ended, died, moved."""

    number: int
    reference: int
    name: str
    weekly_pence: int
    starts_on: date
    ends_on: date | None
    ended: str

    @property
    def title(self) -> str:
        return f"Row {self.number}, {self.name}"


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, else what older spreadsheets write on Windows. Raises FileIsNotOurs."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileIsNotOurs


def plain(cell: str) -> str:
    """A cell as it was before it was made safe: without the apostrophe that keeps a spreadsheet from running it. Only ever text to us."""
    text = cell.strip()
    rest = text[1:]
    return rest.strip() if text.startswith("'") and rest.lstrip().startswith(_RUNS) else text


def read(text: str) -> tuple[list[Line], dict[int, str]]:
    """The lines of a file, and by its number a sentence for each row that can't be read. Empty rows are left out. Raises FileIsNotOurs."""
    rows = [_trimmed([plain(cell) for cell in row]) for row in _rows(text)]
    if not rows or [cell.casefold() for cell in rows[0]] != [column.casefold() for column in COLUMNS]:
        raise FileIsNotOurs
    lines: list[Line] = []
    wrong: dict[int, str] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cells):
            continue
        line = _line(number, cells)
        if isinstance(line, Line):
            lines.append(line)
        else:
            wrong[number] = line
    if not 1 <= len(lines) + len(wrong) <= MOST_ROWS:
        raise FileIsNotOurs(f"A file has one to {MOST_ROWS:,} rows under its first line. This one has {len(lines) + len(wrong):,}.")
    return lines, wrong


def _rows(text: str) -> list[list[str]]:
    if len(text) > MOST_FILE_LETTERS or "\0" in text:
        raise FileIsNotOurs
    try:
        return list(csv.reader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"), newline=""), strict=True))
    except csv.Error:
        raise FileIsNotOurs from None


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells that spreadsheets write after the last column."""
    return cells if any(cells[len(COLUMNS) :]) else cells[: len(COLUMNS)]


def _line(number: int, cells: Sequence[str]) -> Line | str:
    if len(cells) != len(COLUMNS):
        return f"Row {number}: it has {len(cells)} cells and should have {len(COLUMNS)}."
    reference, name, weekly, first, last, ended = cells
    pence, starts_on, ends_on = read_pounds(weekly), read_day(first), read_day(last)
    title = f"Row {number}, {name}" if name else f"Row {number}"
    problems = {
        f"{title}: “{reference}” is not one of our numbers.": re.fullmatch(r"[0-9]{1,15}", reference) is None,
        f"Row {number}: the name is missing.": not name,
        f"{title}: “{weekly}” is not a sum. Type pounds and pence, like 120.00.": pence is None,
        f"{title}: one week can't be more than {pounds(MOST_BUDGET_WEEKLY_PENCE)}.": pence is not None and pence > MOST_BUDGET_WEEKLY_PENCE,
        f"{title}: “{first}” is not a day. Type it like 06/04/2026.": starts_on is None,
        f"{title}: “{last}” is not a day. Type it like 06/04/2026, or leave it empty.": bool(last) and ends_on is None,
        f"{title}: under “Ended” type yes, died or moved, or leave it empty.": ended.casefold() not in _ENDED,
    }
    for sentence, is_so in problems.items():
        if is_so:
            return sentence
    assert pence is not None
    assert starts_on is not None
    return Line(number, int(reference), name, pence, starts_on, ends_on, _ENDED[ended.casefold()])


def read_pounds(text: str) -> int | None:
    """Pence from "120", "120.5" (as a spreadsheet writes 120.50), "£1,200.00"; None where it is no sum."""
    found = _MONEY.fullmatch(text)
    return None if found is None else int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))


def read_day(text: str) -> date | None:
    """A day from "06/04/2026" or "2026-04-06"; None where it is none."""
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year, month, day) if year in _NEAR else None
    except ValueError:
        return None


def same_name(one: str, other: str) -> bool:
    """The same letters, whatever their case and the spaces between."""
    return plain(one).casefold().split() == plain(other).casefold().split()


def wrong_days(line: Line, *, today: date) -> str:
    """What is wrong with the days of a line by themselves; "" where nothing is."""
    if line.ends_on is not None and line.ends_on < line.starts_on:
        return f"{line.title}: the last day is before the first day."
    if line.ended and (line.ends_on is None or line.ends_on > today):
        return f"{line.title}: it has ended, so type its last day. That is today or a day before."
    return ""
