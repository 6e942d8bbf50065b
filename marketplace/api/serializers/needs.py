"""Shapes of needs, and of those who join in."""

from typing import Any

from django.utils.functional import cached_property
from rest_framework import serializers

from audit.api.shapes import CountField, PenceField, Row, Shape, VisibleField, WordField
from marketplace.models import Need, NeedJoin, PartOfWeek
from marketplace.querysets import people_seen_by
from marketplace.selectors.needs import shared_part
from marketplace.services.needs import SHAREABLE, Wishes
from pooling.models import Cluster, Membership
from vocabulary.models import Term

PARTS = [(one.value, one.label) for one in PartOfWeek]
FREELY = [(one.value, one.label) for one in Need.MetHow if one.value not in {"", "bought"}]
REASONS = [(one.value, one.label) for one in Need.Reason if one.value]


class NeedRow(Row):
    """What somebody would like, and whether it was found. Of another's, only what they ticked for the group to read."""

    class Meta:
        model = Need
        fields = (
            "id",
            "person",
            "cluster",
            "category",
            "outcode",
            "council_code",
            "words",
            "part_of_week",
            "times_a_week",
            "access",
            "language",
            "weekly_pence_low",
            "weekly_pence_high",
            "state",
            "reason",
            "met_how",
            "counted",
            "may_ask",
            "shared_fields",
            "agreement",
            "created_at",
            "shared_at",
            "unmet_at",
            "met_at",
        )

    def to_representation(self, instance: Need) -> dict[str, Any]:
        row: dict[str, Any] = super().to_representation(instance)
        return row | shared_part(instance, is_mine=instance.person_id in self._mine)

    @cached_property
    def _mine(self) -> set[int | None]:
        """Whose needs the asker may read whole: asked once for a list."""
        return set(people_seen_by(self.context["request"].user).values_list("pk", flat=True))


class JoinRow(Row):
    """Somebody in the group who would like it too, with their own wishes."""

    class Meta:
        model = NeedJoin
        fields = ("id", "need", "person", "words", "part_of_week", "times_a_week", "joined_at", "left_at")


class NeedSaid(Shape):
    """What you would like. With a `reason` it is something you could not find; without, it is kept for you alone (signed in only)."""

    category = WordField("slug", queryset=Term.objects.filter(kind="category"))
    outcode = serializers.CharField(max_length=10)
    reason = serializers.ChoiceField(REASONS, required=False)
    words = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
    cluster = VisibleField(Cluster, required=False, allow_null=True, default=None)
    counted = serializers.BooleanField(required=False, default=True)
    part_of_week = serializers.ChoiceField(PARTS, required=False, allow_blank=True, default="")
    times_a_week = CountField(required=False, allow_null=True, default=None)
    access = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)
    language = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")
    language_counted = serializers.BooleanField(required=False, default=False)
    weekly_pence_low = PenceField(required=False, allow_null=True, default=None)
    weekly_pence_high = PenceField(required=False, allow_null=True, default=None)


def wishes_of(said: dict[str, Any]) -> Wishes:
    """Takes the wishes out of what was sent."""
    names = ("part_of_week", "times_a_week", "language", "language_counted", "weekly_pence_low", "weekly_pence_high")
    return Wishes(access=tuple(said.pop("access")), **{name: said.pop(name) for name in names})


class NeedMade(Shape):
    """That it is kept. `id` is null for what nobody signed in for: it is only counted."""

    id = serializers.IntegerField(allow_null=True)
    state = serializers.CharField()


class NeedShared(Shape):
    """Which group may see it, and which of its words; the kind of help is always seen."""

    cluster = VisibleField(Cluster)
    fields = serializers.ListField(child=serializers.ChoiceField(SHAREABLE), required=False, default=list)  # type: ignore[assignment]


class NeedCluster(Shape):
    """With which group; the one it was shared with when left out."""

    cluster = VisibleField(Cluster, required=False, allow_null=True, default=None)


class JoinSaid(Shape):
    """Whose place in the group, and their own wishes."""

    membership = VisibleField(Membership)
    words = serializers.CharField(required=False, allow_blank=True, max_length=600, default="")
    part_of_week = serializers.ChoiceField(PARTS, required=False, allow_blank=True, default="")
    times_a_week = CountField(required=False, allow_null=True, default=None)
    counted = serializers.BooleanField(required=False, default=True)


class JoinLeft(Shape):
    """Which row of the joins."""

    join = VisibleField(NeedJoin)


class MetHow(Shape):
    """Who does it."""

    how = serializers.ChoiceField(FREELY, required=False, default="other")


class NotFound(Shape):
    """Why nothing was right."""

    reason = serializers.ChoiceField(REASONS)


class MayAsk(Shape):
    """Whether the council's officer may send a question through us."""

    may = serializers.BooleanField()
