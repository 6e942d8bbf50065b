"""Shapes of files of budgets."""

from rest_framework import serializers

from audit.api.shapes import PenceField, Row, Shape, VisibleField
from people.models import Organisation
from pooling.models import BudgetImport, BudgetImportRow
from pooling.rules.budget_files import COLUMNS, MOST_FILE_LETTERS


class BudgetFileSaid(Shape):
    """A file as text, and what its sums come to by your own list: pence of all rows together."""

    organisation = VisibleField(Organisation, help_text="One you work for.")
    file = serializers.CharField(max_length=MOST_FILE_LETTERS, trim_whitespace=False, help_text=f"CSV; its first line: {', '.join(COLUMNS)}.")
    control_pence = PenceField(max_value=2**53)


class BudgetChangeRow(Row):
    """One difference: what there was when the file was read, and what it becomes."""

    name = serializers.CharField(source="portion.budget.person.full_name", read_only=True)

    class Meta:
        model = BudgetImportRow
        fields = (
            "portion",
            "name",
            "was_weekly_pence",
            "was_starts_on",
            "was_ends_on",
            "weekly_pence",
            "starts_on",
            "ends_on",
            "ended",
        )


class BudgetImportShape(Row):
    """One file. Nothing in it is done until a second person confirms it."""

    changes = BudgetChangeRow(many=True, read_only=True)

    class Meta:
        model = BudgetImport
        fields = (
            "id",
            "organisation",
            "council_code",
            "state",
            "control_pence",
            "row_count",
            "left_out",
            "asked_by",
            "asked_at",
            "answered_by",
            "answered_at",
            "changes",
        )


class FundedPartShape(Shape):
    """A part of a budget that a file may change: the row of it."""

    portion = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="budget.person.full_name")
    weekly_pence = serializers.IntegerField()
    starts_on = serializers.DateField(source="budget.starts_on")
    ends_on = serializers.DateField(source="budget.ends_on", allow_null=True)
