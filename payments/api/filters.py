"""What lists of money are narrowed by."""

from django_filters.rest_framework import BooleanFilter, FilterSet

from payments.models import Alarm, Payment, PaymentOperation, Refund, Remittance


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
