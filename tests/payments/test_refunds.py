"""Money back to where it came from: never more than came, never twice, and never lost on the way."""

import pytest
from django.db import transaction

from audit.models import Fact
from payments.models import Dispute, Payment, Refund, StripeLine
from payments.selectors import proof
from payments.services import arrivals, inbox, operations, reconciliation, refunds, suspense
from payments.services.proof import prove_against_stripe
from payments.services.remittances import LotsFallShort
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, Play
from tests.payments.test_disputes import takes


def back(play: Play, pence: int, about: str = "withdrawal:1") -> list[Refund]:
    """What pooling does when somebody takes their money back."""
    with transaction.atomic():
        rows = refunds.approve(lot_owner=AMINA, pence=pence, council_code=COUNCIL, about=about, by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, pence)
    return rows


def right(play: Play) -> None:
    reconciliation.run(at=play.at)
    assert proof() == []
    assert prove_against_stripe() == []
    assert play.dump()["equal"]


def test_it_goes_back_to_the_newest_payment_first(play: Play) -> None:
    play.float()
    old, new = play.lot(3000), play.lot(5000, about="call:2")
    rows = back(play, 6000)
    assert [(row.payment_id, row.pence) for row in rows] == [(new.pk, 5000), (old.pk, 1000)]
    assert play.has("REFUND", AMINA) == 6000
    play.run()
    assert {row.state for row in Refund.objects.all()} == {"succeeded"}
    assert (play.has("REFUND", AMINA), play.has("OUT"), play.has("SHARE", AMINA)) == (0, 0, 2000)
    assert Fact.objects.filter(kind="payments.refund_succeeded").count() == 2
    right(play)


def test_never_more_than_is_left(play: Play) -> None:
    play.float()
    play.lot(3000)
    play.owe(play.payee(), 2000)
    for pence in (1001, 0, -5):
        with pytest.raises(LotsFallShort), transaction.atomic():
            refunds.approve(lot_owner=AMINA, pence=pence, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
    assert not Refund.objects.exists()
    back(play, 1000)
    play.run()
    assert Payment.objects.filter(kind="card").get().free_pence == 0
    right(play)


def test_two_equal_refunds_minutes_apart_are_two(play: Play) -> None:
    play.float()
    play.lot(3000)
    back(play, 1000, "withdrawal:1")
    play.later(seconds=60)
    back(play, 1000, "withdrawal:2")
    play.later(seconds=60)
    assert play.has("SHARE", AMINA) == 1000
    assert Refund.objects.filter(state="succeeded").count() == 2
    right(play)


@pytest.mark.parametrize("fault", ["500_before", "500_stored_after", "drop_after_commit", "429", "409"])
def test_one_refund_whatever_befalls_the_call(play: Play, fault: str) -> None:
    play.float()
    play.lot(3000)
    back(play, 1000)
    refunds.plan_due(at=play.at)
    play.stripe.fault(fault, "/v1/refunds")
    operations.perform_due(at=play.at)
    assert play.has("OUT") == -1000
    play.later(seconds=10)
    assert Refund.objects.get().state == "succeeded"
    assert [line["amount"] for line in play.dump()["balance_transactions"] if line["type"] == "refund"] == [-1000]
    right(play)


def test_by_bank_it_is_on_its_way_for_days_and_the_books_are_right_meanwhile(play: Play) -> None:
    play.float()
    payment = play.start_bank(8000)
    play.send_money(payment, 8000)

    arrivals.refresh(payment_id=payment.pk, at=play.at)
    play.later(days=2)
    [row] = back(play, 3000)
    play.run()
    row.refresh_from_db()
    assert row.state == "sent"
    right(play)
    play.skip(days=3)
    reconciliation.run(at=play.at)
    row.refresh_from_db()
    assert row.state == "succeeded"
    right(play)


def test_sent_back_by_the_bank_weeks_later_it_is_theirs_again(play: Play) -> None:
    play.float()
    play.lot(3000)
    [row] = back(play, 1000)
    play.run()
    row.refresh_from_db()
    assert row.state == "succeeded"
    right(play)
    play.skip(days=20)
    assert row.operation is not None
    play.stripe.act("fail_refund", refund=row.operation.stripe_id)
    reconciliation.run(at=play.at)
    row.refresh_from_db()
    assert (row.state, play.has("REFUND", AMINA), play.has("OUT")) == ("failed", 1000, 0)
    assert Fact.objects.filter(kind="payments.refund_failed").count() == 1
    right(play)

    with transaction.atomic():
        refunds.keep(refund_id=row.pk, by=None, at=play.at)
        play.move("REFUND", AMINA, "SHARE", AMINA, 1000)
    assert Payment.objects.filter(kind="card").get().free_pence == 3000
    right(play)


def test_one_of_just_this_sum_that_nobody_can_explain_may_be_this_one(play: Play) -> None:
    """Sent by hand, or before a backup was restored: it waits until two people have said what that one was."""
    play.float()
    payment = play.lot(3000)
    play.stripe.act("refund_by_hand", charge=payment.charge_id, amount=1000)
    reconciliation.run(at=play.at)
    [same], [other] = back(play, 1000), back(play, 700, "withdrawal:2")
    play.run()
    for row in (same, other):
        row.refresh_from_db()
    assert (same.state, other.state) == ("approved", "succeeded")
    line = StripeLine.objects.get(state="suspense")
    suspense.propose(line_id=line.pk, kind="loss", about=f"council:{COUNCIL}", reason="Sent twice.", by=cast.operator(), at=play.at)
    suspense.confirm(line_id=line.pk, by=cast.second_operator(), at=play.at)
    play.run()
    same.refresh_from_db()
    assert same.state == "succeeded"
    right(play)


@pytest.mark.parametrize("won", [True, False])
def test_sent_before_we_heard_that_a_bank_disputes_its_payment_it_waits(play: Play, won: bool) -> None:
    """It failed at once, and its owner could keep it here or have it paid by hand while the bank had not decided."""
    play.float()
    payment = play.lot(3000)
    case = play.stripe.act("dispute", charge=payment.charge_id, amount=1000)
    [row] = back(play, 1000)
    play.run()
    row.refresh_from_db()
    assert (Dispute.objects.exists(), row.state, play.has("REFUND", AMINA), play.has("OUT")) == (False, "sent", 0, -1000)
    play.later(days=1)
    inbox.see_dispute(case["id"], play.at)
    takes(play, Dispute.objects.get(), 1000)  # out of what they have here: else this refund would stay for it
    play.later(days=1)
    row.refresh_from_db()
    assert row.state == "sent"
    play.stripe.act("close_dispute", dispute=case["id"], won=won)
    inbox.see_dispute(case["id"], play.at)
    play.later(days=1)
    row.refresh_from_db()
    assert (row.state, play.has("REFUND", AMINA), play.has("OUT")) == (("succeeded", 0, 0) if won else ("failed", 1000, 0))
    right(play)


def test_refused_for_good_it_never_left(play: Play) -> None:
    play.float()
    payment = play.lot(3000)
    # By hand at the dashboard, all of it: Stripe will refuse ours.
    play.stripe.act("refund_by_hand", charge=payment.charge_id)
    [row] = back(play, 1000)
    play.run()
    row.refresh_from_db()
    assert (row.state, play.has("REFUND", AMINA), play.has("OUT")) == ("failed", 1000, 0)
    assert proof() == []
