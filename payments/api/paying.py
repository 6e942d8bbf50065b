"""What follows once a payment is written down: Stripe is asked, outside any transaction."""

from typing import Any

from audit import clock
from payments.api.serializers import PaymentRow
from payments.api.ways import MandateRow
from payments.gateways.shapes import StripeIsBusy
from payments.models import Mandate, Payment
from payments.services import operations


def perform(answer: dict[str, Any]) -> dict[str, Any]:
    """The payment as it stands once Stripe has been asked for its page or its bank details. Repeated, it asks for nothing new.

    Raises StripeIsBusy while Stripe has not answered: the payment is written down, and the timer goes on asking.
    """
    payment = Payment.objects.get(pk=answer["id"])
    operations.perform(payment.operation_id, at=clock.now())
    payment = Payment.objects.get(pk=payment.pk)
    if payment.state == Payment.State.STARTED:
        raise StripeIsBusy("not answered yet")
    return dict(PaymentRow(payment).data)


def perform_mandate(answer: dict[str, Any]) -> dict[str, Any]:
    """A Direct Debit's page, once Stripe has been asked for it. Repeated, it asks for nothing new. Raises StripeIsBusy as `perform`."""
    mandate = Mandate.objects.get(pk=answer["id"])
    operations.perform(mandate.operation_id, at=clock.now())
    mandate.refresh_from_db()
    if mandate.state == Mandate.State.STARTED:
        raise StripeIsBusy("not answered yet")
    return dict(MandateRow(mandate).data)
