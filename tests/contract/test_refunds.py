"""Refunds and disputes."""

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


def test_dispute_takes_the_money_and_a_fee_and_winning_gives_the_money_back(api, sandbox):
    charge = pay_by_card(api).latest_charge
    sandbox.move_clock(days=7)
    case = sandbox.act("dispute", charge=charge)
    assert api.balance.retrieve().available[0].amount == -140 - 2000
    assert api.charges.retrieve(charge).disputed
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.refunds.create({"charge": charge})
    assert refused.value.code == "charge_disputed"
    sandbox.act("close_dispute", dispute=case["id"], won=True)
    assert api.disputes.retrieve(case["id"]).status == "won"
    assert [each.id for each in api.disputes.list({"charge": charge}).data] == [case["id"]]
    assert api.balance.retrieve().available[0].amount == 8000 - 140 - 2000


def test_failed_payment_cannot_be_refunded(api):
    with pytest.raises(stripe.CardError):
        pay_by_card(api, payment_method="pm_card_chargeDeclined")
    failed = api.charges.list().data[0].id
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"charge": failed})
