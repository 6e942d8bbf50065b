"""Money goes back to the bank it came from, to the penny: what nobody asked for, and what was collected by Direct Debit."""

from typing import Any

from payments.gateways import stripe_gateway
from payments.models import Alarm, CashReturn, Payer, Payment, Refund
from payments.services import arrivals, cash, reconciliation, refunds
from tests.payments.conftest import AMINA, COUNCIL, Play
from tests.payments.test_ways import books_are_right, collected, set_up


def refunds_at_stripe() -> list[Any]:
    return list(stripe_gateway._stripe().refunds.list({"limit": 100}).auto_paging_iter())


def goes_back_by_itself(play: Play, pence: int) -> None:
    """Nobody presses anything for five working days. Then just this sum is at its sender's bank, and no line of ours says so."""
    payer = Payer.objects.get()
    assert (payer.cash_pence, Alarm.objects.open().get().kind) == (pence, "money_nobody_asked_for")
    play.later(days=9)
    assert cash.send_back_due(at=play.at) == 1
    assert cash.send_back_due(at=play.at) == 0
    play.run()
    play.later(days=2)
    row, [back] = CashReturn.objects.get(), refunds_at_stripe()
    assert (row.pence, row.state, row.operation.stripe_id) == (pence, "sent", back.id)
    assert (back.amount, back.status, back.charge, back.balance_transaction) == (pence, "succeeded", None, None)
    assert back.destination_details.type == "gb_bank_transfer"
    assert cash.look(payer_id=payer.pk, at=play.at) == 0
    assert not Alarm.objects.open().exists()
    assert books_are_right(play)


def test_what_was_sent_twice_goes_back_once_and_the_first_is_paid(play: Play) -> None:
    play.float()
    payment = play.start_bank(8000)
    play.send_money(payment, 8000)
    play.send_money(payment, 8000)
    play.later(days=2)
    reconciliation.run(at=play.at)
    goes_back_by_itself(play, 8000)
    assert (play.has("SHARE", AMINA), Payment.objects.filter(kind="bank_transfer").get().free_pence) == (8000, 8000)


def test_what_came_with_a_wrong_reference_goes_back(play: Play) -> None:
    play.float()
    payment = play.start_bank(8000)
    play.send_money(payment, 8000)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    play.stripe.act("bank_transfer", customer=Payer.objects.get().stripe_customer_id, amount=4203, reference="THANK YOU")
    play.later(days=2)
    reconciliation.run(at=play.at)
    goes_back_by_itself(play, 4203)
    assert play.has("SHARE", AMINA) == 8000


def test_a_direct_debit_that_has_rested_is_refunded_to_the_bank_it_was_collected_from(play: Play, stripe_settings: Any) -> None:
    stripe_settings.BACS_HOLD_WORKING_DAYS = 7
    play.float()
    set_up(play)
    payment = collected(play)
    play.later(days=12)
    play.later(days=11)
    refunds.approve(lot_owner=AMINA, pence=7999, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
    play.move("SHARE", AMINA, "REFUND", AMINA, 7999)
    play.run()
    assert (Refund.objects.get().state, play.has("OUT"), play.has("REFUND", AMINA)) == ("sent", 0, 0)  # gone from Stripe, not at the bank yet
    play.later(days=3)
    reconciliation.run(at=play.at)
    row, [back] = Refund.objects.get(), refunds_at_stripe()
    payment.refresh_from_db()
    assert (row.state, back.status, back.amount, back.charge) == ("succeeded", "succeeded", 7999, payment.charge_id)
    assert (payment.free_pence, play.has("SHARE", AMINA)) == (1, 1)
    assert books_are_right(play)


def test_a_refund_to_an_account_that_stripe_does_not_know_is_with_two_people_at_once(play: Play) -> None:
    """Stripe would write to the payer, and is told nobody's e-mail: it refuses, and nothing has left."""
    play.float()
    payment = play.start_bank(8000)
    play.stripe.act("bank_transfer", payment_intent=payment.intent_id, amount=8000, unnamed=True)
    play.later(days=2)
    reconciliation.run(at=play.at)
    refunds.approve(lot_owner=AMINA, pence=8000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
    play.move("SHARE", AMINA, "REFUND", AMINA, 8000)
    play.run()
    row = Refund.objects.get()
    assert (row.state, row.problem, refunds_at_stripe()) == ("failed", "parameter_missing", [])
    assert (play.has("REFUND", AMINA), play.has("OUT")) == (8000, 0)
    assert books_are_right(play)
