"""What lists of money are narrowed by."""

from django_filters.rest_framework import BooleanFilter, FilterSet

from payments.models import Alarm, Dispute, Payment, PaymentOperation, ReconcileRun, Recovery, Refund, Remittance, StripeLine, WebhookEvent


class PaymentFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Payment
        fields = ("state", "kind", "about")


class AlarmFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    is_open = BooleanFilter("closed_at", "isnull")

    class Meta:
        model = Alarm
        fields = ("kind", "council_code", "stops_releases")


class RemittanceFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Remittance
        fields = ("state", "about", "council_code")


class RefundFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Refund
        fields = ("state", "about", "council_code")


class OperationFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = PaymentOperation
        fields = ("state", "kind", "reference")


class EventFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = WebhookEvent
        fields = ("state", "kind", "endpoint")


class LineFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = StripeLine
        fields = ("state", "kind", "council_code")


class RunFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = ReconcileRun
        fields = ("suspended",)


class DisputeFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Dispute
        fields = ("state", "kind", "council_code")


class RecoveryFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Recovery
        fields = ("state", "payee", "council_code")


class LotFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Payment
        fields = ("council_code", "kind")
