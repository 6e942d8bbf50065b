"""Shapes of changes to agreements that run, of each payer's answer, and of what people say to a short week."""

from typing import get_args

from rest_framework import serializers

from audit.api.shapes import PenceField, Row, Shape, VisibleField
from marketplace.models import Agreement, Change, ChangeAnswer
from pooling.models import Membership, Pledge
from pooling.rules import Relative


class ChangeRow(Row):
    """New terms, from the week numbered `first_week` on. `visit_pence`: a visit's whole price. Your own pence are under `change-answers`."""

    provider_has_signed = serializers.BooleanField(read_only=True)

    class Meta:
        model = Change
        fields = (
            "id",
            "agreement",
            "council_code",
            "kind",
            "state",
            "from_version",
            "first_week",
            "visit_pence",
            "weekdays",
            "why",
            "follows",
            "needs_provider",
            "provider_has_signed",
            "asked_at",
            "closes_at",
            "ended_at",
            "ended_reason",
        )


class ChangeAnswerRow(Row):
    """One payer's old and new price, the most it can cost, and their answer. `weeks_pence`: every week of the agreement; 0 is not theirs."""

    membership = serializers.IntegerField(source="payer.membership_id", read_only=True)

    class Meta:
        model = ChangeAnswer
        fields = (
            "id",
            "change",
            "payer",
            "membership",
            "old_weekly_pence",
            "new_weekly_pence",
            "old_ceiling_pence",
            "new_ceiling_pence",
            "weeks_pence",
            "needs_yes",
            "answer",
            "at",
        )


class ChangeSaid(Shape):
    """What should change: `visit_pence` for a price, `weekdays` (1 Monday to 7 Sunday) for visits, neither for the end."""

    agreement = VisibleField(Agreement)
    kind = serializers.ChoiceField(["price", "visits", "end"])
    visit_pence = PenceField(required=False, allow_null=True, default=None)
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7), required=False, default=list, max_length=7)
    why = serializers.CharField(required=False, allow_blank=True, max_length=400, default="")


class AnswerSaid(Shape):
    """Whose answer, and what. `instead`: who would take the place. `pledge` and `related`: from who was asked to take one."""

    membership = VisibleField(Membership)
    answer = serializers.ChoiceField([one for one in ChangeAnswer.Answer.values if one])
    instead = VisibleField(Membership, required=False, allow_null=True, default=None)
    pledge = VisibleField(Pledge, related=("portion__budget__person",), required=False, allow_null=True, default=None)
    related = serializers.ChoiceField(list(get_args(Relative)), required=False, allow_null=True, default=None)


class WhoseWeek(Shape):
    """Whose part of the week."""

    membership = VisibleField(Membership)


class TakenOver(WhoseWeek):
    """How much of what is missing they take over."""

    pence = PenceField(min_value=1)
