"""Shapes of briefs: as their group reads them, and as checked providers do."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import CountField, DayField, PenceField, Row, Shape, VisibleField, shape_of
from marketplace.models import Brief, BriefAmendment, BriefLot, BriefPayer, BriefQuestion, Need
from marketplace.selectors.briefs import BriefCard
from marketplace.services.brief_words import CRITERIA, MOST_LETTERS, BriefDraft, LotDraft
from pooling.models import Membership, Pledge
from providers.rules import PARTS_OF_DAY


class LinesField(serializers.CharField):
    """A few sentences."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(max_length=MOST_LETTERS, required=required)


class BriefLotRow(Row):
    """One part, for one provider."""

    class Meta:
        model = BriefLot
        fields = ("id", "number", "title", "visits_per_week", "minutes", "weekdays", "parts_of_day", "weekly_ceiling_pence")


class BriefAmendmentRow(Row):
    """One change while it was open, and what was said before."""

    class Meta:
        model = BriefAmendment
        fields = ("id", "version", "why", "before", "closed_at_before", "at")


class QuestionRow(Row):
    """A provider's question and the group's answer. Nobody is told who asked."""

    class Meta:
        model = BriefQuestion
        fields = ("id", "brief", "words", "at", "answer", "answered_at")


class BriefPayerRow(Row):
    """Your own part of what it can cost at most, and your yes or no."""

    class Meta:
        model = BriefPayer
        fields = ("id", "brief", "membership", "person", "weekly_pence", "ceiling_pence", "state", "pledge", "said_at")


class Criterion(Shape):
    """What offers are judged by, and how much it weighs."""

    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # also a property of every field
    weight = serializers.IntegerField()


class BriefRow(Row):
    """What a group asks providers for. `ceiling_pence`: the most it can cost, everybody together, in all weeks."""

    lots = BriefLotRow(many=True, read_only=True)
    criteria = Criterion(many=True, read_only=True)

    class Meta:
        model = Brief
        fields = (
            "id",
            "cluster",
            "need",
            "category",
            "council_code",
            "outcode",
            "state",
            "version",
            "problem",
            "people_words",
            "outcome_words",
            "must_haves",
            "criteria",
            "reading_age",
            "together",
            "weeks",
            "starts_on",
            "weekly_ceiling_pence",
            "ceiling_pence",
            "comments",
            "decided_at",
            "opens_at",
            "questions_close_at",
            "closes_at",
            "ended_at",
            "ended_reason",
            "lots",
        )


class Weighed(Shape):
    """What offers are judged by, and how much it weighs."""

    label = serializers.CharField()  # type: ignore[assignment]  # also a property of every field
    weight = serializers.IntegerField()

    def to_representation(self, instance: tuple[str, int]) -> dict[str, Any]:
        return dict(zip(self.fields, instance, strict=True))


CardShape = shape_of(
    BriefCard,
    "WantedBrief",
    criteria=Weighed(many=True),
    lots=BriefLotRow(many=True),
    changes=BriefAmendmentRow(many=True),
)


class LotSaid(Shape):
    """One part. Parts of the day only, never hours."""

    title = serializers.CharField(max_length=120)
    visits_per_week = CountField()
    minutes = CountField()
    weekly_ceiling_pence = PenceField()
    weekdays = serializers.ListField(child=CountField(), required=False, default=list)
    parts_of_day = serializers.ListField(child=serializers.ChoiceField(PARTS_OF_DAY), required=False, default=list)


class BriefSaid(Shape):
    """The guided answers. `weights`: how you choose, adding up to 100; the usual ones when left out."""

    problem = LinesField()
    people_words = LinesField()
    outcome_words = LinesField()
    must_haves = serializers.ListField(child=serializers.CharField(max_length=200), required=False, default=list)
    together = serializers.BooleanField(required=False, default=True)
    weeks = CountField()
    starts_on = DayField()
    lots = LotSaid(many=True)
    weights = serializers.DictField(child=CountField(), required=False, allow_null=True, default=None, help_text=f"Any of {', '.join(CRITERIA)}.")
    payers = VisibleField(Membership, ("person",), many=True, allow_empty=False)


class BriefBegun(BriefSaid):
    """The guided answers, and what somebody in the group shared."""

    need = VisibleField(Need)


def draft_of(said: dict[str, Any]) -> BriefDraft:
    """Takes the guided answers out of what was sent."""
    lots = tuple(
        LotDraft(
            title=lot["title"],
            visits_per_week=lot["visits_per_week"],
            minutes=lot["minutes"],
            weekly_ceiling_pence=lot["weekly_ceiling_pence"],
            weekdays=tuple(lot["weekdays"]),
            parts_of_day=tuple(lot["parts_of_day"]),
        )
        for lot in said.pop("lots")
    )
    names = ("problem", "people_words", "outcome_words", "together", "weeks", "starts_on", "weights")
    return BriefDraft(lots=lots, must_haves=tuple(said.pop("must_haves")), **{name: said.pop(name) for name in names})


class BriefComments(Shape):
    """What should be changed."""

    comments = LinesField()


class BriefRead(Shape):
    """The version that you read; other words are refused."""

    version = serializers.IntegerField(min_value=1, max_value=10_000)


class BriefShow(BriefRead):
    """The version that you read, and for how many days providers can answer; the fewest when left out."""

    open_days = CountField(required=False, allow_null=True, default=None)


class BriefChange(Shape):
    """Other words while it is open. The work and the money stay."""

    why = LinesField()
    problem = LinesField(required=False)
    people_words = LinesField(required=False)
    outcome_words = LinesField(required=False)
    must_haves = serializers.ListField(child=serializers.CharField(max_length=200), required=False)


class BriefReason(Shape):
    """Why it should be taken back; published when the group says yes."""

    reason = LinesField()


class BriefWords(Shape):
    """A question, or its answer."""

    words = LinesField()


class BriefQuestionSaid(BriefWords):
    """A question about one open brief."""

    brief = serializers.IntegerField(min_value=1)


class BriefYes(BriefRead):
    """From which promise. `most_pence`: the most it may cost, as you read it; another sum is refused, and so are other words."""

    pledge = VisibleField(Pledge, related=("portion__budget",))
    most_pence = PenceField()
