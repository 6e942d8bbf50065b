"""Payments' rows, one noun's family per file."""

from payments.models.ages import LotDecision, LotNotice
from payments.models.money_in import Payer, Payment
from payments.models.money_out import Payee, Refund, Remittance
from payments.models.operations import PaymentOperation, PaymentUse
from payments.models.owed import Dispute, Explanation, LotLoss, OwedMove, Recovery, Reroute
from payments.models.stripe_side import Alarm, ReconcileCursor, ReconcileRun, StripeLine, WebhookEvent
from payments.models.ways import CashReturn, Mandate, WaySwitch

__all__ = [
    "Alarm",
    "CashReturn",
    "Dispute",
    "Explanation",
    "LotDecision",
    "LotLoss",
    "LotNotice",
    "Mandate",
    "OwedMove",
    "Payee",
    "Payer",
    "Payment",
    "PaymentOperation",
    "PaymentUse",
    "ReconcileCursor",
    "ReconcileRun",
    "Recovery",
    "Refund",
    "Remittance",
    "Reroute",
    "StripeLine",
    "WaySwitch",
    "WebhookEvent",
]
