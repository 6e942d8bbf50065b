"""Every way in which this would be robbed (docs/abuse.md) is held by a test that is there and runs, or says who does it by hand."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "abuse.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines() if re.match(r"\| [^-#W]|\| W(?!hat \|)", line)
]


def test_every_number_has_its_row_in_order() -> None:
    assert [row[0] for row in ROWS if row[0].isdigit()] == [str(number) for number in range(1, 21)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_row_has_a_test_that_runs_or_people_who_do_it(row: list[str]) -> None:
    names = re.findall(r"`(\w+\.test_\w+\.test_\w+)`", row[-1])
    assert names or "People:" in row[-2], f"{row[0]}: nothing holds it"
    for name in names:
        module, _, function = name.rpartition(".")
        found = getattr(import_module(f"tests.{module}"), function, None)
        assert inspect.isfunction(found), f"{row[0]}: {name} is not there."
        marks = {mark.name for mark in getattr(found, "pytestmark", [])}
        assert not marks & {"skip", "skipif", "xfail"}, f"{row[0]}: {name} does not run."
