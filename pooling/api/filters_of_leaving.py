"""What lists of goodbyes are narrowed by."""

from audit.api.narrowing import IdFilter, Narrowed
from pooling.models import EndReport, Leaving, Removal, Statement, StatementQuery


class LeavingFilter(Narrowed):
    membership = IdFilter("membership_id")

    class Meta:
        model = Leaving
        fields = ("state", "why")


class StatementFilter(Narrowed):
    membership = IdFilter("membership_id")

    class Meta:
        model = Statement
        fields = ("state",)


class StatementQueryFilter(Narrowed):
    class Meta:
        model = StatementQuery
        fields = ("statement",)


class RemovalFilter(Narrowed):
    class Meta:
        model = Removal
        fields = ("state",)


class EndReportFilter(Narrowed):
    class Meta:
        model = EndReport
        fields = ("state", "why")
