"""The sandbox's own clock: forward, and back only before the story has begun."""

import pytest

from tests.contract.conftest import pay_by_card

PAST = 1_767_603_600  # Monday 5 January 2026, 9 in the morning


def test_story_may_begin_in_the_past(api, sandbox):
    assert sandbox.control("clock", {"at": PAST})["now"] == PAST
    charge = api.charges.retrieve(pay_by_card(api).latest_charge, {"expand": ["balance_transaction"]})
    assert PAST <= charge.created < PAST + 60
    sandbox.move_clock(days=7)
    assert api.balance_transactions.retrieve(charge.balance_transaction.id).status == "available"


def test_clock_does_not_go_back_once_something_happened(api, sandbox):
    pay_by_card(api)
    with pytest.raises(RuntimeError, match="forward alone"):
        sandbox.control("clock", {"at": PAST})


def test_everything_happens_at_its_own_moment(api, sandbox, provider):
    """One long move is as many short ones: a payout is made on its own day, not on the last."""
    api.topups.create({"amount": 9000, "currency": "gbp"})
    sandbox.move_clock(days=1)
    api.transfers.create({"amount": 9000, "currency": "gbp", "destination": provider.id})
    begun = sandbox.control("clock")["now"]
    sandbox.move_clock(days=30)
    payout = api.payouts.list(options={"stripe_account": provider.id}).data[0]
    assert begun < payout.created <= begun + 86_400
    paid = api.events.list({"type": "payout.paid"}, options={"stripe_account": provider.id}).data[0]
    assert paid.created == payout.arrival_date
