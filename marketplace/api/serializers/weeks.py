"""Shapes of milestones, visits and shares."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import MomentField, PenceField, Row, Shape, VisibleField, shape_of
from marketplace.models import Milestone, MilestoneShare, Payer, Visit, VisitPart
from marketplace.selectors import ComingVisit, ProviderMoney, ProviderWeek
from marketplace.selectors.calendar import CalendarVisit
from providers.models import Worker

ComingVisitShape = shape_of(ComingVisit, "ComingVisit")
ProviderMoneyShape = shape_of(ProviderMoney, "ProviderMoney")


class MilestoneRow(Row):
    """One week of an agreement."""

    title = serializers.CharField(source="agreement.title", read_only=True)

    class Meta:
        model = Milestone
        fields = (
            "id",
            "agreement",
            "title",
            "number",
            "starts_on",
            "ends_on",
            "visits_planned",
            "pence",
            "state",
            "funding_asked_at",
            "funded_at",
            "began_at",
            "submitted_at",
            "is_late",
            "closed_at",
        )


class VisitRow(Row):
    """One visit. `payer` is set when each person has their own."""

    worker_name = serializers.CharField(source="worker.known_as", read_only=True, allow_null=True)
    agreement = serializers.IntegerField(source="milestone.agreement_id", read_only=True)

    class Meta:
        model = Visit
        fields = (
            "id",
            "agreement",
            "milestone",
            "payer",
            "worker",
            "worker_name",
            "number",
            "on",
            "planned_start",
            "planned_minutes",
            "state",
            "started_at",
            "finished_at",
            "minutes",
            "recorded_at_the_time",
        )


CalendarVisitShape = shape_of(CalendarVisit, "CalendarVisit")
ProviderWeekShape = shape_of(ProviderWeek, "ProviderWeek", visits=serializers.ListField(child=VisitRow()))


class PartRow(Row):
    """One visit for one share: its pence, the note to that person, and what they said."""

    on = serializers.DateField(source="visit.on", read_only=True)

    class Meta:
        model = VisitPart
        fields = ("id", "visit", "on", "pence", "note", "is_away", "answer", "accepted_pence", "answered_at")


class ShareRow(Row):
    """One payer's part of a week."""

    agreement = serializers.IntegerField(source="milestone.agreement_id", read_only=True)
    title = serializers.CharField(source="milestone.agreement.title", read_only=True)
    known_as = serializers.CharField(source="payer.person.known_as", read_only=True)
    parts = PartRow(many=True, source="visit_parts", read_only=True)

    class Meta:
        model = MilestoneShare
        fields = (
            "id",
            "agreement",
            "title",
            "milestone",
            "payer",
            "membership",
            "portion",
            "known_as",
            "pence",
            "paid_pence",
            "returned_pence",
            "sent_pence",
            "state",
            "covered_by",
            "waits_for",
            "call",
            "hold",
            "split_from",
            "asked_at",
            "answered_at",
            "by_silence",
            "question",
            "reply",
            "questioned_at",
            "settle_pence",
            "settle_side",
            "proposed_pence",
            "decided_pence",
            "decided_reason",
            "decided_at",
            "released_at",
            "late_at",
            "late_words",
            "late_reason",
            "late_ended_at",
            "sent_at",
            "parts",
        )


class WhoCame(Shape):
    """Who came, and to whom. `payer`: whose own visit it is. `shares`: who is there, when not everybody."""

    milestone = VisibleField(Milestone, ("agreement__enterprise",))
    worker = VisibleField(Worker, ("enterprise",))
    payer = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1)
    shares = VisibleField(MilestoneShare, many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["payer"] is not None:
            attrs["payer"] = Payer.objects.filter(pk=attrs["payer"], agreement=attrs["milestone"].agreement_id).first()
            if attrs["payer"] is None:
                raise serializers.ValidationError({"payer": "This is not somebody of this agreement."})
        return attrs


class NoteFor(Shape):
    """A note that only this share's person reads."""

    share = VisibleField(MilestoneShare)
    note = serializers.CharField(max_length=2000, allow_blank=True)


class Notes(Shape):
    """`note`: for each person who was there. `notes`: for one of them alone."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
    notes = serializers.ListField(child=NoteFor(), required=False, max_length=8, default=list)


class EndSaid(Notes):
    """When it ended, written later."""

    finished = MomentField()


class LaterSaid(WhoCame, Notes):
    """A visit written down after it happened."""

    started = MomentField()
    finished = MomentField()


class WorkerNamed(Shape):
    """Who comes."""

    worker = VisibleField(Worker, ("enterprise",))


class AwaySaid(Shape):
    """Whose part of the week. `most_pence`: what you read that the provider keeps of it; where it is more by now, it is refused."""

    share = VisibleField(MilestoneShare)
    most_pence = PenceField(required=False)


class PartSaid(Shape):
    """What happened at one visit; for `part`, how much of it you say yes to."""

    part = VisibleField(VisitPart)
    answer = serializers.ChoiceField([(one.value, one.label) for one in VisitPart.Answer if one.value])
    accepted_pence = PenceField(required=False, allow_null=True, default=None)


class AnswersSaid(Shape):
    """One answer for each visit. A no or a part needs a few words for the provider."""

    answers = serializers.ListField(child=PartSaid(), min_length=1, max_length=60)
    words = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class WordsSaid(Shape):
    """A few words."""

    words = serializers.CharField(max_length=2000)


class SettleSaid(Shape):
    """How much should be paid; the rest goes back."""

    pay_pence = PenceField()


class DecisionSaid(SettleSaid):
    """How it should end, and why. Both sides read it."""

    reason = serializers.CharField(max_length=2000)


class WhyDecided(Shape):
    """Why. Both sides read it."""

    reason = serializers.CharField(max_length=2000)
