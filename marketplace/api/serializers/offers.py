"""Shapes of sealed offers, ties, points and the question to the group."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import DayField, PenceField, Row, Shape, VisibleField
from marketplace.api.serializers.briefs import Criterion
from marketplace.models import Brief, Conflict, Offer
from marketplace.rules.offering import MOST_POINTS, Terms
from pooling.models import Membership
from providers.models import Enterprise

TIES = [(one.value, str(one.label)) for one in Conflict.Kind if one != Conflict.Kind.NONE]
MOST_LETTERS = 2_000


class OfferRow(Row):
    """What a provider offers for one part of a brief. Why not them (`feedback`) is told when it is certain that it is not them."""

    enterprise_name = serializers.CharField(source="enterprise.name", read_only=True)

    class Meta:
        model = Offer
        fields = (
            "id",
            "brief",
            "lot",
            "enterprise",
            "enterprise_name",
            "council_code",
            "state",
            "version",
            "visit_pence",
            "starts_on",
            "weekdays",
            "start_time",
            "words",
            "people_words",
            "milestones_words",
            "feedback",
            "submitted_at",
            "shortlisted_at",
            "picked_at",
            "accepted_at",
            "ended_at",
            "fell_through_at",
            "challenge",
            "challenge_words",
            "challenge_answer",
        )

    def to_representation(self, instance: Offer) -> dict[str, Any]:
        """A reason that was written before the group has answered is not told yet."""
        shown = super().to_representation(instance)
        beside = instance.state == Offer.State.SHORTLISTED and instance.brief.state == Brief.State.AWARD_PENDING
        return shown if beside or instance.state == Offer.State.NOT_SELECTED else {**shown, "feedback": ""}


class TermsSaid(Shape):
    """What is offered: the price of one visit, from when, on which days (1 Monday to 7 Sunday), how, who comes, what is done by when."""

    visit_pence = PenceField(min_value=1)
    starts_on = DayField()
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7), max_length=7)
    start_time = serializers.TimeField(required=False, allow_null=True, default=None)
    words = serializers.CharField(max_length=MOST_LETTERS)
    people_words = serializers.CharField(max_length=MOST_LETTERS)
    milestones_words = serializers.CharField(max_length=MOST_LETTERS)


def terms_of(said: dict[str, Any]) -> dict[str, Any]:
    """`TermsSaid` as the services take it."""
    start_time = said.pop("start_time")
    return {"terms": Terms(**{**said, "weekdays": tuple(said["weekdays"])}), "start_time": start_time}


class OfferSaid(Shape):
    """For which part of an open brief, as which provider; `send`: sent in at once as it is filled in from the provider's own service."""

    lot = serializers.IntegerField(min_value=1)
    enterprise = VisibleField(Enterprise)
    send = serializers.BooleanField(default=False)


class OfferWords(Shape):
    """Words."""

    words = serializers.CharField(max_length=MOST_LETTERS)


class PointsGiven(Shape):
    """Points by one of the brief's criteria, with the reason."""

    criterion = serializers.CharField(max_length=60)
    points = serializers.IntegerField(min_value=0, max_value=MOST_POINTS)
    reason = serializers.CharField(max_length=1_000)


class PointsSaid(Shape):
    """One member's points for an offer: every criterion, once."""

    membership = VisibleField(Membership, ("person",))
    points = PointsGiven(many=True, allow_empty=False)

    def validate_points(self, value: list[dict[str, Any]]) -> dict[str, tuple[int, str]]:
        return {one["criterion"]: (one["points"], one["reason"]) for one in value}


class WhyNot(Shape):
    """Why not this offer; its provider reads it."""

    offer = VisibleField(Offer)
    why = serializers.CharField(max_length=MOST_LETTERS)


def reasons_of(said: list[dict[str, Any]]) -> dict[int, str]:
    """Why not, by offer."""
    return {one["offer"].pk: one["why"] for one in said}


class ChooseSaid(Shape):
    """Why not each of the other offers of the same part."""

    why_not = WhyNot(many=True, required=False, default=list)


class NobodySaid(ChooseSaid):
    """Why nobody, for the group; and why not, for each provider."""

    why = serializers.CharField(max_length=MOST_LETTERS)


class Tie(Shape):
    """A tie to who made an offer."""

    offer = VisibleField(Offer)
    kind = serializers.ChoiceField(TIES)


class TiesSaid(Shape):
    """Every tie of yours to anybody who offers; none: you have none."""

    ties = Tie(many=True, required=False, default=list)


class ShortlistSaid(ChooseSaid):
    """Which offers are looked at closely, and why not the others."""

    keep = VisibleField(Offer, many=True, allow_empty=False)


class ChallengeAnswered(Shape):
    """An operator's answer, with reasons: `upheld` means that the group chooses again."""

    upheld = serializers.BooleanField()
    reason = serializers.CharField(max_length=MOST_LETTERS)


class ChoiceAsked(Shape):
    """The question that the group was asked."""

    proposal = serializers.IntegerField(source="pk")
    state = serializers.CharField()


class GivenShape(Shape):
    """One member's points by one criterion."""

    known_as = serializers.CharField()
    criterion = serializers.CharField()
    points = serializers.IntegerField()
    reason = serializers.CharField()


class ComparedShape(Shape):
    """One offer beside the others. `score`: 0 to 100. Sums are everybody's; `each_weekly_pence`: one person's, at most."""

    offer = OfferRow()
    weekly_pence = serializers.IntegerField()
    most_pence = serializers.IntegerField()
    each_weekly_pence = serializers.IntegerField()
    is_ready = serializers.BooleanField()
    score = serializers.IntegerField()
    given = GivenShape(many=True)
    ties = serializers.ListField(child=serializers.CharField())


class LotShape(Shape):
    """One part of the brief and its offers, best score first."""

    lot = serializers.IntegerField(source="lot.pk")
    title = serializers.CharField(source="lot.title")
    offers = ComparedShape(many=True)


class ChoiceRow(Row):
    """A brief that closed, for its group."""

    criteria = Criterion(many=True, read_only=True)

    class Meta:
        model = Brief
        fields = ("id", "cluster", "category", "state", "closes_at", "criteria", "kept_until")


class ChoiceWhole(Shape):
    """A brief that closed, its criteria, and its offers side by side."""

    id = serializers.IntegerField(source="brief.pk")
    state = serializers.CharField(source="brief.state")
    criteria = Criterion(source="brief.criteria", many=True)
    parts = LotShape(many=True)
