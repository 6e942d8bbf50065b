"""Holding: see the package."""

from typing import Any

from pooling.rules.budget_files import COLUMNS
from pooling.services import budget_imports, weekly_lists
from tests import cast
from tests.cast_market import Walk

ROWS: dict[str, frozenset[str]] = {"budget-imports": frozenset({"colin", "operator"}), "weekly-lists": frozenset({"sam", "operator"})}
INSIDE: dict[str, frozenset[str]] = {}
DOORS: dict[str, frozenset[str]] = {
    "budget-imports/current/": frozenset(
        {"stranger", "neighbour", "rival", "priya", "yusuf", "halima", "sam", "colin", "ruth", "hodan", "operator", "amina"}
    )
}


def things(story: Walk) -> dict[str, Any]:
    """Colin sent a file that changes Amina's direct payment; Sam made a list of what Yusuf needs."""
    part = story.portions["Amina"]
    budget = part.budget
    row = [str(part.pk), budget.person.full_name, "1.00", f"{budget.starts_on:%d/%m/%Y}", "", ""]
    text = f"{','.join(COLUMNS)}\n{','.join(row)}\n"
    sent = budget_imports.draft(organisation=cast.southwark_money(), text=text, control_pence=100, by=cast.colin(), at=story.at)
    listed = weekly_lists.make(organisation=cast.kasmo(), council_code=cast.SOUTHWARK, by=cast.sam(), at=story.at)
    return {"budget-imports": sent.pk, "weekly-lists": listed.pk}
