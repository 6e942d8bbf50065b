"""Payments' rows, one noun's family per file."""

from payments.models.money_in import Payer, Payment
from payments.models.money_out import Payee, Refund, Remittance
from payments.models.operations import PaymentOperation, PaymentUse
from payments.models.stripe_side import Alarm, ReconcileCursor, StripeLine, WebhookEvent

__all__ = [
    "Alarm",
    "Payee",
    "Payer",
    "Payment",
    "PaymentOperation",
    "PaymentUse",
    "ReconcileCursor",
    "Refund",
    "Remittance",
    "StripeLine",
    "WebhookEvent",
]
