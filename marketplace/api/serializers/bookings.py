"""Shapes of free times, bookings, their times and moves."""

from typing import get_args

from rest_framework import serializers

from audit.api.shapes import CountField, MomentField, PenceField, Row, Shape, VisibleField
from marketplace.api.serializers.agreements import KeepGoing
from marketplace.models import BookedTime, Booking, BookingMove
from people.models import Person
from pooling.models import Cluster, Membership, Portion
from pooling.rules import Relative
from providers.models import Listing


class FreeDayShape(Shape):
    """A day, and the moments at which a visit could begin."""

    day = serializers.DateField()
    starts = serializers.ListField(child=serializers.DateTimeField())


class BookedTimeRow(Row):
    """One date of a booking. `clashed_at`: somebody else has it, so there is no visit that week."""

    worker = serializers.IntegerField(source="slot.worker_id", read_only=True, allow_null=True, default=None)

    class Meta:
        model = BookedTime
        fields = ("id", "booking", "number", "starts_at", "worker", "visit", "clashed_at")


class BookingRow(Row):
    """A time kept, asked for or agreed. What it costs and who has said yes stands in its agreement."""

    times = BookedTimeRow(many=True, read_only=True)

    class Meta:
        model = Booking
        fields = (
            "id",
            "kind",
            "state",
            "listing",
            "enterprise",
            "council_code",
            "person",
            "cluster",
            "agreement",
            "minutes",
            "weeks",
            "held_at",
            "requested_at",
            "answer_by",
            "confirmed_at",
            "ended_at",
            "ended_how",
            "person_met_at",
            "provider_met_at",
            "times",
        )


class HoldSaid(Shape):
    """Which time, of which service; `person`: for whom, if you decide for them. It is kept for 15 minutes."""

    listing = VisibleField(Listing, ("enterprise", "category"))
    starts_at = MomentField()
    kind = serializers.ChoiceField(Booking.Kind.choices, default=Booking.Kind.VISIT)
    weeks = CountField(min_value=1, max_value=52, default=1)
    person = serializers.PrimaryKeyRelatedField(queryset=Person.objects.all(), required=False, allow_null=True, default=None)


class RequestSaid(Shape):
    """Your own yes, from one part of your budget, and who works there to you. `most_pence`: the most it may cost; another sum is refused."""

    portion = VisibleField(Portion, ("budget__person", "holder"))
    related = serializers.ChoiceField(get_args(Relative))
    keep_going = KeepGoing()
    most_pence = PenceField()


class AskGroupSaid(Shape):
    """With which group, and who of it takes part (`payers`: their memberships)."""

    cluster = VisibleField(Cluster)
    payers = VisibleField(Membership, ("person",), many=True, allow_empty=False)
    keep_going = KeepGoing()


class YesSaid(Shape):
    """Yes or no."""

    yes = serializers.BooleanField()


class MoveSaid(Shape):
    """The other time."""

    starts_at = MomentField()


class MoveRow(Row):
    """Another time that one side asked for. Nothing changes before the yes of the provider and of each who pays."""

    class Meta:
        model = BookingMove
        fields = ("id", "time", "from_at", "to_at", "side", "asked_at", "answer_by", "state", "provider_yes_at", "answered_at")


class CancelSaid(Shape):
    """As a payer: what you read that you would still pay. Where it is more by now, it is refused."""

    most_pence = PenceField(required=False)


class CancelCost(Shape):
    """What you would still pay, and what would come back or not be asked for."""

    kept_pence = PenceField()
    back_pence = PenceField()
