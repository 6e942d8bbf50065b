"""Lots of 88 days: what is free of them goes back where it came from, out of that lot; what is not is ended by the rooms above (adr/0012).

`payments` knows how old money is, `marketplace` what it is held for; between them stands its owner's free money.
"""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from audit.models import Fact
from audit.services import facts
from payments.models import LotDecision, Payment
from payments.services import ages
from payments.services.one_by_one import one_by_one
from people.models import Organisation
from pooling.books import Lot, lot_of
from pooling.models import Call, Membership, Portion
from pooling.selectors.promises import free_of_debt, news_on_the_way
from pooling.services import leaving_money, wallets
from pooling.services.call_records import OPEN_PAYMENT, lock_call, write_trail
from pooling.services.shares import send_home
from pooling.services.transactions import all_or_nothing

OVER_AGE = "pooling.lot_over_age"
AGAIN = timedelta(days=1)


def advance_due(*, at: datetime) -> int:
    """Day 88, and every day after it until nothing is left: the default that nobody has to decide. Returns how many lots it did something about."""
    return one_by_one([payment.pk for payment in ages.due(at=at)], lambda pk: advance_lot(payment_id=pk, wish="", at=at))


@all_or_nothing
def advance_lot(*, payment_id: UUID, wish: str, at: datetime) -> int:
    """Sends home what is free of a lot; what is held, kept for a call or questioned is told upwards, once a day.

    `wish`: what two people decided this moment, `send_back` or `pay_on`; empty: it is the clock, and what they decided is paid on before still is.
    1 if money moved or was told of.
    """
    payment = Payment.objects.get(pk=payment_id)
    lot = lot_of(payment.lot_owner, payment.council_code)
    if lot is None:
        return _send_wallet(payment, at)
    place = Membership.objects.locked().get(pk=lot.membership_id)
    if wish != LotDecision.Kind.PAY_ON:
        _ask_more_of_orders(lot, payment, at)
    sent = send_free(payment_id=payment_id, at=at) + leaving_money.send_aged(payment_id=payment_id, at=at)
    payment.refresh_from_db()
    subject = f"lot:{payment_id}"
    told = not wish and Fact.objects.filter(kind=OVER_AGE, subject=subject, effective_at__gt=at - AGAIN).exists()
    if payment.free_pence and not told:
        wish = wish or (LotDecision.Kind.PAY_ON if ages.is_paid_on(payment) else "")
        payload = {"payment": str(payment_id), "membership": place.pk, "portion": lot.portion_id, "pence": payment.free_pence, "wish": wish}
        facts.record(kind="pooling.lot_over_age", subject=subject, payload=payload, at=at, council_code=payment.council_code)
        return 1
    return int(bool(sent))


def _ask_more_of_orders(lot: Lot, payment: Payment, at: datetime) -> None:
    """Orders that were made less by free money count on it no more, as far as old money needs: it goes home, and who ordered pays as much more.

    Never more than was ordered. Where somebody pays it this moment, nothing changes: it is used soon, or missed, and free then.
    """
    missing = payment.free_pence - max(0, free_of_debt(lot.membership_id, lot.portion_id, lot.council))
    rows = Call.objects.filter(membership_id=lot.membership_id, portion_id=lot.portion_id, state=Call.State.ORDERED, asked_pence__lt=F("pence"))
    for pk in rows.order_by("due_on", "pk").values_list("pk", flat=True):
        if missing <= 0:
            return
        row = lock_call(pk)
        open_one = row.payment_id is not None and Payment.objects.filter(pk=row.payment_id, state__in=OPEN_PAYMENT).exists()
        if row.state == Call.State.ORDERED and not open_one and not news_on_the_way([pk]):
            part = min(missing, row.spare_pence)
            missing -= part
            row.asked_pence += part
            row.save(update_fields=["asked_pence"])
            write_trail(row=row, verb="pooling.ask_more_of_order", by=None, at=at)


def _send_wallet(payment: Payment, at: datetime) -> int:
    """What an organisation paid in and handed to nobody: all that is left of it."""
    kind, _, number = payment.lot_owner.partition(":")
    if kind != "holder" or not number.isdigit() or not payment.free_pence:
        return 0
    holder = Organisation.objects.get(pk=int(number))
    council, pence = payment.council_code, payment.free_pence
    wallets.send_back(organisation=holder, council_code=council, pence=pence, token=uuid.uuid4(), by=None, at=at, lot_id=payment.pk)
    return 1


@all_or_nothing
def send_free(*, payment_id: UUID, at: datetime) -> int:
    """Sends home, out of this lot, what is free of its owner's money here, up to what is left of the lot. Returns how many pence."""
    payment = Payment.objects.get(pk=payment_id)
    lot = lot_of(payment.lot_owner, payment.council_code)
    if lot is None or not payment.free_pence:
        return 0
    place, portion = Membership.objects.locked().get(pk=lot.membership_id), Portion.objects.get(pk=lot.portion_id)
    payment.refresh_from_db()
    row = send_home(membership=place, portion=portion, most_pence=payment.free_pence, at=at, lot_id=payment.pk)
    return row.pence if row is not None else 0
