"""FLOAT, the platform's own money, never goes below zero: the book refuses it on every path, and a fee it can't pay waits."""

from uuid import uuid4

import pytest
from django.db import transaction

from ledger.selectors import balance
from ledger.services.accounts import Account
from ledger.services.journals import Journal, NotEnough, Transfer, post
from payments.gateways.shapes import Charge, Intent, Line
from payments.models import Alarm, Payment
from payments.services import arrivals, payins, taking
from tests.cast import AT, SOUTHWARK

pytestmark = pytest.mark.django_db
FLOAT, BANK = Account("FLOAT", SOUTHWARK), Account("BANK", SOUTHWARK)
OWNER = "member:1/portion:1"
# Every account that some path of ours takes FLOAT to: fees, losses, what a payer owes, and the platform's own bank.
TAKERS = ("FEE_COST", "LOSS", "RECEIVABLE", "BANK", "SUSPENSE")


def own_money(pence: int) -> None:
    post(Journal(uuid4(), "top_up", SOUTHWARK, (Transfer(BANK, FLOAT, pence),), AT))


@pytest.mark.parametrize("code", TAKERS)
def test_float_never_goes_below_zero_whatever_takes_from_it(code: str) -> None:
    own_money(100)
    taker = Account(code, SOUTHWARK, OWNER if code == "RECEIVABLE" else "")
    with pytest.raises(NotEnough), transaction.atomic():
        post(Journal(uuid4(), "takes", SOUTHWARK, (Transfer(FLOAT, taker, 101),), AT))
    assert balance(FLOAT) == 100
    post(Journal(uuid4(), "takes", SOUTHWARK, (Transfer(FLOAT, taker, 100),), AT))
    assert balance(FLOAT) == 0


def test_a_payment_whose_fee_float_can_not_pay_waits_and_goes_on_after_a_top_up() -> None:
    own_money(139)
    payment = payins.start_card(
        payer_owner="person:1001",
        lot_owner=OWNER,
        credit=Account("SHARE", SOUTHWARK, OWNER),
        pence=8_000,
        council_code=SOUTHWARK,
        about="call:1",
        success_url="http://127.0.0.1/a",
        cancel_url="http://127.0.0.1/b",
        by=None,
        at=AT,
    )
    line = Line("txn_1", "charge", "ch_1", 8_000, 140, 7_860, "gbp", True, AT, AT)
    with transaction.atomic():
        row = Payment.objects.locked().get(pk=payment.pk)
        arrivals.see_intent(row, Intent("pi_1", "succeeded", str(payment.pk), Charge("ch_1", 8_000, "gbp", True, "pi_1", AT, line)), AT)
    assert not taking.clear(payment_id=payment.pk, line=line, at=AT)
    assert (balance(FLOAT), balance(Account("SHARE", SOUTHWARK, OWNER))) == (139, 0)
    alarm = Alarm.objects.open().get()
    assert (alarm.kind, alarm.stops_releases) == ("float_short", True)
    own_money(1)
    assert taking.clear(payment_id=payment.pk, line=line, at=AT)
    assert (balance(FLOAT), balance(Account("SHARE", SOUTHWARK, OWNER))) == (0, 8_000)
