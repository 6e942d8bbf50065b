"""GB bank transfers: under, over, twice, with the wrong reference."""

import pytest
import stripe

from tests.contract.conftest import BANK_TRANSFER
from tests.contract.pages_by_hand import open_page


@pytest.fixture
def customer(api):
    return api.customers.create({"metadata": {"payer": "3"}}).id


@pytest.fixture
def bank(connect, sandbox):
    """Money arriving from the customer's bank."""
    helpers = connect(sandbox).v1.test_helpers.customers
    return lambda customer, amount, **more: helpers.fund_cash_balance(customer, {"amount": amount, "currency": "gbp", **more})


def wait_for(api, customer, amount):
    return api.payment_intents.create(BANK_TRANSFER | {"amount": amount, "customer": customer})


def told(intent):
    return intent.next_action.display_bank_transfer_instructions


def test_instructions_say_where_to_send_how_much(api, customer):
    intent = wait_for(api, customer, 9000)
    address = told(intent).financial_addresses[0]
    assert intent.status == "requires_action"
    assert (told(intent).amount_remaining, told(intent).type, address.type) == (9000, "gb_bank_transfer", "sort_code")
    assert len(address.sort_code.sort_code) == 6
    assert len(address.sort_code.account_number) == 8
    page = open_page(told(intent).hosted_instructions_url)
    assert "£90.00" in page.text
    assert told(intent).reference in page.text


def test_full_amount_pays(api, customer, bank, sandbox):
    intent = wait_for(api, customer, 9000)
    bank(customer, 9000, reference=told(intent).reference)
    paid = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    line = paid.latest_charge.balance_transaction
    assert (paid.status, line.type, line.amount, line.fee, line.status) == ("succeeded", "payment", 9000, 45, "pending")
    assert paid.latest_charge.id.startswith("py_")
    sandbox.move_clock(days=1)
    assert api.balance_transactions.retrieve(line.id).status == "available"


def test_too_little_waits_for_the_rest(api, customer, bank):
    intent = wait_for(api, customer, 9000)
    bank(customer, 4000)
    part = api.payment_intents.retrieve(intent.id)
    assert (part.status, told(part).amount_remaining) == ("requires_action", 5000)
    assert "payment_intent.partially_funded" in [event.type for event in api.events.list({"limit": 50}).data]
    bank(customer, 5000)
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"


def test_too_much_is_kept_for_the_customer_and_can_go_back(api, customer, bank, sandbox):
    wait_for(api, customer, 9000)
    bank(customer, 9500)
    assert api.customers.cash_balance.retrieve(customer).available["gbp"] == 500
    refund = api.refunds.create({"origin": "customer_balance", "customer": customer, "amount": 500, "currency": "gbp"})
    assert (refund.status, refund.balance_transaction) == ("pending", None)
    sandbox.move_clock(days=2)
    assert api.refunds.retrieve(refund.id).status == "succeeded"
    assert api.customers.cash_balance.retrieve(customer).available is None


def test_money_sent_twice_waits_for_the_next_payment(api, customer, bank):
    wait_for(api, customer, 9000)
    bank(customer, 9000)
    bank(customer, 9000)
    assert wait_for(api, customer, 9000).status == "succeeded"


def test_reference_finds_its_payment_and_a_wrong_one_goes_to_the_oldest(api, customer, bank):
    oldest, named = wait_for(api, customer, 5000), wait_for(api, customer, 5000)
    bank(customer, 5000, reference=told(named).reference)
    assert [api.payment_intents.retrieve(each.id).status for each in (oldest, named)] == ["requires_action", "succeeded"]
    bank(customer, 5000, reference="RENT")
    assert api.payment_intents.retrieve(oldest.id).status == "succeeded"


def test_a_wrong_reference_pays_what_waits_for_just_so_much_before_the_oldest(api, customer, bank):
    oldest, just, other = wait_for(api, customer, 5000), wait_for(api, customer, 7000), wait_for(api, customer, 6000)
    bank(customer, 7000, reference="RENT")
    assert [api.payment_intents.retrieve(each.id).status for each in (oldest, just)] == ["requires_action", "succeeded"]
    bank(customer, 5500)
    assert api.payment_intents.retrieve(oldest.id).status == "succeeded"
    assert told(api.payment_intents.retrieve(other.id)).amount_remaining == 5500


def test_a_wrong_reference_pays_several_that_come_to_just_so_much(api, customer, bank):
    oldest, *pair = [wait_for(api, customer, pence) for pence in (5000, 7000, 6000)]
    bank(customer, 13_000, reference="RENT")
    assert [api.payment_intents.retrieve(each.id).status for each in (oldest, *pair)] == ["requires_action", "succeeded", "succeeded"]


def test_cancelling_gives_a_part_payment_back_to_the_customer(api, customer, bank):
    intent = wait_for(api, customer, 9000)
    bank(customer, 4000)
    assert api.payment_intents.cancel(intent.id).status == "canceled"
    assert api.customers.cash_balance.retrieve(customer).available["gbp"] == 4000
    kinds = [line.type for line in api.customers.cash_balance_transactions.list(customer).data]
    assert kinds == ["unapplied_from_payment", "applied_to_payment", "funded"]


def test_money_may_be_sent_by_the_control_plane_too(api, customer, sandbox):
    """For a pretend bank: it names the payment, and the reference goes with it."""
    oldest, named = wait_for(api, customer, 5000), wait_for(api, customer, 5000)
    sandbox.act("bank_transfer", payment_intent=named.id, amount=5000)
    assert [api.payment_intents.retrieve(each.id).status for each in (oldest, named)] == ["requires_action", "succeeded"]
    with pytest.raises(RuntimeError, match="greater than or equal to 1"):
        sandbox.act("bank_transfer", customer=customer, amount=0)


def test_other_customers_money_pays_nothing_of_mine(api, customer, bank):
    intent = wait_for(api, customer, 5000)
    stranger = api.customers.create({}).id
    bank(stranger, 5000, reference=told(intent).reference)
    assert api.payment_intents.retrieve(intent.id).status == "requires_action"


def test_bank_transfer_needs_a_customer(api):
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create(BANK_TRANSFER | {"amount": 5000})
