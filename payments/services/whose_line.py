"""What of ours a line of Stripe's touched that none of our rows explains."""

from payments.gateways import stripe_gateway as gateway
from payments.gateways.shapes import NotFound
from payments.models import Payee, Payment, StripeLine


def touched(line: StripeLine) -> Payment | Payee | None:
    """The payment whose charge its object at Stripe names, or the provider whose account; None where it names neither, or another's.

    Asks Stripe until it is known (`line.touched`): not inside a transaction.
    """
    if line.touched:
        return _named(*line.touched.split(":"))
    kind = line.source.partition("_")[0]
    try:
        if kind == "tr":
            return Payee.objects.filter(stripe_account_id=gateway.transfer(line.source).destination).first()
        charge_id = line.source
        if kind in ("du", "dp"):
            charge_id = gateway.dispute(line.source).charge_id
        if kind in ("re", "pyr"):
            charge_id = gateway.refund(line.source).charge_id
    except NotFound:
        return None
    return Payment.objects.filter(charge_id=charge_id).exclude(charge_id="").first()


def _named(what: str, pk: str) -> Payment | Payee | None:
    return Payment.objects.filter(pk=pk).first() if what == "payment" else Payee.objects.filter(pk=int(pk)).first()
