"""What lists of files of budgets are narrowed by."""

from django_filters.rest_framework import FilterSet, NumberFilter

from pooling.models import BudgetImport


class BudgetImportFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    organisation = NumberFilter("organisation_id", min_value=1)

    class Meta:
        model = BudgetImport
        fields = ("state",)
