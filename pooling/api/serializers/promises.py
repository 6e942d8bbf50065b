"""Shapes of pledges, calls, holds and money."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import CountField, DayField, PenceField, Row, Shape, VisibleField, shape_of
from pooling.models import Call, Hold, HoldMove, IdleOffer, Membership, Pledge, Portion, Withdrawal
from pooling.selectors import Money


class PledgeRow(Row):
    """A promise. `pence`: the most it can cost. It has moved no money."""

    class Meta:
        model = Pledge
        fields = (
            "id",
            "membership",
            "portion",
            "council_code",
            "weekly_pence",
            "weeks",
            "starts_on",
            "pence",
            "earmarked_pence",
            "called_pence",
            "state",
            "promised_at",
        )


class PledgeSaid(Shape):
    """So much a week for so many weeks, from one portion, to one group."""

    membership = VisibleField(Membership, ("person", "cluster"))
    portion = VisibleField(Portion, ("budget__person", "holder"))
    weekly_pence = PenceField()
    weeks = CountField()
    starts_on = DayField()


class PledgeChange(Shape):
    """What is promised from now on."""

    weekly_pence = PenceField()
    weeks = CountField()


class PledgeCosts(Shape):
    """What a promise would mean: the most it can cost, and the most still to pay after stopping on a day."""

    weekly_pence = serializers.IntegerField()
    weeks = serializers.IntegerField()
    most_pence = serializers.IntegerField()
    if_you_stop_pence = serializers.IntegerField()


class CallRow(Row):
    """The asking for one share of one milestone. `to_pay_pence`: what must still come. `mode`: ahead, or by an order and after the yes."""

    cluster = serializers.IntegerField(source="membership.cluster_id", read_only=True)
    cluster_name = serializers.CharField(source="membership.cluster.name", read_only=True)
    person_name = serializers.CharField(source="membership.person.full_name", read_only=True)
    holder = serializers.IntegerField(source="portion.holder_id", read_only=True, allow_null=True)
    to_pay_pence = serializers.IntegerField(read_only=True)

    class Meta:
        model = Call
        fields = (
            "id",
            "membership",
            "portion",
            "cluster",
            "cluster_name",
            "person_name",
            "holder",
            "council_code",
            "about_kind",
            "about_id",
            "pence",
            "asked_pence",
            "owed_pence",
            "to_pay_pence",
            "mode",
            "state",
            "opened_at",
            "due_on",
            "order_reference",
            "ordered_at",
            "billed_at",
            "payment_id",
        )


class OrderSaid(Shape):
    """The number or name of your own order."""

    reference = serializers.CharField(max_length=60)


class AgainSaid(Shape):
    """The new last day to pay."""

    due_on = DayField()


class HolderShape(Shape):
    """What an organisation that looks after money has to do: how many calls in each list, and what is to be paid now."""

    organisation = serializers.IntegerField()
    name = serializers.CharField()
    to_pay_pence = serializers.IntegerField()
    to_pay = serializers.IntegerField()
    orders_to_accept = serializers.IntegerField()
    bills = serializers.IntegerField()
    on_the_way = serializers.IntegerField()
    waiting_for_a_yes = serializers.IntegerField()
    missed = serializers.IntegerField()


class HoldMoveRow(Row):
    """One movement of held money."""

    class Meta:
        model = HoldMove
        fields = ("kind", "pence", "about", "journal_key", "at")


class HoldRow(Row):
    """Money held for one share. `held_pence`: still held and not questioned."""

    held_pence = serializers.IntegerField(read_only=True)
    moves = HoldMoveRow(many=True, read_only=True)

    class Meta:
        model = Hold
        fields = (
            "id",
            "about_kind",
            "about_id",
            "share_id",
            "membership",
            "portion",
            "placed_pence",
            "released_pence",
            "returned_pence",
            "disputed_pence",
            "held_pence",
            "placed_at",
            "moves",
        )


class WithdrawalRow(Row):
    """Free money on its way back to where it came from."""

    class Meta:
        model = Withdrawal
        fields = ("id", "membership", "portion", "pence", "returned_pence", "kept_pence", "state", "asked_at")


class IdleOfferRow(Row):
    """Free money that nothing has needed for 28 days. `goes_home_on`: the day it is sent back by itself."""

    class Meta:
        model = IdleOffer
        fields = ("id", "membership", "portion", "pence", "state", "offered_at", "goes_home_on", "withdrawal")


class WithdrawalSaid(Shape):
    """How much of one portion's free money in one group goes home."""

    membership = VisibleField(Membership, ("person",))
    portion = VisibleField(Portion, ("budget__person", "holder"))
    pence = PenceField(min_value=1)


_ids: dict[str, Any] = {
    "membership": serializers.IntegerField(source="membership.pk"),
    "cluster": serializers.IntegerField(source="membership.cluster_id"),
    "cluster_name": serializers.CharField(source="membership.cluster.name"),
    "portion": serializers.IntegerField(source="portion.pk"),
    "route": serializers.CharField(source="portion.route"),
}
MoneyShape = shape_of(Money, "Money", **_ids)
