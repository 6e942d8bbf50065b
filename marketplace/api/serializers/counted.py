"""Shapes of what is counted for councils, and of an officer's question through us."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.api.shapes import Row, Shape, WordField
from audit.clock import now
from marketplace.models import OfficerAnswer, OfficerQuestion
from marketplace.selectors.asks import answers_to
from marketplace.services.asks import LONGEST_ANSWER, LONGEST_QUESTION
from vocabulary.models import Term


class FiguresShape(Shape):
    """One kind of help, in people, rounded to 5. Null: hidden (1 to 7, or it would tell another number; while the quarter goes on also nobody).

    `category`: empty for all kinds together. `why`, `place`, `part`, `language`: what most of those who found nothing said; empty where fewer
    than 8 agree. `weekly`: what groups would pay a week, from and to; null with fewer than three groups.
    """

    category = serializers.CharField()
    title = serializers.CharField(source="label")
    asked = serializers.IntegerField(allow_null=True)
    found = serializers.IntegerField(allow_null=True)
    free = serializers.IntegerField(allow_null=True)
    unmet = serializers.IntegerField(allow_null=True)
    dropped = serializers.IntegerField(allow_null=True)
    looking = serializers.IntegerField(allow_null=True)
    why = serializers.CharField()
    place = serializers.CharField()
    part = serializers.CharField()
    language = serializers.CharField()
    weeks_waiting = serializers.IntegerField(allow_null=True)
    weekly = serializers.ListField(child=serializers.IntegerField(), allow_null=True, help_text="Pence, from and to.")


class QuarterShape(Shape):
    """One quarter of one council, as the night counted it; frozen when it is over."""

    id = serializers.IntegerField()
    council_code = serializers.CharField()
    starts = serializers.DateField()
    counted_until = serializers.DateTimeField()
    is_over = serializers.BooleanField()
    whole = FiguresShape()
    rows = FiguresShape(many=True)


class WantedShape(Shape):
    """A kind of help that people of a council can't get. `people`: rounded to 5; null for fewer than 8. `of`: first day of the quarter."""

    category = serializers.CharField()
    title = serializers.CharField(source="label")
    people = serializers.IntegerField(allow_null=True)
    place = serializers.CharField()
    part = serializers.CharField()
    of = serializers.DateField()


class WantedAsked(Shape):
    """Where."""

    outcode = serializers.CharField(max_length=8)


class SaidShape(Shape):
    """One answer; `name` is empty where they gave none."""

    words = serializers.CharField()
    name = serializers.CharField()


class OfficerQuestionRow(Row):
    """What an officer asked. `answers`: null until it is closed; in no order, and nobody's name unless they chose to give one."""

    answers = serializers.SerializerMethodField()

    class Meta:
        model = OfficerQuestion
        fields = ("id", "council_code", "category", "words", "asked_at", "closes_at", "answers")

    @extend_schema_field(SaidShape(many=True, allow_null=True))
    def get_answers(self, row: OfficerQuestion) -> Any:
        view = self.context.get("view")
        said = answers_to(row, at=view.at if view else now())
        return None if said is None else SaidShape(said, many=True).data


class OfficerQuestionSaid(Shape):
    """A question to those who can't find this kind of help and agreed to be asked."""

    council_code = serializers.CharField(max_length=9)
    category = WordField("slug", queryset=Term.objects.filter(kind="category"))
    words = serializers.CharField(max_length=LONGEST_QUESTION)


class OfficerAnswerRow(Row):
    """A question to you, or to somebody you help, and what was answered."""

    question_words = serializers.CharField(source="question.words", read_only=True)
    category = serializers.CharField(source="question.category", read_only=True)
    closes_at = serializers.DateTimeField(source="question.closes_at", read_only=True)

    class Meta:
        model = OfficerAnswer
        fields = ("id", "person", "council_code", "category", "question_words", "closes_at", "words", "name", "answered_at")


class OfficerAnswerSaid(Shape):
    """Their own words, and a name only if they choose one."""

    words = serializers.CharField(max_length=LONGEST_ANSWER)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
