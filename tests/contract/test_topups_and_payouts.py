"""Money in from the platform's bank, and out to the banks of providers."""

import pytest
import stripe

from tests.contract.conftest import top_up


def test_topup_is_pending_and_then_available(api, sandbox):
    topup = api.topups.create({"amount": 1000, "currency": "gbp"})
    assert (topup.status, api.balance.retrieve().pending[0].amount) == ("pending", 1000)
    sandbox.move_clock(days=1)
    assert (api.topups.retrieve(topup.id).status, api.balance.retrieve().available[0].amount) == ("succeeded", 1000)
    kinds = [event.type for event in api.events.list({"limit": 20}).data]
    assert "topup.succeeded" in kinds
    assert "balance.available" in kinds


@pytest.mark.parametrize(("days", "status"), [(0, "failed"), (1, "reversed")])
def test_topup_that_the_bank_does_not_send_or_takes_back_comes_to_nothing(api, sandbox, days, status):
    topup = api.topups.create({"amount": 1000, "currency": "gbp"})
    sandbox.move_clock(days=days)
    sandbox.act("fail_topup", topup=topup.id)
    sandbox.move_clock(days=1)
    assert (api.topups.retrieve(topup.id).status, api.balance.retrieve().available[0].amount) == (status, 0)
    assert [line.type for line in api.balance_transactions.list().data] == ["topup_reversal", "topup"]


def test_provider_is_paid_out_every_day(api, sandbox, provider):
    top_up(api, sandbox)
    theirs = {"stripe_account": provider.id}
    api.transfers.create({"amount": 6000, "currency": "gbp", "destination": provider.id})
    sandbox.move_clock(days=1)
    payout = api.payouts.list(options=theirs).data[0]
    assert (payout.amount, payout.automatic, payout.status) == (6000, True, "in_transit")
    sandbox.move_clock(days=1)
    assert api.payouts.retrieve(payout.id, options=theirs).status == "paid"
    lines = api.balance_transactions.list({"payout": payout.id}, options=theirs).data
    assert sorted(line.amount for line in lines) == [-6000, 6000]
    assert sorted(event.type for event in api.events.list({"types": ["payout.created", "payout.paid"]}, options=theirs).data) == [
        "payout.created",
        "payout.paid",
    ]


def test_payout_may_fail_after_it_was_paid_and_stops_the_next(api, sandbox, provider):
    top_up(api, sandbox)
    theirs = {"stripe_account": provider.id}
    api.transfers.create({"amount": 6000, "currency": "gbp", "destination": provider.id})
    sandbox.move_clock(days=2)
    payout = api.payouts.list(options=theirs).data[0]
    sandbox.act("fail_payout", payout=payout.id)
    assert api.payouts.retrieve(payout.id, options=theirs).failure_code == "account_closed"
    assert api.balance.retrieve(options=theirs).available[0].amount == 6000
    sandbox.move_clock(days=3)
    assert len(api.payouts.list(options=theirs).data) == 1
    sandbox.act("change_bank", account=provider.id, account_number="55555555")
    sandbox.move_clock(days=1)
    assert len(api.payouts.list(options=theirs).data) == 2


def test_platform_is_not_paid_out_unless_somebody_turned_it_on(api, sandbox):
    top_up(api, sandbox)
    sandbox.move_clock(days=3)
    assert api.payouts.list().data == []
    sandbox.act("set_payouts", interval="daily")
    sandbox.move_clock(days=1)
    assert api.payouts.list().data[0].amount == 100_000


def test_payout_by_hand_needs_the_money(api, sandbox):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.payouts.create({"amount": 1, "currency": "gbp"})
    assert refused.value.code == "balance_insufficient"
    top_up(api, sandbox)
    assert api.payouts.create({"amount": 1, "currency": "gbp"}).automatic is False
