"""What lists of money are narrowed by."""

from audit.api.narrowing import Narrowed, YesNoFilter
from payments.models import Alarm, Dispute, Payment, PaymentOperation, ReconcileRun, Recovery, Refund, Remittance, StripeLine, WebhookEvent


class PaymentFilter(Narrowed):
    class Meta:
        model = Payment
        fields = ("state", "kind", "about")


class AlarmFilter(Narrowed):
    is_open = YesNoFilter("closed_at", "isnull")

    class Meta:
        model = Alarm
        fields = ("kind", "council_code", "stops_releases")


class RemittanceFilter(Narrowed):
    class Meta:
        model = Remittance
        fields = ("state", "about", "council_code")


class RefundFilter(Narrowed):
    class Meta:
        model = Refund
        fields = ("state", "about", "council_code")


class OperationFilter(Narrowed):
    class Meta:
        model = PaymentOperation
        fields = ("state", "kind", "reference")


class EventFilter(Narrowed):
    class Meta:
        model = WebhookEvent
        fields = ("state", "kind", "endpoint")


class LineFilter(Narrowed):
    class Meta:
        model = StripeLine
        fields = ("state", "kind", "council_code")


class RunFilter(Narrowed):
    class Meta:
        model = ReconcileRun
        fields = ("suspended",)


class DisputeFilter(Narrowed):
    class Meta:
        model = Dispute
        fields = ("state", "kind", "council_code")


class RecoveryFilter(Narrowed):
    class Meta:
        model = Recovery
        fields = ("state", "payee", "council_code")


class LotFilter(Narrowed):
    class Meta:
        model = Payment
        fields = ("council_code", "kind")
