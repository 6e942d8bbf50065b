"""Facts about files of budgets and weekly lists: people are told. As in `consumers`."""

from datetime import datetime

from audit.models import Fact
from frontend import notices_of_holding, notices_of_lists


def budget_file_sent(*, fact: Fact, at: datetime) -> None:
    """`pooling.budget_file_sent`: a second person is asked."""
    notices_of_holding.file_waits(budget_import_id=fact.payload["budget_import"], at=at)


def budget_changed(*, fact: Fact, at: datetime) -> None:
    """`pooling.budget_changed`: by a file, so the person hears it from us."""
    notices_of_holding.budget_changed(budget_id=fact.payload["budget"], ended=fact.payload["ended"], at=at)


def weekly_list_made(*, fact: Fact, at: datetime) -> None:
    """`pooling.weekly_list_made`: those who look after the money are told, when the clock made it."""
    notices_of_lists.list_ready(weekly_list_id=fact.payload["weekly_list"], at=at)


def weekly_list_part_paid(*, fact: Fact, at: datetime) -> None:
    """`pooling.weekly_list_part_paid`: whom it did not reach hears what that means for them."""
    notices_of_lists.part_paid(weekly_list_id=fact.payload["weekly_list"], at=at)
