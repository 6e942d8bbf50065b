"""An object of ours that Stripe made, whose answer was lost, stands behind more than a page of newer ones: it is found, and nothing is made twice."""

from typing import Any

import pytest

from payments.gateways import stripe_gateway
from payments.gateways.reading import meta_of
from payments.models import PaymentOperation, Refund, Remittance
from payments.services import operations, remittances
from payments.services.refunds import plan_due as plan_refunds
from tests.payments.conftest import Play
from tests.payments.test_recoveries import asks_back
from tests.payments.test_refunds import back

PAGE = stripe_gateway.PAGE


def lost(play: Play, kind: str, path: str) -> PaymentOperation:
    """Stripe did it and nobody heard, and later forgot the key."""
    play.stripe.fault("drop_after_commit", path)
    operations.perform_due(at=play.at)
    play.stripe.control("forget_keys", {})
    operation = play.operation(kind=kind)
    assert operation.state == "unknown"
    return operation


def made(play: Play, things: Any, *where: str, **asked: Any) -> None:
    """A whole page of others of the same kind, of the same charge, group or transfer, made by hand and newer than ours."""
    play.skip(seconds=60)
    for _ in range(PAGE):
        things.create(*where, {"amount": 1, **asked})


def by_us(things: list[Any], operation: PaymentOperation) -> int:
    """How many say that this operation of ours made them, by the list's own pages."""
    assert len(things) == PAGE + 1
    named = [meta_of(thing, "operation") for thing in things]
    assert not any(named[:PAGE]), "ours is behind a whole page"
    return named.count(str(operation.pk))


@pytest.fixture
def owed(play: Play) -> Remittance:
    """£20 owed to a provider out of £80, planned."""
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    assert remittances.plan_due(at=play.at) == 1
    row.refresh_from_db()
    return row


def test_a_transfer_behind_a_page_of_its_group_is_found(play: Play, owed: Remittance) -> None:
    operation, transfers = lost(play, "transfer", "/v1/transfers"), stripe_gateway._stripe().transfers
    group = {name: operation.params[name] for name in ("destination", "transfer_group")}
    made(play, transfers, currency="gbp", **group)
    play.skip(seconds=3700)
    operations.perform_due(at=play.at)
    owed.refresh_from_db()
    assert (owed.state, play.has("OUT")) == ("paid", 0)
    assert by_us(play.transfers(), operation) == 1


def test_a_refund_behind_a_page_of_its_charge_is_found(play: Play) -> None:
    play.float()
    lot = play.lot()
    [row] = back(play, 1000)
    assert plan_refunds(at=play.at) == 1
    operation, refunds = lost(play, "refund", "/v1/refunds"), stripe_gateway._stripe().refunds
    made(play, refunds, charge=lot.charge_id)
    play.skip(seconds=3700)
    operations.perform_due(at=play.at)
    row.refresh_from_db()
    assert (row.state, Refund.objects.count(), play.has("REFUND", row.lot_owner)) == ("succeeded", 1, 0)
    assert by_us(list(refunds.list({"charge": lot.charge_id, "limit": PAGE}).auto_paging_iter()), operation) == 1


def test_a_transfer_taken_back_behind_a_page_of_its_transfer_is_found(play: Play, owed: Remittance) -> None:
    operations.perform_due(at=play.at)
    asks_back(play, 1000)
    operation, reversals = lost(play, "reversal", "/v1/transfers/{id}/reversals"), stripe_gateway._stripe().transfers.reversals
    sent = str(operation.params["id"])
    made(play, reversals, sent)
    play.skip(seconds=3700)
    operations.perform_due(at=play.at)
    operation.refresh_from_db()
    assert operation.state == "succeeded"
    assert by_us(list(reversals.list(sent, {"limit": PAGE}).auto_paging_iter()), operation) == 1
