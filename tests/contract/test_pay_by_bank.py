"""Pay by Bank: a yes or no at one's own bank, known at once; and Checkout pages with more than one way to pay."""

import pytest
import stripe

from tests.contract.conftest import top_up
from tests.contract.pages_by_hand import fields_of, open_page
from tests.contract.test_card_payments import session_for

BY_BANK = {"allowed_payment_method_types": ["pay_by_bank"]}


def test_yes_at_the_bank_pays_at_once_and_is_available_days_later(api, sandbox):
    session = session_for(api, **BY_BANK)
    page = open_page(session.url)
    assert "Do you want to pay £80.00?" in page.text
    assert open_page(session.url, fields_of(page)).location == f"http://127.0.0.1:8000/paid?session={session.id}"
    paid = api.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]})
    charge = paid.payment_intent.latest_charge
    assert (paid.payment_status, charge.payment_method_details.type, charge.balance_transaction.type) == ("paid", "pay_by_bank", "payment")
    assert api.balance.retrieve().available[0].amount == 0
    sandbox.move_clock(days=4)
    assert api.balance.retrieve().available[0].amount == charge.balance_transaction.net


def test_no_at_the_bank_takes_nothing_and_may_be_tried_again(api):
    session = session_for(api, **BY_BANK)
    assert "Nothing was taken" in open_page(session.url, {"answer": "no"}).text
    intent = api.payment_intents.list().data[0]
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", "payment_method_customer_decline")
    assert api.checkout.sessions.retrieve(session.id).status == "open"
    assert open_page(session.url, {"answer": "yes"}).status == 303
    assert len(api.charges.list().data) == 1


@pytest.mark.parametrize("pence", [49, 1_000_001])
def test_amounts_the_banks_do_not_take_are_refused(api, pence):
    item = {"quantity": 1, "price_data": {"currency": "gbp", "unit_amount": pence, "product_data": {"name": "Your part"}}}
    with pytest.raises(stripe.InvalidRequestError, match="Pay by Bank takes"):
        session_for(api, line_items=[item], **BY_BANK)


def test_intent_sends_the_person_to_the_bank_and_back(api):
    asked = {"amount": 500, "currency": "gbp", "payment_method_data": {"type": "pay_by_bank"}, "confirm": True}
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        api.payment_intents.create(asked)
    intent = api.payment_intents.create(asked | {"return_url": "http://127.0.0.1:8000/back"})
    assert intent.status == "requires_action"
    assert open_page(intent.next_action.redirect_to_url.url, {"answer": "yes"}).location == "http://127.0.0.1:8000/back"
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_page_with_several_ways_asks_which(api):
    session = session_for(api, allowed_payment_method_types=["card", "bacs_debit", "pay_by_bank"])
    page = open_page(session.url)
    assert all(f"{session.id}/{way}" in page.text for way in ("card", "bacs_debit", "pay_by_bank"))
    assert open_page(f"{session.url}/customer_balance").status == 404
    assert open_page(f"{session.url}/pay_by_bank", {"answer": "no"}).status == 200
    assert open_page(f"{session.url}/card", {"choice": "4242 4242 4242 4242"}).status == 303
    assert api.charges.list().data[0].payment_method_details.type == "card"


def test_payment_from_a_bank_cannot_be_disputed_and_can_be_refunded(api, sandbox):
    session = session_for(api, **BY_BANK)
    open_page(session.url, {"answer": "yes"})
    charge = api.charges.list().data[0].id
    with pytest.raises(RuntimeError, match="cannot be disputed"):
        sandbox.act("dispute", charge=charge)
    sandbox.move_clock(days=4)
    top_up(api, sandbox)
    assert api.refunds.create({"charge": charge, "amount": 8000}).status == "pending"


def test_card_is_kept_and_pays_when_nobody_is_there(api):
    customer = api.customers.create({}).id
    for number, outcome in (("4242424242424242", "succeeded"), ("4000000000000341", "card_declined")):
        urls = {"success_url": "http://127.0.0.1:8000/kept"}
        session = api.checkout.sessions.create(urls | {"mode": "setup", "currency": "gbp", "customer": customer})
        assert "declined" in open_page(session.url, {"choice": "4000 0000 0000 0002"}).text
        assert open_page(session.url, {"number": number}).status == 303
        kept = api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]}).setup_intent.payment_method
        asked = {"amount": 500, "currency": "gbp", "customer": customer, "payment_method": kept, "off_session": True, "confirm": True}
        if outcome == "succeeded":
            assert api.payment_intents.create(asked).status == outcome
        else:
            with pytest.raises(stripe.CardError) as declined:
                api.payment_intents.create(asked)
            assert declined.value.code == outcome
