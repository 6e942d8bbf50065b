"""A top-up that its bank does not send, or takes back when it had come: two lines at Stripe that come to nothing, and so they do in the book."""

from collections.abc import Callable

import pytest
from django.db import transaction

from payments.gateways.shapes import TopUp
from payments.models import Alarm, Payment, StripeLine
from payments.selectors import frozen, proof
from payments.services import fitting, floats, inbox, reconciliation, suspense
from payments.services.proof import prove_against_stripe
from tests import cast
from tests.payments.conftest import COUNCIL, Play


def told(play: Play, payment: Payment) -> None:
    """Stripe's event came."""
    payment.refresh_from_db()
    inbox.see_top_up(payment.charge_id, play.at)


def timers(play: Play, payment: Payment) -> None:
    play.run()


def hourly(play: Play, payment: Payment) -> None:
    reconciliation.run(at=play.at)


def nothing(play: Play, payment: Payment) -> None:
    """Every event lost, every timer late."""


Heard = Callable[[Play, Payment], None]
HEARD = [(nothing, nothing), (told, nothing), (hourly, timers), (nothing, told), (timers, timers)]


def asked(play: Play, pence: int = 1000) -> Payment:
    payment = floats.top_up(council_code=COUNCIL, pence=pence, by=None, at=play.at)
    play.run()
    payment.refresh_from_db()
    return payment


def fail(play: Play, payment: Payment) -> None:
    play.stripe.act("fail_topup", topup=payment.charge_id)


def came_to_nothing(play: Play, payment: Payment, own: int = 5000) -> None:
    """As if it had never been asked for, line by line, and nothing waits, rings or stops."""
    reconciliation.run(at=play.at)
    payment.refresh_from_db()
    assert payment.state == "failed"
    assert (play.has("FLOAT"), play.has("LOSS"), play.has("BANK")) == (own, 0, own)
    assert proof() == prove_against_stripe() == []
    assert set(StripeLine.objects.values_list("state", flat=True)) == {"matched"}
    assert not Alarm.objects.open().exists()
    assert not frozen(COUNCIL)
    assert play.dump()["equal"]


@pytest.mark.parametrize(("first", "then"), HEARD)
def test_one_that_its_bank_does_not_send_never_was_whoever_tells_us_and_when(play: Play, first: Heard, then: Heard) -> None:
    play.float(5000)
    payment = asked(play)
    fail(play, payment)
    first(play, payment)
    play.skip(days=2)
    then(play, payment)
    came_to_nothing(play, payment)


@pytest.mark.parametrize(("first", "then"), HEARD)
def test_one_that_is_taken_back_when_it_had_come_is_gone_again(play: Play, first: Heard, then: Heard) -> None:
    play.float(5000)
    payment = asked(play)
    play.skip(days=2)
    first(play, payment)
    fail(play, payment)
    then(play, payment)
    came_to_nothing(play, payment)


def test_one_whose_answer_was_lost_and_that_failed_before_we_asked_again(play: Play) -> None:
    play.float(5000)
    play.stripe.fault("drop_after_commit", "/v1/topups")
    payment = asked(play)
    [made] = [one for one in play.topups() if one.metadata["payment"] == str(payment.pk)]
    play.stripe.act("fail_topup", topup=made.id)
    play.skip(days=2)
    came_to_nothing(play, payment)


def test_an_older_answer_of_stripes_does_not_bring_it_back(play: Play) -> None:
    play.float(5000)
    payment = asked(play)
    fail(play, payment)
    play.skip(days=2)
    reconciliation.run(at=play.at)
    assert payment.operation is not None
    with transaction.atomic():
        floats.made(payment.operation, TopUp(payment.charge_id, "pending", str(payment.operation_id), payment.line_id), play.at)
    play.run()
    came_to_nothing(play, payment)


def test_one_that_was_spent_before_it_was_taken_back_stops_payments_until_the_next(play: Play) -> None:
    payment = play.float(1000)
    play.lot(8000)
    assert play.has("FLOAT") == 860
    fail(play, payment)
    reconciliation.run(at=play.at)
    assert (play.has("FLOAT"), play.has("LOSS"), play.has("BANK")) == (0, 140, 7860)
    alarm = Alarm.objects.open().get()
    assert (alarm.kind, alarm.stops_releases, frozen(COUNCIL)) == ("not_covered", True, True)
    assert proof() == prove_against_stripe() == []
    play.float(5000)
    reconciliation.run(at=play.at)
    assert (play.has("FLOAT"), play.has("LOSS"), play.has("BANK")) == (4860, 0, 12_860)
    assert not Alarm.objects.open().exists()
    assert proof() == prove_against_stripe() == []
    assert play.dump()["equal"]


def test_fees_that_waited_too_are_paid_beside_it(play: Play) -> None:
    payment = play.float(1000)
    card = play.lot(8000)
    play.stripe.act("dispute", charge=card.charge_id)
    reconciliation.run(at=play.at)
    assert (play.has("FLOAT"), play.has("FEE_COST")) == (0, 1140)
    fail(play, payment)
    reconciliation.run(at=play.at)
    assert (play.has("FLOAT"), play.has("FEE_COST"), play.has("LOSS")) == (0, 1140, 1000)
    play.float(2000)
    reconciliation.run(at=play.at)
    assert (play.has("FLOAT"), play.has("FEE_COST"), play.has("LOSS")) == (0, 0, 140)
    assert proof() == prove_against_stripe() == []


def test_the_platforms_own_money_is_no_payment_sent_back_by_hand(play: Play) -> None:
    payment = play.float(5000)
    play.stripe.act("unexplained", amount=-700)
    reconciliation.run(at=play.at)
    row = StripeLine.objects.get(state="suspense")
    with pytest.raises(fitting.DoesNotFit):
        suspense.propose(line_id=row.pk, kind="refund_by_hand", about=f"payment:{payment.pk}", reason="It is.", by=cast.operator(), at=play.at)
