"""A book that may have been put back asks nothing of Stripe before it was compared with it, whoever presses: a worker or a web server."""

from collections.abc import Callable

import pytest

from payments.models import Payment, PaymentOperation, ReconcileCursor, Refund
from payments.selectors import proof
from payments.services import alarms, cash, floats, operations, planning, reconciliation, refunds, remittances
from payments.services.proof import prove_against_stripe
from tests.payments.conftest import AMINA, COUNCIL, Play

PRESSES: dict[str, Callable[[Play], Payment]] = {
    "by card": lambda play: play.start(),
    "by bank": lambda play: play.start_bank(),
    "a top-up": lambda play: floats.top_up(council_code=COUNCIL, pence=500, by=None, at=play.at),
}


def started_anew(play: Play) -> None:
    reconciliation.run(at=play.at)
    ReconcileCursor.objects.update(read_of="another start")


@pytest.mark.parametrize("press", PRESSES)
def test_a_press_is_written_down_and_waits_for_the_comparison(press: str, play: Play) -> None:
    started_anew(play)
    payment = PRESSES[press](play)
    assert operations.perform(payment.operation_id, at=play.at) is None
    asked = PaymentOperation.objects.get(pk=payment.operation_id)
    assert (payment.state, asked.state, asked.tries, asked.stripe_id) == ("started", "planned", 0, None)
    assert set(PaymentOperation.objects.values_list("state", flat=True)) == {"planned"}, "nor what it comes after"
    reconciliation.run(at=play.at)
    play.run()
    asked.refresh_from_db()
    assert asked.state == "succeeded"


def test_a_direct_debit_is_not_collected_a_second_time_before_anybody_knows_of_the_first(play: Play) -> None:
    """The payment was made after the moment this book was put back to. The worker would have looked first; whoever presses does not wait for it."""
    started_anew(play)
    debit = {"customer": "cus_1", "off_session": True, "amount": 500}
    asked = planning.plan(kind="payment_intent", reference="payment:0", params=debit, council_code=COUNCIL, at=play.at, pence=500)
    operations.perform(asked.pk, at=play.at)
    asked.refresh_from_db()
    assert (asked.state, asked.tries) == ("planned", 0)


def test_what_was_asked_before_is_not_asked_after_either(play: Play) -> None:
    payment = play.start()
    PaymentOperation.objects.filter(pk=payment.operation_id).update(state="unknown", next_try_at=play.at, stripe_id=None)
    started_anew(play)
    PaymentOperation.objects.filter(pk=payment.operation_id).update(state="unknown", next_try_at=play.at, stripe_id=None)
    operations.perform(payment.operation_id, at=play.at)
    assert PaymentOperation.objects.get(pk=payment.operation_id).state == "unknown"


def test_nothing_is_planned_to_go_out_either(play: Play) -> None:
    play.float()
    play.lot()
    play.owe(play.payee(), 300)
    refunds.approve(lot_owner=AMINA, pence=500, council_code=COUNCIL, about="leave:1", by=None, at=play.at)
    play.move("SHARE", AMINA, "REFUND", AMINA, 500)
    started_anew(play)
    assert alarms.book_is_behind()
    assert [timer(at=play.at) for timer in (refunds.plan_due, remittances.plan_due, cash.send_back_due)] == [0, 0, 0]
    reconciliation.run(at=play.at)
    assert not alarms.book_is_behind()
    play.run()
    assert Refund.objects.get().state == "succeeded"
    reconciliation.run(at=play.at)
    assert proof() == prove_against_stripe() == []


def test_a_new_book_that_was_never_compared_waits_for_nothing(play: Play) -> None:
    ReconcileCursor.objects.create(pk=1)  # where an alarm about FLOAT makes it, to take turns on it
    assert play.start().state == "open"
