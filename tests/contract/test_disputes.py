"""Disputes of card payments: opened, answered, won, lost, given up, forgotten."""

import pytest
import stripe

from tests.contract.conftest import pay_by_card


@pytest.fixture
def charge(api, sandbox):
    """Eighty pounds by card, available."""
    paid = pay_by_card(api).latest_charge
    sandbox.move_clock(days=7)
    return paid


def available(api):
    return api.balance.retrieve().available[0].amount


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


def test_part_of_a_payment_is_disputed_after_part_was_refunded(api, sandbox, charge):
    api.refunds.create({"charge": charge, "amount": 3000})
    case = sandbox.act("dispute", charge=charge, amount=5000, reason="product_not_received")
    assert available(api) == 8000 - 140 - 3000 - 5000 - 2000
    line = api.disputes.retrieve(case["id"]).balance_transactions[0]
    assert (line.amount, line.fee, line.type, line.reporting_category) == (-5000, 2000, "adjustment", "dispute")
    sandbox.act("close_dispute", dispute=case["id"], won=False)
    assert available(api) == 8000 - 140 - 3000 - 5000 - 2000


def test_bank_may_take_all_of_a_payment_though_part_was_refunded(api, sandbox, charge):
    api.refunds.create({"charge": charge, "amount": 3000})
    assert sandbox.act("dispute", charge=charge)["amount"] == 5000
    other = pay_by_card(api).latest_charge
    api.refunds.create({"charge": other, "amount": 3000})
    assert sandbox.act("dispute", charge=other, amount=8000)["amount"] == 8000


@pytest.mark.parametrize("asked", [{"amount": 8001}, {"amount": 0}, {"reason": "weather"}])
def test_dispute_that_cannot_be_is_refused(sandbox, charge, asked):
    with pytest.raises(RuntimeError, match="A dispute is of"):
        sandbox.act("dispute", charge=charge, **asked)


def test_evidence_puts_a_dispute_under_review_until_the_bank_decides(api, sandbox, charge):
    case = sandbox.act("dispute", charge=charge)["id"]
    kept = api.disputes.update(case, {"evidence": {"uncategorized_text": "They said it happened."}, "submit": False})
    assert (kept.status, kept.evidence_details.has_evidence) == ("needs_response", True)
    assert api.disputes.update(case, {"submit": True}).status == "under_review"
    with pytest.raises(stripe.InvalidRequestError, match="under_review"):
        api.disputes.update(case, {"submit": True})
    sandbox.move_clock(days=60)
    assert api.disputes.retrieve(case).status == "under_review"
    sandbox.act("close_dispute", dispute=case, won=True)
    assert [line.amount for line in api.disputes.retrieve(case).balance_transactions] == [-8000, 8000]


def test_dispute_given_up_is_lost_at_once(api, sandbox, charge):
    case = sandbox.act("dispute", charge=charge)["id"]
    assert api.disputes.close(case).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="lost"):
        api.disputes.close(case)
    assert "charge.dispute.closed" in {event.type for event in api.events.list({"limit": 20}).data}


def test_dispute_nobody_answers_in_time_is_lost(api, sandbox, charge):
    case = sandbox.act("dispute", charge=charge)["id"]
    sandbox.move_clock(days=14)
    lost = api.disputes.retrieve(case)
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)


def test_bank_that_only_asks_moves_no_money_until_it_is_not_content(api, sandbox, charge):
    before = available(api)
    case = sandbox.act("inquiry", charge=charge)["id"]
    asked = api.disputes.retrieve(case)
    assert (asked.status, asked.balance_transactions, asked.is_charge_refundable, available(api)) == ("warning_needs_response", [], True, before)
    assert api.disputes.update(case, {"evidence": {"uncategorized_text": "It happened."}}).status == "warning_under_review"
    sandbox.act("escalate_dispute", dispute=case)
    assert (api.disputes.retrieve(case).status, available(api)) == ("needs_response", before - 8000 - 2000)
    with pytest.raises(RuntimeError, match="needs_response"):
        sandbox.act("escalate_dispute", dispute=case)


def test_bank_that_is_content_closes_its_question(api, sandbox, charge):
    case = sandbox.act("inquiry", charge=charge)["id"]
    sandbox.act("close_dispute", dispute=case, won=True)
    assert api.disputes.retrieve(case).status == "warning_closed"
    assert api.refunds.create({"charge": charge, "amount": 7000}).status == "succeeded"
