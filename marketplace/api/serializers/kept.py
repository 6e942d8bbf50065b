"""Shapes of what somebody put by."""

from typing import Any

from rest_framework import serializers

from audit.api.shapes import Row, Shape, VisibleField
from marketplace.models import Kept
from pooling.models import Cluster
from providers.models import Listing


class KeptRow(Row):
    """A service or a group on your own list."""

    class Meta:
        model = Kept
        fields = ("id", "listing", "cluster", "kept_at")


class KeptSaid(Shape):
    """What to keep: a service, or a group that may be found."""

    listing = VisibleField(Listing, required=False, allow_null=True)
    cluster = serializers.PrimaryKeyRelatedField(queryset=Cluster.objects.listed(), required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: thing for name, thing in attrs.items() if thing is not None}
