"""Money that was paid on is taken back and sent home, and the worker is killed at each: after Stripe did it, before we wrote it down."""

import pytest
from django.db import transaction

from payments.models import Payee, PaymentOperation, Recovery, Refund
from payments.services import refunds
from tests.payments.conftest import AMINA, COUNCIL, Play
from tests.payments.test_operations import _in_a_process, _perform_and_die
from tests.payments.test_recoveries import asks_back, credits, paid, right

__all__ = ["paid"]  # a fixture of the tests of recoveries, used here too


def killed(play: Play, kind: str, *, key_is_forgotten: bool) -> None:
    """A worker of its own process dies with Stripe's answer in its hand; later another one goes on."""
    operation = PaymentOperation.objects.get(kind=kind)
    assert _in_a_process(_perform_and_die, operation.pk, play.at) == 9
    operation.refresh_from_db()
    assert operation.state == "sent", "nothing of what Stripe said is written down"
    if key_is_forgotten:
        play.stripe.control("forget_keys", {})
    play.later(seconds=100, days=2 if key_is_forgotten else 0)
    operation.refresh_from_db()
    assert operation.state == "succeeded"


@pytest.mark.parametrize("key_is_forgotten", [False, True])
def test_refund_after_release_with_a_crash_in_between(play: Play, paid: Payee, key_is_forgotten: bool) -> None:
    asks_back(play, 5000)
    killed(play, "reversal", key_is_forgotten=key_is_forgotten)
    credits(play)
    assert Recovery.objects.get().state == "recovered"
    with transaction.atomic():
        refunds.approve(lot_owner=AMINA, pence=8000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 8000)
    assert refunds.plan_due(at=play.at) == 1
    killed(play, "refund", key_is_forgotten=key_is_forgotten)
    assert [row.state for row in Refund.objects.all()] == ["succeeded"]
    lines = play.dump()["balance_transactions"]
    assert [line["amount"] for line in lines if line["type"] in ("transfer_refund", "refund")] == [5000, -8000]
    assert (play.has("SHARE", AMINA), play.has("REFUND", AMINA), play.has("OUT")) == (0, 0, 0)
    right(play)
