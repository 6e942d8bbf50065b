"""Facts about files of budgets: people are told. As in `consumers`."""

from datetime import datetime

from audit.models import Fact
from frontend import notices_of_holding


def budget_file_sent(*, fact: Fact, at: datetime) -> None:
    """`pooling.budget_file_sent`: a second person is asked."""
    notices_of_holding.file_waits(budget_import_id=fact.payload["budget_import"], at=at)


def budget_changed(*, fact: Fact, at: datetime) -> None:
    """`pooling.budget_changed`: by a file, so the person hears it from us."""
    notices_of_holding.budget_changed(budget_id=fact.payload["budget"], ended=fact.payload["ended"], at=at)
