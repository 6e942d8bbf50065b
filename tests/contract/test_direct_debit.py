"""Bacs Direct Debit: kept through Checkout, taken off-session, known days later, taken back long after."""

import pytest
import stripe

from payments.sandbox.money import bacs_fee
from tests.contract.conftest import top_up
from tests.contract.pages_by_hand import fields_of, open_page

SET_UP = {
    "mode": "setup",
    "currency": "gbp",
    "allowed_payment_method_types": ["bacs_debit"],
    "success_url": "http://127.0.0.1:8000/kept",
    "cancel_url": "http://127.0.0.1:8000/not-kept",
}


def keep_bank(api, number="00012345"):
    """A customer and the way to pay they let us keep."""
    customer = api.customers.create({}).id
    session = api.checkout.sessions.create(SET_UP | {"customer": customer})
    assert open_page(session.url, fields_of(open_page(session.url)) | {"account_number": number}).status == 303
    return customer, api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]}).setup_intent


def ask_for(api, customer, method, amount=8000, **more):
    asked = {"amount": amount, "currency": "gbp", "customer": customer, "payment_method": method, "off_session": True, "confirm": True}
    return api.payment_intents.create(asked | {"allowed_payment_method_types": ["bacs_debit"]} | more)


def test_setup_keeps_an_account_and_its_mandate_and_takes_nothing(api, sandbox):
    customer, setup = keep_bank(api)
    session = api.checkout.sessions.list().data[0]
    assert (session.status, session.payment_status, session.payment_intent) == ("complete", "no_payment_required", None)
    method = api.payment_methods.retrieve(setup.payment_method)
    assert (setup.status, method.type, method.customer, method.bacs_debit.last4) == ("succeeded", "bacs_debit", customer, "2345")
    assert [each.id for each in api.customers.payment_methods.list(customer, {"type": "bacs_debit"}).data] == [method.id]
    assert api.mandates.retrieve(setup.mandate).payment_method_details.bacs_debit.network_status == "pending"
    sandbox.move_clock(days=2)
    assert api.mandates.retrieve(setup.mandate).payment_method_details.bacs_debit.network_status == "accepted"
    assert api.balance_transactions.list().data == []


def test_debit_is_processing_for_seven_working_days_first_and_four_later(api, sandbox):
    customer, setup = keep_bank(api)
    first = ask_for(api, customer, setup.payment_method, expand=["latest_charge.balance_transaction"])
    assert (first.status, first.latest_charge.status, first.latest_charge.paid) == ("processing", "pending", False)
    assert (first.latest_charge.balance_transaction.type, first.latest_charge.balance_transaction.status) == ("payment", "pending")
    second = ask_for(api, customer, setup.payment_method, 5000)
    sandbox.move_clock(days=6)
    assert [api.payment_intents.retrieve(each.id).status for each in (first, second)] == ["processing", "succeeded"]
    sandbox.move_clock(days=3)
    paid = api.payment_intents.retrieve(first.id, {"expand": ["latest_charge.balance_transaction"]})
    assert (paid.status, paid.amount_received, paid.latest_charge.paid) == ("succeeded", 8000, True)
    assert paid.latest_charge.balance_transaction.status == "pending"
    sandbox.move_clock(days=1)
    assert api.balance.retrieve().available[0].amount == 8000 - 80 + 5000 - 50


@pytest.mark.parametrize(
    ("number", "code"), [("22222227", "insufficient_funds"), ("33333335", "debit_not_authorized"), ("00033333", "debit_not_authorized")]
)
def test_debit_that_fails_leaves_two_lines_that_come_to_nothing(api, sandbox, number, code):
    customer, setup = keep_bank(api, number)
    intent = ask_for(api, customer, setup.payment_method)
    sandbox.move_clock(days=9)
    after = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.failure_balance_transaction"]})
    assert (after.status, after.last_payment_error.code) == ("requires_payment_method", code)
    assert (after.latest_charge.status, after.latest_charge.failure_balance_transaction.type) == ("failed", "payment_failure_refund")
    assert [(line.amount, line.fee, line.net) for line in api.balance_transactions.list().data] == [(-8000, -80, -7920), (8000, 80, 7920)]
    sandbox.move_clock(days=1)
    assert (api.balance.retrieve().available[0].amount, api.balance.retrieve().pending[0].amount) == (0, 0)
    gone = "active" if code == "insufficient_funds" else "inactive"
    assert api.mandates.retrieve(setup.mandate).status == gone


def test_debit_by_a_mandate_that_ended_is_refused_and_one_under_way_fails(api, sandbox):
    customer, setup = keep_bank(api)
    under_way = ask_for(api, customer, setup.payment_method)
    sandbox.act("revoke_mandate", payment_method=setup.payment_method)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        ask_for(api, customer, setup.payment_method)
    assert refused.value.code == "payment_intent_mandate_invalid"
    sandbox.move_clock(days=9)
    assert api.payment_intents.retrieve(under_way.id).status == "requires_payment_method"


def test_debit_by_hand_fails_on_the_sixth_day_or_pays_before_its_day(api, sandbox):
    customer, setup = keep_bank(api)
    failed, paid = ask_for(api, customer, setup.payment_method), ask_for(api, customer, setup.payment_method, 700)
    sandbox.act("settle_debit", charge=paid.latest_charge)
    sandbox.move_clock(days=5.5)
    sandbox.act("fail_debit", payment_intent=failed.id, code="account_closed")
    assert api.charges.retrieve(failed.latest_charge).failure_code == "account_closed"
    with pytest.raises(RuntimeError, match="requires_payment_method"):
        sandbox.act("fail_debit", payment_intent=failed.id)
    sandbox.move_clock(days=5)
    assert api.payment_intents.retrieve(paid.id).status == "succeeded"


def test_mandate_has_a_page_that_says_how_it_stands(api, sandbox):
    _, setup = keep_bank(api)
    url = api.mandates.retrieve(setup.mandate).payment_method_details.bacs_debit.url
    assert "It is in use." in open_page(url).text
    sandbox.act("revoke_mandate", mandate=setup.mandate)
    assert "It has ended." in open_page(url).text


def test_way_to_pay_of_somebody_else_is_refused(api):
    _, setup = keep_bank(api)
    stranger = api.customers.create({}).id
    with pytest.raises(stripe.InvalidRequestError, match="must be attached to the customer"):
        ask_for(api, stranger, setup.payment_method)


def test_detached_way_to_pay_pays_no_more(api):
    customer, setup = keep_bank(api)
    assert api.payment_methods.detach(setup.payment_method).customer is None
    with pytest.raises(stripe.InvalidRequestError, match="must be attached to the customer"):
        ask_for(api, customer, setup.payment_method)
    assert api.mandates.retrieve(setup.mandate).status == "inactive"


def test_checkout_payment_by_debit_is_unpaid_until_the_bank_has_answered(api, own_sandbox, connect, letterbox):
    process = own_sandbox(webhooks_to=letterbox.url)
    api = connect(process).v1
    customer = api.customers.create({}).id
    item = {"quantity": 1, "price_data": {"currency": "gbp", "unit_amount": 8000, "product_data": {"name": "Your part"}}}
    asked = {key: value for key, value in SET_UP.items() if key not in ("mode", "currency")} | {"mode": "payment", "line_items": [item]}
    session = api.checkout.sessions.create(asked | {"customer": customer, "payment_intent_data": {"setup_future_usage": "off_session"}})
    page = open_page(session.url)
    assert "Tick the box" in open_page(session.url, {key: value for key, value in fields_of(page).items() if key != "agree"}).text
    assert open_page(session.url, fields_of(page)).location == SET_UP["success_url"]
    assert (letterbox.next("checkout.session.completed").data.object["payment_status"], letterbox.status) == ("unpaid", 200)
    intent = api.payment_intents.retrieve(api.checkout.sessions.retrieve(session.id).payment_intent)
    assert (intent.status, intent.setup_future_usage) == ("processing", "off_session")
    process.move_clock(days=9)
    assert letterbox.next("checkout.session.async_payment_succeeded").data.object["payment_status"] == "paid"
    assert ask_for(api, customer, intent.payment_method).status == "processing"


def test_debit_taken_back_long_after_is_lost_from_the_start_and_final(api, sandbox):
    customer, setup = keep_bank(api)
    intent = ask_for(api, customer, setup.payment_method)
    sandbox.move_clock(days=100)
    case = api.disputes.retrieve(sandbox.act("dispute", charge=intent.latest_charge, reason="insufficient_funds")["id"])
    assert (case.status, case.amount, case.reason, case.balance_transactions[0].fee) == ("lost", 8000, "insufficient_funds", 2000)
    for contest in (lambda: api.disputes.update(case.id, {"evidence": {"uncategorized_text": "no"}}), lambda: api.disputes.close(case.id)):
        with pytest.raises(stripe.InvalidRequestError, match="lost"):
            contest()
    with pytest.raises(RuntimeError, match="lost"):
        sandbox.act("close_dispute", dispute=case.id, won=True)


def test_debit_is_refunded_to_the_account_it_came_from(api, sandbox):
    customer, setup = keep_bank(api)
    intent = ask_for(api, customer, setup.payment_method)
    with pytest.raises(stripe.InvalidRequestError, match="has not succeeded"):
        api.refunds.create({"payment_intent": intent.id})
    sandbox.move_clock(days=10)
    top_up(api, sandbox)
    refund = api.refunds.create({"payment_intent": intent.id, "amount": 3000})
    assert (refund.status, refund.destination_details) == ("pending", None)
    sandbox.move_clock(days=2)
    assert api.refunds.retrieve(refund.id).status == "succeeded"


@pytest.mark.parametrize(("pence", "fee"), [(50, 20), (2000, 20), (2050, 21), (8000, 80), (40_000, 400), (90_000, 400)])
def test_debit_fee_is_one_per_cent_between_20p_and_four_pounds(pence, fee):
    assert bacs_fee(pence) == fee
