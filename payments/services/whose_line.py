"""Which council's money a line of Stripe's touched that none of our rows explains."""

from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import NotFound
from payments.models import Payment, StripeLine


def council_of(line: StripeLine) -> str:
    """Whose money it touched: that of the charge a refund by hand was made on, where there is one. "" when nobody knows."""
    charge_id = line.source
    if line.source.startswith(("du_", "dp_")):
        try:
            charge_id = gateway.dispute(line.source).charge_id
        except NotFound:
            return ""
    if line.source.startswith(("re_", "pyr_")):
        try:
            charge_id = gateway.refund(line.source).charge_id
        except NotFound:
            return ""
    return Payment.objects.filter(charge_id=charge_id).values_list("council_code", flat=True).first() or ""
