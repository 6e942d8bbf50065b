"""What lists of goodbyes are narrowed by."""

from django_filters.rest_framework import FilterSet, NumberFilter

from pooling.models import EndReport, Leaving, Removal, Statement, StatementQuery


class LeavingFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    membership = NumberFilter("membership_id", min_value=1)

    class Meta:
        model = Leaving
        fields = ("state", "why")


class StatementFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    membership = NumberFilter("membership_id", min_value=1)

    class Meta:
        model = Statement
        fields = ("state",)


class StatementQueryFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = StatementQuery
        fields = ("statement",)


class RemovalFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Removal
        fields = ("state",)


class EndReportFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = EndReport
        fields = ("state", "why")
