"""What we write about files of budgets: to the second person that one waits, to each whose budget it changed that it is so.

Nobody is written to who died.
"""

from datetime import datetime

from frontend import words
from frontend.notices import _tell, staff_of
from pooling.models import Budget, BudgetImport, EndWhy


def file_waits(*, budget_import_id: int, at: datetime) -> int:
    """To the others who look after money there."""
    row = BudgetImport.objects.select_related("asked_by").get(pk=budget_import_id)
    if row.state != BudgetImport.State.DRAFTED:
        return 0
    people = [one for one in staff_of(row.organisation_id, at=at) if one.pk != row.asked_by_id]
    says = f"{row.asked_by.full_name} sent a file that changes budgets. Nothing is done until one of you looks at it and says yes."
    return _tell(people, kind="budget_file", about=f"budget_import:{row.pk}", subject="A file of budgets waits for you", says=says, at=at)


def budget_changed(*, budget_id: int, ended: str, at: datetime) -> int:
    """To the person: what their budget is now, and whom to ring. What they promised is theirs to change."""
    row = Budget.objects.select_related("person").get(pk=budget_id)
    if row.superseded or ended == EndWhy.DIED:
        return 0
    until = f", until {words.day_year(row.ends_on)}" if row.ends_on else ""
    says = (
        f"Your budget is now {words.pounds(row.weekly_cost_pence)} a week{until}. Those who pay it told us so. "
        "What you promised stays as it is until you change it. If this is wrong, ring them. You can tell us too."
    )
    return _tell([row.person], kind="budget_changed", about=f"budget:{row.pk}", subject="Your budget has changed", says=says, at=at)
