"""Stripe's balance may have a Direct Debit's money before the payer's bank has spoken: until it has, it is nobody's to spend."""

import pytest

from payments.models import Payment
from payments.services import reconciliation
from payments.services.proof import prove_against_stripe
from tests.payments.conftest import AMINA, Play
from tests.payments.test_ways import books_are_right, collected, set_up


@pytest.fixture
def early(play: Play) -> Payment:
    """Its line is available, and the bank has not answered."""
    play.float()
    play.stripe.control("settings", {"bacs_available_seconds": -3 * 86_400})
    set_up(play)
    payment = collected(play)
    play.later(days=7)
    reconciliation.run(at=play.at)
    payment.refresh_from_db()
    assert (payment.state, play.has("PENDING", AMINA), play.has("SHARE", AMINA)) == ("clearing", 8000, 0)
    return payment


def test_money_whose_bank_says_yes_later_is_theirs_from_then_on(play: Play, early: Payment) -> None:
    play.later(days=3)
    early.refresh_from_db()
    assert (early.state, play.has("SHARE", AMINA)) == ("available", 8000)
    assert books_are_right(play)


def test_money_whose_bank_says_no_later_was_never_anybodys(play: Play, early: Payment) -> None:
    play.stripe.act("fail_debit", payment_intent=early.intent_id, code="account_closed")
    play.later(days=3)
    reconciliation.run(at=play.at)
    early.refresh_from_db()
    assert (early.state, play.has("PENDING", AMINA), play.has("SHARE", AMINA), play.has("CLEAR")) == ("failed", 0, 0, 0)
    assert prove_against_stripe() == []
