"""Shapes of interests, meetings, what people have in common, and new rules."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import CountField, MomentField, Row, Shape, WordField, shape_of
from pooling.api.serializers.groups import ClusterSaid
from pooling.models import Charter, CostRule, DecisionRule, InCommon, Interest, Introduction
from pooling.rules.finding import PARTS_OF_WEEK
from pooling.rules.points import MOST_POINT_LETTERS, POINTS
from pooling.selectors.finding import Match
from vocabulary.models import Term

MatchShape = shape_of(Match, "Match", to_meet=serializers.IntegerField())


class InterestRow(Row):
    """What somebody would like together with others. Of others you see a first name, once you may host a meeting for them."""

    is_mine = serializers.SerializerMethodField()
    known_as = serializers.SerializerMethodField()

    class Meta:
        model = Interest
        fields = ("id", "known_as", "is_mine", "council_code", "category", "outcode", "parts_of_week", "state", "opened_at", "since", "introduction")

    def get_is_mine(self, row: Interest) -> bool:
        return bool(row.person_id == self.context["request"].user.pk)

    def get_known_as(self, row: Interest) -> str:
        return (row.person.known_as.split() or [""])[0]


class InterestSaid(Shape):
    """What, where and when."""

    category = WordField("slug", queryset=Term.objects.filter(kind="category"))
    outcode = serializers.CharField(max_length=10)
    parts_of_week = serializers.ListField(child=serializers.ChoiceField(list(PARTS_OF_WEEK.items())), min_length=1, max_length=len(PARTS_OF_WEEK))


class IntroductionRow(Row):
    """A meeting: when and where, and who comes, by first name. `cluster`: the group that came of it."""

    host = serializers.CharField(source="facilitator.full_name", read_only=True)
    names = serializers.SerializerMethodField()

    class Meta:
        model = Introduction
        fields = ("id", "council_code", "category", "outcode", "host", "meets_at", "place", "names", "cluster", "made_at")

    def get_names(self, row: Introduction) -> list[str]:
        asked = (one for one in row.interests.all() if one.state in ("introduced", "group"))
        return [(one.person.known_as.split() or [""])[0] for one in asked]


class IntroductionSaid(Shape):
    """Whom to bring together (matched interests, by id), when and where, in words."""

    interests = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=8)
    meets_at = MomentField()
    place = serializers.CharField(max_length=200)


class FoundingSaid(ClusterSaid):
    """The five answers that start the group of those who met."""


class InCommonRow(Row):
    """One thing you agreed may be used. Only you see it here."""

    class Meta:
        model = InCommon
        fields = ("id", "kind", "word", "shown", "agreed_at", "withdrawn_at")


class InCommonSaid(Shape):
    """One thing about yourself, and your explicit yes that it is used."""

    kind = serializers.ChoiceField(InCommon.Kind.choices)
    word = serializers.CharField(max_length=40)
    shown = serializers.BooleanField(default=False)
    agreed = serializers.BooleanField()


class ShownSaid(Shape):
    """Whether people in your groups see it."""

    shown = serializers.BooleanField()


class RulesSaid(Shape):
    """What would be new in a group's rules; what is not sent stays. `points`: by slug; "" for the safe answer."""

    what_for = serializers.CharField(required=False, max_length=400)
    who_comes = serializers.CharField(required=False, max_length=400)
    cost_rule = serializers.ChoiceField(CostRule.choices, required=False)
    decision_rule = serializers.ChoiceField(DecisionRule.choices, required=False)
    notice_days = CountField(required=False)
    trial_days = CountField(required=False)
    discussion_days = CountField(required=False)
    answer_days = CountField(required=False)
    urgent_questions = serializers.BooleanField(required=False)
    text = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    points = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=MOST_POINT_LETTERS), required=False)


class PointRow(Shape):
    """One of the 17 points a group's rules should hold. `words`: the group's own; empty: the safe answer counts."""

    slug = serializers.CharField()
    question = serializers.CharField()
    safe = serializers.CharField()
    when = serializers.CharField()
    answered_by = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True)


def points_of(charter: Charter) -> list[dict[str, Any]]:
    """The long form of one version."""
    names = ("slug", "safe", "when", "answered_by")
    own = charter.points
    return [{name: getattr(point, name) for name in names} | {"question": point.label, "words": own.get(point.slug, "")} for point in POINTS]
