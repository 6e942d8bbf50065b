"""Shapes of places."""

from audit.api.shapes import Row
from places.models import Outcode


class OutcodeRow(Row):
    """The first part of a postcode, its middle, and the council that most of it lies in."""

    class Meta:
        model = Outcode
        fields = ("code", "town", "council_code", "latitude", "longitude")
