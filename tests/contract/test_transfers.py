"""Transfers and reversals."""

import pytest
import stripe

from tests.contract.conftest import pay_by_card, top_up


def send(api, provider, amount, **more):
    return api.transfers.create({"amount": amount, "currency": "gbp", "destination": provider.id, **more})


def test_transfer_moves_money_between_the_two_books(api, sandbox, provider):
    top_up(api, sandbox)
    transfer = send(api, provider, 6000, transfer_group="agreement_1", metadata={"operation": "8"})
    assert api.balance.retrieve().available[0].amount == 94_000
    theirs = {"stripe_account": provider.id}
    assert api.balance.retrieve(options=theirs).available[0].amount == 6000
    line = api.balance_transactions.retrieve(transfer.balance_transaction)
    assert (line.type, line.amount, line.source) == ("transfer", -6000, transfer.id)
    payment = api.charges.retrieve(transfer.destination_payment, options=theirs)
    assert payment.source_transfer == transfer.id
    assert [each.id for each in api.transfers.list({"transfer_group": "agreement_1"}).data] == [transfer.id]


def test_transfer_without_the_money_is_refused_until_a_top_up(api, sandbox, provider):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(api, provider, 100)
    assert refused.value.code == "balance_insufficient"
    top_up(api, sandbox)
    assert send(api, provider, 100).amount == 100


def test_pending_charge_can_be_transferred_from_and_stays_pending_with_it(api, sandbox, provider):
    charge = pay_by_card(api).latest_charge
    transfer = send(api, provider, 6000, source_transaction=charge)
    assert api.balance_transactions.retrieve(transfer.balance_transaction).status == "pending"
    assert api.balance.retrieve(options={"stripe_account": provider.id}).pending[0].amount == 6000
    sandbox.move_clock(days=7)
    assert api.balance.retrieve().available[0].amount == 8000 - 140 - 6000


def test_no_more_can_be_transferred_than_the_charge_has_left(api, provider):
    charge = pay_by_card(api).latest_charge
    send(api, provider, 6000, source_transaction=charge)
    api.refunds.create({"charge": charge, "amount": 1500})
    with pytest.raises(stripe.InvalidRequestError):
        send(api, provider, 501, source_transaction=charge)
    assert send(api, provider, 500, source_transaction=charge).amount == 500


def test_available_charge_needs_the_money_to_be_there(api, sandbox, provider):
    charge = pay_by_card(api).latest_charge
    sandbox.move_clock(days=7)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(api, provider, 8000, source_transaction=charge)  # the fee is gone from it
    assert refused.value.code == "balance_insufficient"


def test_reversal_takes_back_what_is_left_and_no_more(api, sandbox, provider):
    top_up(api, sandbox)
    transfer = send(api, provider, 6000)
    reversal = api.transfers.reversals.create(transfer.id, {"amount": 2000})
    assert api.transfers.reversals.retrieve(transfer.id, reversal.id).amount == 2000
    with pytest.raises(stripe.InvalidRequestError):
        api.transfers.reversals.create(transfer.id, {"amount": 4001})
    api.transfers.reversals.create(transfer.id)
    after = api.transfers.retrieve(transfer.id)
    assert (after.amount_reversed, after.reversed, len(after.reversals.data)) == (6000, True, 2)
    assert len(api.transfers.reversals.list(transfer.id).data) == 2
    with pytest.raises(stripe.InvalidRequestError):
        api.transfers.reversals.create(transfer.id)


def test_reversal_fails_once_the_provider_was_paid_out(api, sandbox, provider):
    top_up(api, sandbox)
    transfer = send(api, provider, 6000)
    sandbox.move_clock(days=1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.transfers.reversals.create(transfer.id)
    assert refused.value.code == "balance_insufficient"


def test_unknown_destination_is_refused(api, sandbox):
    top_up(api, sandbox)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.transfers.create({"amount": 100, "currency": "gbp", "destination": "acct_nobody"})
    assert refused.value.code == "resource_missing"


@pytest.mark.parametrize("amount", [0, -1, 100_000_000])
def test_silly_amounts_are_refused(api, provider, amount):
    with pytest.raises(stripe.InvalidRequestError):
        send(api, provider, amount)


def test_other_currencies_are_refused(api, provider):
    with pytest.raises(stripe.InvalidRequestError):
        api.transfers.create({"amount": 100, "currency": "eur", "destination": provider.id})
