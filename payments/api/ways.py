"""Which ways to pay a council takes."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes
from audit.api.shapes import Row, Shape, WordField, shape_of
from payments.models import CashReturn, Mandate, WaySwitch
from payments.rules import WAYS_ON
from payments.services import ways
from people.models import Council

WayShape = shape_of(ways.Way, "Way")


class WaySwitchRow(Row):
    """A council's own switch for one way to pay. Without one: Direct Debit is off, all others on."""

    class Meta:
        model = WaySwitch
        fields = ("id", "council_code", "kind", "is_on", "changed_at")


class WaySwitchSaid(Shape):
    """On or off, from now."""

    council_code = WordField("code", queryset=Council.objects.all())
    kind = serializers.ChoiceField(sorted(WAYS_ON))
    is_on = serializers.BooleanField()


class MandateRow(Row):
    """A Direct Debit. `checkout_url`: Stripe's page, while it waits."""

    class Meta:
        model = Mandate
        fields = ("id", "state", "checkout_url", "ends_in", "started_at")


class CashReturnRow(Row):
    """Money nobody asked for, on its way back to the bank it came from."""

    class Meta:
        model = CashReturn
        fields = ("id", "pence", "state", "asked_at")


class WaySwitches(ReadEdge):
    """Councils' own switches for ways to pay."""

    model = WaySwitch
    serializer_class = WaySwitchRow
    anybody = frozenset({"list", "retrieve"})

    @makes(WaySwitchSaid, WaySwitchRow)
    def create(self, request: Request) -> Response:
        """An operator switches a way to pay on or off for a council."""
        said = self.asked()
        return self.answer(ways.choose(**{**said, "council_code": said["council_code"].pk}, by=self.person, at=self.at))
