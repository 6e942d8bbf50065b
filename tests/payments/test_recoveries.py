"""Money back from somebody who was paid: taken back at Stripe, kept back from their next pay, repaid, or borne by two people."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.errors import NotAllowed
from payments.models import Payee, Payment, PaymentOperation, Recovery, Refund, Remittance
from payments.selectors import proof
from payments.services import floats, operations, reconciliation, recoveries, refunds, remittances, setting_off
from payments.services.proof import prove_against_stripe
from payments.services.two_people import SumHasChanged
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play


def right(play: Play) -> None:
    reconciliation.run(at=play.at)
    assert proof() == prove_against_stripe() == []
    assert play.dump()["equal"]


@pytest.fixture
def paid(play: Play) -> Payee:
    """Amina's £80, of which £50 went to the provider for share 9."""
    play.float()
    play.lot(8000)
    payee = play.payee()
    play.owe(payee, 5000)
    play.run()
    return payee


def asks_back(play: Play, pence: int, about: str = "share:9") -> list[Recovery]:
    return recoveries.open_for(about=about, pence=pence, by=cast.operator(), at=play.at)


def credits(play: Play) -> int:
    """What pooling does: payers have again what came, or what FLOAT can stand in for."""
    done = 0
    for one in recoveries.to_credit():
        with transaction.atomic():
            key = uuid4()
            assert recoveries.credit(recovery_id=one.recovery_id, journal_key=key, at=play.at)
            play.journal("RECEIVABLE", one.payee_owner, "SHARE", one.lot_owner, one.pence, key=key)
        done += one.pence
    return done


def test_float_stands_in_and_the_transfer_is_taken_back(play: Play, paid: Payee) -> None:
    asks_back(play, 2000)
    assert credits(play) == 2000
    assert (play.has("SHARE", AMINA), play.has("RECEIVABLE", f"payee:{paid.pk}")) == (5000, 2000)
    assert proof() == []
    play.run()
    row, sent = Recovery.objects.get(), Remittance.objects.get()
    assert (row.state, row.left_pence, play.has("RECEIVABLE", f"payee:{paid.pk}")) == ("recovered", 0, 0)
    assert (sent.state, sent.reversed_pence, sent.recovered_pence) == ("paid", 2000, 2000)
    assert Payment.objects.get(kind="card").used_pence == 3000
    right(play)


def test_without_float_the_payer_waits_for_the_money(play: Play, paid: Payee) -> None:
    play.move("FLOAT", "", "BANK", "", play.has("FLOAT"))
    asks_back(play, 5000)
    assert recoveries.to_credit() == []
    operations.perform_due(at=play.at)
    assert play.has("RECEIVABLE", f"payee:{paid.pk}") == -5000
    assert credits(play) == 5000
    assert (play.has("RECEIVABLE", f"payee:{paid.pk}"), play.has("SHARE", AMINA)) == (0, 8000)
    assert Remittance.objects.get().state == "reversed"
    assert proof() == []


def test_refund_after_release_takes_the_transfer_back_first(play: Play, paid: Payee) -> None:
    asks_back(play, 5000)
    play.run()
    credits(play)
    with transaction.atomic():
        refunds.approve(lot_owner=AMINA, pence=8000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 8000)
    play.run()
    assert Refund.objects.get().state == "succeeded"
    right(play)


@pytest.mark.parametrize("fault", ["drop_after_commit", "500_stored_after", "500_before", "429"])
def test_refund_after_release_whatever_befalls_the_call(play: Play, paid: Payee, fault: str) -> None:
    """Stripe was asked to take it back, nobody heard whether it did, and it forgot our key: taken back once, and the refund follows."""
    asks_back(play, 5000)
    play.stripe.fault(fault, "/v1/transfers/{id}/reversals")
    operations.perform_due(at=play.at)
    play.stripe.control("forget_keys", {})
    reconciliation.run(at=play.at)
    play.later(seconds=20)
    credits(play)
    assert Recovery.objects.get().state == "recovered"
    with transaction.atomic():
        refunds.approve(lot_owner=AMINA, pence=8000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 8000)
    play.run()
    [reversal] = [line for line in play.dump()["balance_transactions"] if line["type"] == "transfer_refund"]
    assert reversal["amount"] == 5000
    assert Refund.objects.get().state == "succeeded"
    right(play)


def test_a_reversal_that_stripe_could_not_be_asked_about_is_waited_for_and_not_called_unexplained(play: Play, paid: Payee) -> None:
    """Found by the simulator: its line was put to SUSPENSE while the one question about it was answered by "too busy"."""
    asks_back(play, 5000)
    play.stripe.fault("drop_after_commit", "/v1/transfers/{id}/reversals")
    operations.perform_due(at=play.at)
    play.stripe.fault("409", "/v1/transfers*", method="GET")
    report = reconciliation.run(at=play.at)
    assert (report.suspended, Recovery.objects.get().state) == (0, "reversing")
    reconciliation.run(at=play.at)
    credits(play)
    assert Recovery.objects.get().state == "recovered"
    right(play)


def test_reversal_beyond_what_is_left(play: Play, paid: Payee) -> None:
    with pytest.raises(recoveries.BeyondWhatIsLeft):
        asks_back(play, 5001)
    asks_back(play, 3000)
    with pytest.raises(recoveries.BeyondWhatIsLeft):
        asks_back(play, 2001)
    with pytest.raises(recoveries.BeyondWhatIsLeft):
        asks_back(play, 1, about="share:10")
    assert Recovery.objects.count() == PaymentOperation.objects.filter(kind="reversal").count() == 1
    asks_back(play, 2000)
    credits(play)
    play.run()
    assert Remittance.objects.get().state == "reversed"
    right(play)


def test_out_of_several_lots_the_newest_first(play: Play) -> None:
    play.float()
    play.lot(3000)
    play.lot(4000, about="call:2")
    payee = play.payee()
    play.owe(payee, 6000)
    play.run()
    rows = asks_back(play, 4000)
    assert [row.pence for row in rows] == [3000, 1000]
    credits(play)
    play.run()
    assert [lot.used_pence for lot in Payment.objects.filter(kind="card").order_by("charged_at")] == [2000, 0]
    right(play)


def short_of_it(play: Play, payee: Payee) -> None:
    """Their account at Stripe has nothing left: it all went to their bank."""
    play.later(days=3)
    assert play.dump()["equal"]


def test_when_their_account_is_short_it_is_kept_back_from_what_they_are_paid_next(play: Play, paid: Payee) -> None:
    short_of_it(play, paid)
    asks_back(play, 5000)
    credits(play)
    operations.perform_due(at=play.at)
    row = Recovery.objects.get()
    assert (row.state, row.problem != "") == ("owed", True)
    play.lot(9000, owner=YUSUF, about="call:2")
    play.owe(paid, 3000, owner=YUSUF, about="share:10")
    play.owe(paid, 4500, owner=YUSUF, about="share:11")
    play.run()
    found = list(Remittance.objects.exclude(about="share:9").order_by("about", "pk").values_list("about", "state", "pence"))
    assert found == [("share:10", "set_off", 3000), ("share:11", "set_off", 2000), ("share:11", "paid", 2500)]
    row.refresh_from_db()
    assert (row.state, play.has("RECEIVABLE", f"payee:{paid.pk}")) == ("recovered", 0)
    assert Payment.objects.get(lot_owner=YUSUF).used_pence == 7500
    right(play)


def test_what_was_planned_before_they_owed_is_kept_back_too(play: Play, paid: Payee) -> None:
    short_of_it(play, paid)
    play.lot(9000, owner=YUSUF, about="call:2")
    asks_back(play, 3000)
    credits(play)
    [row] = play.owe(paid, 4000, owner=YUSUF, about="share:10")
    assert remittances.plan_due(at=play.at) == 1
    operations.perform(PaymentOperation.objects.get(kind="reversal").pk, at=play.at)
    assert Recovery.objects.get().state == "owed"
    operations.perform_due(at=play.at)
    row.refresh_from_db()
    assert (row.state, len(play.transfers())) == ("planned", 1)
    play.run()
    found = list(Remittance.objects.filter(about="share:10").order_by("pk").values_list("state", "pence"))
    assert (found, Recovery.objects.get().state) == ([("set_off", 3000), ("paid", 1000)], "recovered")
    right(play)


def test_a_lot_whose_transfer_was_not_taken_back_pays_again_without_its_charge(play: Play, paid: Payee) -> None:
    """Amina has her £50 again, and spends all £80 with somebody else; Stripe would say that £50 of the charge is gone."""
    short_of_it(play, paid)
    asks_back(play, 5000)
    credits(play)
    operations.perform_due(at=play.at)
    other = play.payee("enterprise:6")
    play.owe(other, 8000, about="share:12")
    play.run()
    sent = Remittance.objects.get(about="share:12")
    assert sent.state == "paid"
    [transfer] = [one for one in play.transfers() if one.amount == 8000]
    assert transfer.source_transaction is None
    right(play)


def test_who_holds_a_debt_and_payments_locks_the_debt_first(play: Play, paid: Payee) -> None:
    """Else a payment kept back for a debt and the same debt given back to its payer wait for each other."""
    short_of_it(play, paid)
    asks_back(play, 3000)
    operations.perform_due(at=play.at)
    play.owe(paid, 1000, about="share:10")
    for act in (setting_off.set_off_due, lambda at: credits(play)):
        with CaptureQueriesContext(connection) as asked:
            assert act(at=play.at)
        locked = [one["sql"].rpartition(" FROM ")[2].split('"')[1] for one in asked if " UPDATE" in one["sql"] and one["sql"].startswith("SELECT")]
        assert [name for name in dict.fromkeys(locked) if name != "payments_payment"] == ["payments_recovery", "payments_remittance"], locked


def test_what_was_never_sent_is_kept_back_from_itself(play: Play) -> None:
    play.float()
    play.lot(8000)
    payee = play.payee()
    play.stripe.act("lose_transfers", account=payee.stripe_account_id)
    play.owe(payee, 5000)
    play.run()
    asks_back(play, 5000)
    credits(play)
    play.run()
    assert (Remittance.objects.get().state, Recovery.objects.get().state) == ("set_off", "recovered")
    assert (play.has("SHARE", AMINA), play.has("DUE", f"payee:{payee.pk}")) == (8000, 0)
    right(play)


@pytest.mark.parametrize("is_credited_first", [True, False])
def test_what_was_asked_back_while_it_waited_may_be_kept_back_in_part_for_an_older_debt(play: Play, paid: Payee, is_credited_first: bool) -> None:
    """£40 waits and is asked back; £30 of it pays an older debt, so the rest is a row of its own. No more than £40 of it is ever asked back."""
    short_of_it(play, paid)
    asks_back(play, 3000)
    operations.perform_due(at=play.at)
    play.lot(4000, owner=YUSUF, about="call:2")
    play.owe(paid, 4000, owner=YUSUF, about="share:10")
    asks_back(play, 4000, about="share:10")
    if is_credited_first:
        credits(play)
    assert setting_off.set_off_due(at=play.at) == 1
    assert credits(play) == (0 if is_credited_first else 7000)
    rows = Remittance.objects.filter(about="share:10").order_by("pk")
    assert list(rows.values_list("state", "pence", "recovered_pence")) == [("set_off", 3000, 3000), ("waiting", 1000, 1000)]
    with pytest.raises(recoveries.BeyondWhatIsLeft):
        asks_back(play, 1, about="share:10")
    play.run()
    assert [row.left_pence for row in Recovery.objects.order_by("pk")] == [0, 3000]
    assert (play.has("SHARE", YUSUF), Payment.objects.get(lot_owner=YUSUF).used_pence) == (4000, 0)
    right(play)


def test_two_people_bear_what_never_comes(play: Play, paid: Payee) -> None:
    short_of_it(play, paid)
    [row] = asks_back(play, 5000)
    credits(play)
    with pytest.raises(recoveries.NothingIsOwed):
        recoveries.propose_write_off(recovery_id=row.pk, reason="Closed down.", by=cast.operator(), at=play.at)
    operations.perform_due(at=play.at)
    own = play.has("FLOAT")
    recoveries.propose_write_off(recovery_id=row.pk, reason="Closed down.", by=cast.operator(), at=play.at)
    with pytest.raises(NotAllowed):
        recoveries.confirm_write_off(recovery_id=row.pk, pence=5000, by=cast.operator(), at=play.at)
    with pytest.raises(SumHasChanged):
        recoveries.confirm_write_off(recovery_id=row.pk, pence=5001, by=cast.second_operator(), at=play.at)
    recoveries.confirm_write_off(recovery_id=row.pk, pence=5000, by=cast.second_operator(), at=play.at)
    row.refresh_from_db()
    assert (row.state, play.has("FLOAT"), play.has("RECEIVABLE", f"payee:{paid.pk}")) == ("recovered", own - 5000, 0)
    assert floats.spare(COUNCIL) == own - 5000
    right(play)


def test_told_twice_it_is_taken_back_once(play: Play, paid: Payee) -> None:
    asks_back(play, 5000)
    credits(play)
    play.run()
    operation = PaymentOperation.objects.get(kind="reversal")
    thing: Any = recoveries.gateway.find("reversal", operation.params, str(operation.pk), play.at)
    for _ in range(3):
        assert operations.settle(operation.pk, thing, at=play.at) is False
    assert Remittance.objects.get().reversed_pence == 5000
    right(play)
