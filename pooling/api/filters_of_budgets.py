"""What lists of files of budgets, and weekly lists, are narrowed by."""

from audit.api.narrowing import IdFilter, Narrowed
from pooling.models import BudgetImport, WeeklyList


class BudgetImportFilter(Narrowed):
    organisation = IdFilter("organisation_id")

    class Meta:
        model = BudgetImport
        fields = ("state",)


class WeeklyListFilter(Narrowed):
    organisation = IdFilter("organisation_id")

    class Meta:
        model = WeeklyList
        fields = ("state", "council_code")
