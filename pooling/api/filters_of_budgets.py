"""What lists of files of budgets, and weekly lists, are narrowed by."""

from django_filters.rest_framework import FilterSet, NumberFilter

from pooling.models import BudgetImport, WeeklyList


class BudgetImportFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    organisation = NumberFilter("organisation_id", min_value=1)

    class Meta:
        model = BudgetImport
        fields = ("state",)


class WeeklyListFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    organisation = NumberFilter("organisation_id", min_value=1)

    class Meta:
        model = WeeklyList
        fields = ("state", "council_code")
