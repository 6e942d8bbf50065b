"""Holding: see the package. Colin sent a file that changes Halima's budget; part of his weekly list is paid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.demo_story.cast import COLIN, HALIMA, organisation, person
from pooling.models import BudgetImport, Portion, WeeklyList
from pooling.rules.budget_files import COLUMNS
from pooling.services import budget_imports
from tests.architecture.route import SIGNED_IN, SIGNED_IN_ASKS, Route, act, own, page

# fmt: off
ROUTES: tuple[Route, ...] = (
    # Colin is the one who funds Amina's direct payment: he may read her name in his own file (care-rules.md 2.2)
    page("looking-after/<int:pk>/budgets/", "i..... ....+.....", pk="the council"),
    Route("looking-after/<int:pk>/budgets/template/", "i..... ....+.....", about={"pk": "the council"}, tells="Farah|Amina"),
    page("looking-after/<int:pk>/budgets/new/", "i..... ....+.....", "i..... ....?.....", pk="the council"),
    page("looking-after/<int:pk>/budgets/<int:file>/", "i..... ....+.....", pk="the council", file="file of budgets"),
    page("looking-after/<int:pk>/budgets/<int:file>/confirm/", "i...m. ...mm.....", "i..... ....>.....", pk="the council", file="file of budgets"),
    page("looking-after/<int:pk>/budgets/<int:file>/refuse/", "i...m. ...mm.....", "i..... ....>.....", pk="the council", file="file of budgets"),
    page("looking-after/<int:pk>/lists/", "i..... ....+.....", pk="the council"),
    page("looking-after/<int:pk>/lists/day/", "i..... ....+.....", "i..... ....?.....", pk="the council"),
    page("looking-after/<int:pk>/lists/new/", "i...m. ...mm.....", "i..... ....>.....", pk="the council"),
    page("looking-after/<int:pk>/lists/<int:weekly>/", "i..... ....+.....", pk="the council", weekly="weekly list"),
    page("looking-after/<int:pk>/lists/<int:weekly>/order/", "i..... ....+.....", "i..... ....?.....", pk="the council", weekly="weekly list"),
    page("looking-after/<int:pk>/lists/<int:weekly>/orders/", "i..... ....+.....", "i..... ....?.....", pk="the council", weekly="weekly list"),
    page("looking-after/<int:pk>/lists/<int:weekly>/send/", "i...m. ...mm.....", "i..... ....>.....", pk="the council", weekly="weekly list"),
    page("looking-after/<int:pk>/lists/<int:weekly>/stop/", "i...m. ...mm.....", "i..... ....*.....", pk="the council", weekly="weekly list"),
    own("api/v1/weekly-lists/", SIGNED_IN_ASKS),
    act("api/v1/weekly-lists/choose-day/", SIGNED_IN_ASKS),
    page("api/v1/weekly-lists/<int:pk>/", "i..... ....+...+.", pk="weekly list"),
    act("api/v1/weekly-lists/<int:pk>/reorder/", "i..... ....?...?.", pk="weekly list"),
    act("api/v1/weekly-lists/<int:pk>/send/", "i..... ....!...x.", pk="weekly list"),  # it was sent
    act("api/v1/weekly-lists/<int:pk>/stop/", "i..... ....+...x.", pk="weekly list"),
    act("api/v1/weekly-lists/<int:pk>/accept-orders/", "i..... ....?...?.", pk="weekly list"),
    own("api/v1/budget-imports/", SIGNED_IN_ASKS),
    Route("api/v1/budget-imports/current/", SIGNED_IN, tells="Farah|Amina"),
    page("api/v1/budget-imports/<int:pk>/", "i..... ....+...+.", pk="file of budgets"),
    act("api/v1/budget-imports/<int:pk>/confirm/", "i..... ....!...x.", pk="file of budgets"),  # who sent it is not the second person
    act("api/v1/budget-imports/<int:pk>/refuse/", "i..... ....+...x.", pk="file of budgets"),
)
# fmt: on
SECRETS: Mapping[str, str] = {}


def arrive(at: datetime) -> None:
    """One row: Halima’s budget is a pound a week, without a last day."""
    part = Portion.objects.select_related("budget__person").get(budget__person=person(HALIMA))
    budget = part.budget
    row = [str(part.pk), budget.person.full_name, "1.00", f"{budget.starts_on:%d/%m/%Y}", "", ""]
    text = f"{','.join(COLUMNS)}\n{','.join(row)}\n"
    budget_imports.draft(organisation=organisation("Southwark Council"), text=text, control_pence=100, by=person(COLIN), at=at)


def things() -> dict[str, Any]:
    return {
        "the council": organisation("Southwark Council").pk,
        "file of budgets": BudgetImport.objects.get().pk,
        "weekly list": WeeklyList.objects.get(state="sent").pk,
    }
