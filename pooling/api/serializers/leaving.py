"""Shapes of goodbyes: leaving, statements and what is asked about them, removals, reports that somebody is gone."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.api.shapes import Row, Shape
from pooling.models import EndReport, EndWhy, Leaving, Removal, Statement, StatementPart, StatementQuery


class LeavingRow(Row):
    """Somebody's way out of a group. `until`: the day on which they are out."""

    class Meta:
        model = Leaving
        fields = ("id", "membership", "why", "state", "told_at", "until", "left_at", "settled_at")


class StatementLineShape(Shape):
    """`kind`: put_in, recovered, paid, home, bank; open (still held or asked about), owed; back (what goes home now)."""

    number = serializers.IntegerField()
    kind = serializers.CharField()
    on = serializers.DateField()
    pence = serializers.IntegerField()
    portion = serializers.IntegerField()
    about = serializers.CharField()


class StatementRow(Row):
    """What is left of a leaver's money, as you may see it: whoever looks after a part of it reads that part. Pence; `number` names a line."""

    lines = serializers.SerializerMethodField()
    payable_pence = serializers.SerializerMethodField()

    class Meta:
        model = Statement
        fields = ("id", "leaving", "membership", "version", "state", "lines", "payable_pence", "sent_at", "answer_by", "answered_at")

    def _parts(self, row: Statement) -> list[StatementPart]:
        return list(StatementPart.objects.filter(statement=row).visible_to(self.context["request"].user))

    @extend_schema_field(StatementLineShape(many=True))
    def get_lines(self, row: Statement) -> list[dict[str, Any]]:
        wanted = {part.portion_id for part in self._parts(row)}
        return [{"number": number, **line} for number, line in enumerate(row.lines) if line["portion"] in wanted]

    def get_payable_pence(self, row: Statement) -> int:
        return sum(part.payable_pence for part in self._parts(row))


class StatementQueryRow(Row):
    """What somebody asks about one line, and the answer."""

    class Meta:
        model = StatementQuery
        fields = ("id", "statement", "line", "words", "asked_at", "reasons", "resolved_at")


class QuerySaid(Shape):
    """A line by its number, and what is not right about it."""

    line = serializers.IntegerField(min_value=0, max_value=10_000)
    words = serializers.CharField(max_length=1_000)


class ReasonsSaid(Shape):
    """An answer, with its reasons."""

    reasons = serializers.CharField(max_length=1_000)


class RemovalRow(Row):
    """The group is asked whether somebody should leave. The appeal itself is read by that person and by who answers it."""

    appeal = serializers.SerializerMethodField()

    class Meta:
        model = Removal
        fields = (
            "id",
            "membership",
            "proposal_id",
            "state",
            "reason",
            "asked_at",
            "reply",
            "decided_at",
            "appeal_by",
            "appeal",
            "answer",
            "answered_at",
        )

    def get_appeal(self, row: Removal) -> str:
        viewer = self.context["request"].user
        return row.appeal if viewer.is_operator or viewer.pk == row.membership.person_id else ""


class RemovalSaid(Shape):
    """Why somebody should leave."""

    reason = serializers.CharField(max_length=1_000)


class ReplySaid(Shape):
    """The person's own answer."""

    reply = serializers.CharField(max_length=1_000)


class AppealSaid(Shape):
    """Why it is wrong."""

    appeal = serializers.CharField(max_length=1_000)


class AppealAnswered(Shape):
    """They stay (`uphold`), or the decision stands; and why."""

    uphold = serializers.BooleanField()
    answer = serializers.CharField(max_length=1_000)


class EndReportRow(Row):
    """Somebody tells us that a person is gone."""

    class Meta:
        model = EndReport
        fields = ("id", "membership", "why", "words", "state", "told_at", "ended_at")


class PlaceEnded(Shape):
    """What happened."""

    why = serializers.ChoiceField(EndWhy.choices)
    words = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")
