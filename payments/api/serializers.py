"""Shapes of money in and out, as payers, providers and operators see it."""

from rest_framework import serializers

from audit.api.shapes import PenceField, Row, Shape, WordField, shape_of
from payments.models import Alarm, Payment, PaymentOperation, Refund, Remittance
from payments.selectors import RemittanceSeen
from people.models import Council

RemittanceSeenShape = shape_of(RemittanceSeen, "RemittanceSeen")


class PaymentRow(Row):
    """A payment. `checkout_url`: Stripe's page, while it is open. `instructions`: where to send a bank transfer, with its reference."""

    checkout_url = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = (
            "id",
            "kind",
            "state",
            "pence",
            "about",
            "started_at",
            "charged_at",
            "available_on",
            "checkout_url",
            "instructions",
            "problem",
        )

    def get_checkout_url(self, row: Payment) -> str:
        return row.checkout_url if row.state == Payment.State.OPEN else ""


class TopUp(Shape):
    """The platform's own money for Stripe's fees, for one council."""

    council_code = WordField("code", queryset=Council.objects.all())
    pence = PenceField(min_value=30)


class AlarmRow(Row):
    """Something about money that a person must look at."""

    class Meta:
        model = Alarm
        fields = ("id", "kind", "about", "sentence", "council_code", "stops_releases", "raised_at", "closed_at")


class RemittanceRow(Row):
    """One transfer to a provider, out of one payment."""

    class Meta:
        model = Remittance
        fields = ("id", "payee", "payment", "pence", "council_code", "about", "state", "waiting_since", "paid_at")


class AskStop(Shape):
    """What two people would do with a transfer, and why. The second one answers under approvals."""

    act = serializers.ChoiceField(["hold", "unhold", "give_up"])
    reason = serializers.CharField(max_length=1000)


class Asked(Shape):
    """The request that a second person answers."""

    approval = serializers.IntegerField()


class RefundRow(Row):
    """Money going back to where it came from."""

    class Meta:
        model = Refund
        fields = ("id", "payment", "pence", "council_code", "about", "state", "problem", "approved_at", "finished_at")


class OperationRow(Row):
    """One call to Stripe."""

    class Meta:
        model = PaymentOperation
        fields = (
            "id",
            "kind",
            "reference",
            "council_code",
            "pence",
            "attempt",
            "state",
            "tries",
            "planned_at",
            "first_sent_at",
            "next_try_at",
            "error",
        )


class FloatShape(Shape):
    """The platform's own money at Stripe for a council, and whether anything stops payments to its providers."""

    council_code = serializers.CharField()
    float_pence = serializers.IntegerField()
    is_frozen = serializers.BooleanField()
    waiting_pence = serializers.IntegerField()
