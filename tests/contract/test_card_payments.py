"""Card payments, by the API and on the page."""

import pytest
import stripe

from payments.sandbox.money import bank_transfer_fee, card_fee
from tests.contract.conftest import pay_by_card
from tests.contract.pages_by_hand import fields_of, open_page

DAY = 86_400


def session_for(api, **more):
    item = {"quantity": 1, "price_data": {"currency": "gbp", "unit_amount": 8000, "product_data": {"name": "Your part of the visits"}}}
    asked = {
        "mode": "payment",
        "line_items": [item],
        "client_reference_id": "op_1",
        "success_url": "http://127.0.0.1:8000/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/not-paid",
        "payment_intent_data": {"metadata": {"operation": "op_1"}, "transfer_group": "agreement_9"},
    }
    return api.checkout.sessions.create(asked | more)


def test_card_pays(api):
    intent = pay_by_card(api, metadata={"operation": "5"}, expand=["latest_charge.balance_transaction"])
    line = intent.latest_charge.balance_transaction
    assert (intent.status, intent.amount_received) == ("succeeded", 8000)
    assert (line.amount, line.fee, line.net, line.status, line.type) == (8000, 140, 7860, "pending", "charge")
    assert intent.latest_charge.metadata["operation"] == "5"


def test_first_card_payment_waits_a_week_and_later_ones_four_days(api, sandbox):
    first = pay_by_card(api, expand=["latest_charge.balance_transaction"]).latest_charge.balance_transaction
    second = pay_by_card(api, expand=["latest_charge.balance_transaction"]).latest_charge.balance_transaction
    assert (first.available_on - first.created, second.available_on - second.created) == (7 * DAY, 4 * DAY)
    sandbox.move_clock(days=4)
    assert api.balance_transactions.retrieve(second.id).status == "available"
    assert api.balance_transactions.retrieve(first.id).status == "pending"
    assert (api.balance.retrieve().available[0].amount, api.balance.retrieve().pending[0].amount) == (7860, 7860)


@pytest.mark.parametrize(("pence", "fee"), [(30, 20), (34, 21), (8000, 140), (100, 22), (33, 20)])
def test_card_fee_is_one_and_a_half_per_cent_and_twenty_pence(pence, fee):
    assert card_fee(pence) == fee


@pytest.mark.parametrize(("pence", "fee"), [(100, 1), (99, 0), (8000, 40), (40_000, 200), (90_000, 200)])
def test_bank_transfer_fee_is_half_a_per_cent_up_to_two_pounds(pence, fee):
    assert bank_transfer_fee(pence) == fee


def test_declined_card_is_a_402_that_keeps_the_intent(api):
    with pytest.raises(stripe.CardError) as declined:
        pay_by_card(api, payment_method="pm_card_chargeDeclined")
    assert (declined.value.code, declined.value.http_status) == ("card_declined", 402)
    intent = api.payment_intents.list().data[0]
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", "card_declined")
    assert api.charges.retrieve(intent.latest_charge).status == "failed"
    assert api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


def test_intent_can_be_made_first_and_confirmed_or_cancelled_later(api):
    intent = api.payment_intents.create({"amount": 500, "currency": "gbp"})
    assert intent.status == "requires_payment_method"
    assert api.payment_intents.cancel(intent.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "payment_intent_unexpected_state"


def test_balance_transaction_may_come_a_moment_later(api, sandbox):
    sandbox.control("settings", {"balance_transaction_seconds": 60})
    intent = pay_by_card(api, expand=["latest_charge"])
    assert intent.latest_charge.balance_transaction is None
    sandbox.move_clock(seconds=60)
    assert api.charges.retrieve(intent.latest_charge.id, {"expand": ["balance_transaction"]}).balance_transaction.amount == 8000


def test_checkout_page_takes_the_payment_and_goes_back(api):
    session = session_for(api)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    page = open_page(session.url)
    assert "£80.00" in page.text
    assert "default-src 'none'" in page.policy
    paid = open_page(session.url, fields_of(page))
    assert (paid.status, paid.location) == (303, f"http://127.0.0.1:8000/paid?session={session.id}")
    after = api.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (after.status, after.payment_status) == ("complete", "paid")
    assert after.payment_intent.metadata["operation"] == "op_1"
    assert after.payment_intent.latest_charge.transfer_group == "agreement_9"


def test_checkout_page_pays_once_however_often_it_is_sent(api):
    session = session_for(api)
    fields = fields_of(open_page(session.url))
    assert [open_page(session.url, fields).status for _ in range(3)] == [303, 303, 303]
    assert len(api.charges.list().data) == 1


def test_checkout_page_stays_and_says_so_when_the_card_is_declined(api):
    session = session_for(api)
    declined = open_page(session.url, {"choice": "4000 0000 0000 0002"})
    assert declined.status == 200
    assert "Your card was declined. Nothing was taken." in declined.text
    assert "<title>Error: Pay £80.00 by card</title>" in declined.text
    assert api.checkout.sessions.retrieve(session.id).status == "open"
    assert open_page(session.url, {"choice": "4242 4242 4242 4242"}).status == 303
    assert len(api.payment_intents.list().data) == 1


def test_expired_session_ends_the_payment_that_was_tried_in_it(api):
    session = session_for(api)
    open_page(session.url, {"choice": "4000 0000 0000 0002"})
    expired = api.checkout.sessions.expire(session.id, {"expand": ["payment_intent"]})
    assert (expired.payment_intent.status, expired.payment_intent.cancellation_reason) == ("canceled", "expired")


def test_checkout_page_refuses_a_card_number_that_is_no_practice_one(api):
    session = session_for(api)
    assert "Enter one of the practice card numbers" in open_page(session.url, {"number": "1234"}).text


def test_checkout_session_expires_by_the_clock_or_by_hand(api, sandbox):
    by_hand, by_clock = session_for(api), session_for(api)
    assert api.checkout.sessions.expire(by_hand.id).status == "expired"
    sandbox.move_clock(days=1)
    assert api.checkout.sessions.retrieve(by_clock.id).status == "expired"
    page = open_page(by_clock.url)
    assert page.status == 410
    assert "http://127.0.0.1:8000/not-paid" in page.text
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.expire(by_hand.id)


@pytest.mark.parametrize("change", [{"success_url": "javascript:alert(1)"}, {"line_items": []}, {"mode": "setup"}])
def test_checkout_refuses_what_it_cannot_play(api, change):
    with pytest.raises(stripe.InvalidRequestError):
        session_for(api, **change)
