"""Shapes of clusters, charters and memberships."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import CountField, Row, Shape, WordField, shape_of
from pooling.models import Charter, Cluster, CostRule, DecisionRule, Membership
from pooling.querysets import NOT_SEEN
from pooling.selectors import ClusterMoney, PublicCard
from pooling.selectors.groups import name_for
from vocabulary.models import Term

ClusterMoneyShape = shape_of(ClusterMoney, "ClusterMoney")
PublicCardShape = shape_of(PublicCard, "PublicCard")


class CharterRow(Row):
    """What a group agreed. `points`: answers of the long form, by the names that `points/` gives."""

    points = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Charter
        fields = (
            "id",
            "cluster",
            "version",
            "what_for",
            "who_comes",
            "cost_rule",
            "decision_rule",
            "notice_days",
            "trial_days",
            "text",
            "points",
            "state",
            "written_at",
            "in_force_at",
        )


class ClusterRow(Row):
    """A group, with its charter as it stands."""

    charter = serializers.SerializerMethodField()

    class Meta:
        model = Cluster
        fields = ("id", "name", "purpose", "outcode", "council_code", "size_max", "state", "facilitator", "is_listed", "started_at", "charter")

    def get_charter(self, row: Cluster) -> CharterRow:
        newest: Any = next(charter for charter in row.charters.all() if charter.state == Charter.State.IN_FORCE)
        return CharterRow(newest).data  # type: ignore[return-value]  # the hint is for the schema


class ClusterSaid(Shape):
    """The five answers that start a group."""

    name = serializers.CharField(max_length=60)
    purpose = WordField("slug", queryset=Term.objects.filter(kind="purpose"))
    outcode = serializers.CharField(max_length=10)
    who_comes = serializers.CharField(max_length=400)
    cost_rule = serializers.ChoiceField(CostRule.choices, default="own_visits")
    decision_rule = serializers.ChoiceField(DecisionRule.choices, default="everyone")
    notice_days = CountField(default=28)
    what_for = serializers.CharField(required=False, allow_blank=True, max_length=400)
    text = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    size_max = serializers.IntegerField(required=False, min_value=2, max_value=8)
    is_listed = serializers.BooleanField(default=False)


class FacilitatorRow(Shape):
    """Somebody who helps groups in this council."""

    id = serializers.IntegerField()
    full_name = serializers.CharField()


class FacilitatorSaid(Shape):
    """Who is to stand beside the group."""

    facilitator = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class Inviting(Shape):
    """Whom you would like to ask in, by the address they sign in with."""

    reach = serializers.CharField(max_length=254)


class Applying(Shape):
    """What you would like the group to read about you. They see this and your first name."""

    answers = serializers.CharField(required=False, allow_blank=True, max_length=400, default="")


class MembershipRow(Row):
    """One person's place in a group, by the name they are known as."""

    cluster_name = serializers.SerializerMethodField()
    known_as = serializers.SerializerMethodField()
    figure = serializers.CharField(source="person.figure", read_only=True)
    is_mine = serializers.SerializerMethodField()
    end_reason = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = (
            "id",
            "cluster",
            "cluster_name",
            "known_as",
            "figure",
            "is_mine",
            "state",
            "strand",
            "answers",
            "opened_at",
            "invited_at",
            "joined_at",
            "trial_ends_at",
            "ended_at",
            "end_reason",
        )

    def get_cluster_name(self, row: Membership) -> str:
        """Empty for who only asked to meet it: to them the group is its public card."""
        return "" if row.state in NOT_SEEN and self.get_is_mine(row) else row.cluster.name

    def get_known_as(self, row: Membership) -> str:
        """A first name only, while they or you are in the first days."""
        return row.person.known_as if self.context["request"].user.is_operator else name_for(row, self._my_place(row))

    def _my_place(self, row: Membership) -> Membership | None:
        """Where whoever asks stands in that group; looked up once a list."""
        if "my_places" not in self.context:
            mine = Membership.objects.inside().of(self.context["request"].user)
            self.context["my_places"] = {place.cluster_id: place for place in mine}
        found: Membership | None = self.context["my_places"].get(row.cluster_id)
        return found

    def get_is_mine(self, row: Membership) -> bool:
        return bool(row.person_id == self.context["request"].user.pk)

    def get_end_reason(self, row: Membership) -> str:
        """Why not: told to the person, not to the group."""
        return row.end_reason if self.get_is_mine(row) else ""


class RulesRead(Shape):
    """Which version of the rules you read. Said: a version that is not in force any more is refused. Left out: it is the one in force."""

    version = serializers.IntegerField(min_value=1, max_value=10_000, required=False)


class AdmissionSaid(Shape):
    """Your yes or no about letting somebody in. A no says why; they are told why, not by whom."""

    yes = serializers.BooleanField()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=400, default="")
