"""Shapes of one sum for many people."""

import uuid

from rest_framework import serializers

from audit.api.shapes import PenceField, Row, Shape
from payments.api.serializers import PaymentRow
from pooling.models import WalletMove, WalletSlice


class WalletShape(Shape):
    """What an organisation paid in and nobody has been given. `waiting`: the payment we wait for, with where to send it."""

    id = serializers.IntegerField(source="organisation.pk", help_text="The organisation's.")
    name = serializers.CharField(source="organisation.name")
    council_code = serializers.CharField()
    here_pence = serializers.IntegerField()
    coming_pence = serializers.IntegerField()
    waiting = PaymentRow(allow_null=True)


class NeedShape(Shape):
    """What one person's place in a group can use of one part of their budget; `most_pence`: the most to hand out now."""

    membership = serializers.IntegerField(source="membership.pk")
    portion = serializers.IntegerField(source="portion.pk")
    name = serializers.CharField(source="membership.person.full_name")
    cluster_name = serializers.CharField(source="membership.cluster.name")
    asked_pence = serializers.IntegerField()
    free_pence = serializers.IntegerField()
    most_pence = serializers.IntegerField()


class SumSaid(Shape):
    """How much."""

    pence = PenceField(min_value=1)


class SliceSaid(Shape):
    """So much for one place in a group, from one part of the budget. Those you don't look after are refused, row by row."""

    membership_id = serializers.IntegerField(min_value=1, max_value=2**53)
    portion_id = serializers.IntegerField(min_value=1, max_value=2**53)
    pence = PenceField()


class ListSaid(Shape):
    """One list: all of it is done, or nothing."""

    slices = SliceSaid(many=True)
    token = serializers.UUIDField(required=False, default=uuid.uuid4, help_text="The same list sent twice is done once.")


class BackSaid(Shape):
    """How much goes back to the bank it came from."""

    pence = PenceField(min_value=1)
    token = serializers.UUIDField(required=False, default=uuid.uuid4, help_text="The same sum sent back twice goes once.")


class SliceRow(Row):
    """One row of a list."""

    class Meta:
        model = WalletSlice
        fields = ("membership", "portion", "pence")


class WalletMoveRow(Row):
    """One list handed out, or one sum sent back."""

    slices = SliceRow(many=True, read_only=True)

    class Meta:
        model = WalletMove
        fields = ("id", "kind", "organisation", "council_code", "pence", "kept_pence", "asked_at", "slices")
