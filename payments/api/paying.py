"""What follows once a payment is written down: Stripe is asked, outside any transaction."""

from typing import Any

from audit import clock
from payments.api.serializers import PaymentRow
from payments.models import Payment
from payments.services import operations


def perform(answer: dict[str, Any]) -> dict[str, Any]:
    """The payment as it stands once Stripe has been asked for its page or its bank details. Repeated, it asks for nothing new."""
    payment = Payment.objects.get(pk=answer["id"])
    operations.perform(payment.operation_id, at=clock.now())
    return dict(PaymentRow(Payment.objects.get(pk=payment.pk)).data)
