"""Refunds: to a card at once, to a bank in a few days, to a bank that is not known once the payer has said which."""

import pytest
import stripe

from tests.contract.conftest import BANK_TRANSFER, pay_by_card, top_up


@pytest.fixture
def bank_charge(api, connect, sandbox):
    customer = api.customers.create({}).id
    intent = api.payment_intents.create(BANK_TRANSFER | {"amount": 9000, "customer": customer})
    connect(sandbox).v1.test_helpers.customers.fund_cash_balance(customer, {"amount": 9000, "currency": "gbp"})
    return api.payment_intents.retrieve(intent.id).latest_charge


def test_card_refund_is_sent_at_once(api):
    intent = pay_by_card(api)
    refund = api.refunds.create({"payment_intent": intent.id, "amount": 3000, "metadata": {"operation": "2"}})
    assert (refund.status, refund.charge) == ("succeeded", intent.latest_charge)
    charge = api.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (3000, False)


def test_two_equal_part_refunds_are_two_refunds(api):
    charge = pay_by_card(api).latest_charge
    first, second = (api.refunds.create({"charge": charge, "amount": 3000}) for _ in range(2))
    assert first.id != second.id
    assert api.charges.retrieve(charge).amount_refunded == 6000
    assert len(api.refunds.list({"charge": charge}).data) == 2


def test_no_more_can_be_refunded_than_was_paid(api):
    charge = pay_by_card(api).latest_charge
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"charge": charge, "amount": 8001})
    api.refunds.create({"charge": charge})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"charge": charge})
    assert refused.value.code == "charge_already_refunded"


def test_bank_refund_is_pending_and_then_succeeds(api, sandbox, bank_charge):
    sandbox.move_clock(days=1)
    top_up(api, sandbox)
    refund = api.refunds.create({"charge": bank_charge, "amount": 9000})
    assert refund.status == "pending"
    sandbox.move_clock(days=2)
    assert api.refunds.retrieve(refund.id).status == "succeeded"


def test_bank_refund_short_of_balance_is_refused(api, sandbox, bank_charge):
    sandbox.move_clock(days=1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"charge": bank_charge})  # the fee is gone from it
    assert refused.value.code == "balance_insufficient"
    assert api.charges.retrieve(bank_charge).amount_refunded == 0


def test_card_refund_short_of_balance_waits_for_money(api, sandbox):
    charge = pay_by_card(api).latest_charge
    sandbox.move_clock(days=7)
    refund = api.refunds.create({"charge": charge})
    assert (refund.status, refund.pending_reason, refund.balance_transaction) == ("pending", "insufficient_funds", None)
    top_up(api, sandbox)
    after = api.refunds.retrieve(refund.id, {"expand": ["balance_transaction"]})
    assert (after.status, after.balance_transaction.amount) == ("succeeded", -8000)


def test_refund_may_fail_weeks_after_it_succeeded(api, sandbox):
    charge = pay_by_card(api).latest_charge
    refund = api.refunds.create({"charge": charge, "amount": 3000})
    sandbox.move_clock(days=25)
    sandbox.act("fail_refund", refund=refund.id)
    after = api.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (after.status, after.failure_balance_transaction.type) == ("failed", "refund_failure")
    assert after.failure_balance_transaction.amount == 3000
    assert api.charges.retrieve(charge).amount_refunded == 0
    assert {"refund.failed", "refund.updated"} <= {event.type for event in api.events.list({"limit": 20}).data}


def test_refund_by_hand_at_the_dashboard_looks_like_any_other(api, sandbox):
    charge = pay_by_card(api).latest_charge
    made = sandbox.act("refund_by_hand", charge=charge, amount=100)
    assert api.refunds.retrieve(made["id"]).amount == 100


def test_failed_payment_cannot_be_refunded(api):
    with pytest.raises(stripe.CardError):
        pay_by_card(api, payment_method="pm_card_chargeDeclined")
    failed = api.charges.list().data[0].id
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"charge": failed})


@pytest.fixture
def unnamed_charge(api, sandbox):
    """Paid by a bank transfer that does not say whose account it came from."""
    customer = api.customers.create({}).id
    intent = api.payment_intents.create(BANK_TRANSFER | {"amount": 9000, "customer": customer})
    sandbox.act("bank_transfer", payment_intent=intent.id, amount=9000, unnamed=True)
    sandbox.move_clock(days=1)
    top_up(api, sandbox)
    return api.payment_intents.retrieve(intent.id).latest_charge


def test_refund_to_an_unknown_account_asks_the_payer_first(api, sandbox, unnamed_charge):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"charge": unnamed_charge})
    assert refused.value.param == "instructions_email"
    refund = api.refunds.create({"charge": unnamed_charge, "instructions_email": "payer@example.org"})
    told = refund.next_action.display_details
    assert (refund.status, told.email_sent.email_sent_to) == ("requires_action", "payer@example.org")
    sandbox.act("give_bank_details", refund=refund.id)
    assert api.refunds.retrieve(refund.id).status == "pending"
    sandbox.move_clock(days=2)
    assert api.refunds.retrieve(refund.id).status == "succeeded"


def test_refund_that_nobody_said_where_to_send_fails_and_the_money_is_back(api, sandbox, unnamed_charge):
    before = api.balance.retrieve().available[0].amount
    refund = api.refunds.create({"charge": unnamed_charge, "instructions_email": "payer@example.org"})
    assert api.balance.retrieve().available[0].amount == before - 9000
    sandbox.move_clock(days=45)
    after = api.refunds.retrieve(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "unknown")
    assert api.balance.retrieve().available[0].amount == before


def test_bank_refund_may_fail_after_it_arrived_and_be_made_again(api, sandbox, bank_charge):
    sandbox.move_clock(days=1)
    top_up(api, sandbox)
    refund = api.refunds.create({"charge": bank_charge, "amount": 9000})
    sandbox.move_clock(days=21)
    sandbox.act("fail_refund", refund=refund.id, reason="declined")
    assert api.charges.retrieve(bank_charge).amount_refunded == 0
    again = api.refunds.create({"charge": bank_charge, "amount": 9000})
    assert (again.status, again.id != refund.id) == ("pending", True)
