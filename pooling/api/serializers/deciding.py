"""Shapes of questions a group decides, of answers, challenges, and of a group that is stopped."""

from rest_framework import serializers

from audit.api.shapes import PenceField, Row, Shape, VisibleField
from pooling.models import Ballot, Challenge, Cluster, Membership, Proposal
from pooling.rules.deciding import ANSWERS


class ProposalRow(Row):
    """A question to a group. `answered` of `may_answer` people gave one; what they answered is nobody else's to see."""

    cluster_name = serializers.CharField(source="cluster.name", read_only=True)
    answers = serializers.SerializerMethodField()
    may_answer = serializers.IntegerField(read_only=True)
    answered = serializers.IntegerField(read_only=True)

    class Meta:
        model = Proposal
        fields = (
            "id",
            "cluster",
            "cluster_name",
            "kind",
            "title",
            "text",
            "version",
            "about_kind",
            "about_id",
            "cost_pence",
            "rule",
            "quorum",
            "state",
            "urgent",
            "reworks",
            "answers",
            "may_answer",
            "answered",
            "written_at",
            "opens_at",
            "opened_at",
            "closes_at",
            "extended_at",
            "decided_at",
            "challenge_until",
            "ended_at",
            "explanation",
        )

    def get_answers(self, row: Proposal) -> list[str]:
        return list(ANSWERS[row.rule])


class PutSaid(Shape):
    """A question of somebody in the group. Other kinds are asked by what they are about: a brief, an offer, the group's rules."""

    cluster = VisibleField(Cluster)
    kind = serializers.ChoiceField([Proposal.Kind.OTHER.value, Proposal.Kind.WIND_DOWN.value])
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    cost_pence = PenceField(required=False, allow_null=True, default=None)
    urgent = serializers.BooleanField(default=False)
    days = serializers.IntegerField(required=False, min_value=1, max_value=28)


class RewordSaid(Shape):
    """A question in other words."""

    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class BallotSaid(Shape):
    """One answer: your own, or with `membership` that of somebody whom you may decide for; then `how` says how they told you.

    `version`: of the words that you read; other words are refused.
    """

    version = serializers.IntegerField(min_value=1, max_value=10_000)
    membership = VisibleField(Membership, ("person",), required=False)
    answer = serializers.ChoiceField([*Ballot.Answer.values])
    reason = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")
    how = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")


class ChallengeSaid(Shape):
    """What was not done right, and for whom you say so if not for yourself."""

    membership = VisibleField(Membership, ("person",), required=False)
    reason = serializers.CharField(max_length=400)


class JudgeSaid(Shape):
    """An operator's reasons, which the group reads."""

    answer = serializers.CharField(max_length=400)


class ReasonSaid(Shape):
    """Why it is done. It is kept, and the people in the group read it."""

    reason = serializers.CharField(max_length=400)


class BallotRow(Row):
    """Your answer, or that of somebody you help; with the receipt once it was given."""

    class Meta:
        model = Ballot
        fields = ("id", "proposal", "membership", "round", "answer", "reason", "how", "at", "receipt")


class ChallengeRow(Row):
    """Somebody says that a decision was not made as it should be; an operator's answer, with reasons."""

    class Meta:
        model = Challenge
        fields = ("id", "proposal", "membership", "reason", "at", "state", "answer", "answered_at")


class StoppableRow(Row):
    """A group as those see it who may stop it: nobody in it."""

    class Meta:
        model = Cluster
        fields = ("id", "name", "council_code", "state", "frozen_at", "frozen_until", "freeze_reason", "ending_since", "ended_at")
