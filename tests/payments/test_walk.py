"""One pound's walk through Stripe: in by card, available, out to who helped."""

import pytest

from payments.models import Payment, PaymentUse
from payments.selectors import proof
from payments.services import arrivals, payins, remittances
from tests.payments.conftest import AMINA, COUNCIL, DECLINED, YUSUF, Play


def test_a_card_payment_is_taken_becomes_available_and_is_sent_on(play: Play) -> None:
    play.float(1000)
    assert play.has("BANK") == play.has("FLOAT") == 1000

    payment = play.start(8000)
    assert payment.state == "open"
    play.type_card(payment)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    assert (play.has("CLEAR"), play.has("PENDING", AMINA), play.has("SHARE", AMINA)) == (8000, 8000, 0)

    play.later(days=8)
    payment.refresh_from_db()
    assert (payment.state, payment.fee_pence) == ("available", 140)
    assert (play.has("BANK"), play.has("CLEAR"), play.has("FLOAT"), play.has("FEE_COST")) == (8860, 0, 860, 0)
    assert play.has("SHARE", AMINA) == 8000

    payee = play.payee()
    [row] = play.owe(payee, 2000)
    assert remittances.plan_due(at=play.at) == 1
    assert (play.has("DUE", f"payee:{payee.pk}"), play.has("OUT")) == (0, -2000)
    play.run()
    row.refresh_from_db()
    assert row.state == "paid"
    assert (play.has("OUT"), play.has("BANK")) == (0, 6860)
    [transfer] = play.transfers()
    assert (transfer.amount, transfer.source_transaction, transfer.destination) == (2000, payment.charge_id, payee.stripe_account_id)
    assert PaymentUse.objects.get().payment_id == payment.pk


def test_a_declined_card_takes_nothing_and_another_card_pays(play: Play) -> None:
    payment = play.start()
    play.type_card(payment, DECLINED)
    seen = arrivals.refresh(payment_id=payment.pk, at=play.at)
    assert (seen.state, seen.problem, play.has("CLEAR")) == ("open", "card_declined", 0)
    play.type_card(payment)
    assert arrivals.refresh(payment_id=payment.pk, at=play.at).state == "clearing"
    assert play.has("CLEAR") == 8000


def test_two_clicks_are_one_payment(play: Play) -> None:
    assert play.start().pk == play.start().pk
    with pytest.raises(payins.PaymentIsOpen):
        play.start(9000)
    assert Payment.objects.count() == 1


def test_the_proof_says_by_name_when_one_has_what_another_paid(play: Play) -> None:
    play.float()
    play.lot()
    play.lot(3000, YUSUF, "call:2")
    assert proof() == []
    play.move("SHARE", AMINA, "SHARE", YUSUF, 1000)
    assert proof() == [
        f"{AMINA} in {COUNCIL} has 7000p in the book, but 8000p are left of their payments.",
        f"{YUSUF} in {COUNCIL} has 4000p in the book, but 3000p are left of their payments.",
    ]
