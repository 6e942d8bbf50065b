"""A timer takes so many things at a time. What has to wait at the head of a queue keeps nobody behind it from going on."""

from datetime import datetime, timedelta

import pytest

from payments.models import Alarm, Mandate, Payee, Payment, PaymentOperation, Refund, Remittance, StripeLine
from payments.services import alarms, disputes, inbox, mandates, operations, payees, planning, reconciliation, refunds, remittances, ways
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play

ELSEWHERE = "E09000001"


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (operations, payees, mandates):
        monkeypatch.setattr(room, "BATCH", 1)


def test_payments_that_an_alarm_stops_keep_no_other_call_from_stripe(play: Play) -> None:
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    assert remittances.plan_due(at=play.at) == 1
    alarm = alarms.ring(kind="made_twice", about="operation:1", sentence="Look.", at=play.at, council_code=COUNCIL, stops_releases=True)
    play.skip(seconds=1)
    other = planning.plan(kind="customer", reference="payer:0", params={}, council_code=ELSEWHERE, at=play.at)
    assert operations.perform_due(at=play.at) == 1
    assert PaymentOperation.objects.get(pk=other.pk).state == "succeeded"
    alarms.settle(kind=alarm.kind, at=play.at)
    play.run()
    row.refresh_from_db()
    assert row.state == "paid"


def test_a_payment_that_waits_for_a_dispute_keeps_no_other_of_the_same_payee(play: Play) -> None:
    play.float()
    play.lot()
    disputed = play.lot(3000, YUSUF, "call:2")
    payee = play.payee()
    play.owe(payee, 1000, YUSUF)
    play.skip(seconds=1)
    play.owe(payee, 2000, AMINA, "share:10")
    inbox.see_dispute(play.stripe.act("dispute", charge=disputed.charge_id)["id"], play.at)
    play.run()
    assert dict(Remittance.objects.values_list("about", "state")) == {"share:9": "waiting", "share:10": "paid"}


def test_a_refund_that_waits_for_a_dispute_keeps_no_other(play: Play) -> None:
    play.float()
    play.lot()
    disputed = play.lot(3000, YUSUF, "call:2")
    for owner in (YUSUF, AMINA):
        refunds.approve(lot_owner=owner, pence=500, council_code=COUNCIL, about=f"withdrawal:{owner}", by=None, at=play.at)
        play.move("SHARE", owner, "REFUND", owner, 500)
        play.skip(seconds=1)
    inbox.see_dispute(play.stripe.act("dispute", charge=disputed.charge_id)["id"], play.at)
    play.run()
    assert {row.lot_owner: row.state == "approved" for row in Refund.objects.all()} == {YUSUF: True, AMINA: False}


def test_a_payee_with_details_missing_is_asked_about_though_others_were_asked_longer_ago(play: Play) -> None:
    ready, missing = play.payee(), payees.open_payee(owner="enterprise:6", council_code=COUNCIL, by=None, at=play.at)
    operations.perform(missing.operation_id, at=play.at)
    Payee.objects.filter(pk=ready.pk).update(checked_at=play.at - timedelta(hours=1))
    missing.refresh_from_db()
    play.stripe.act("onboard", account=missing.stripe_account_id)
    play.skip(seconds=660)
    assert payees.refresh_due(at=play.at) == 1
    missing.refresh_from_db()
    assert missing.ready


def test_a_direct_debit_nobody_asked_about_yet_comes_first(play: Play) -> None:
    ways.choose(council_code=COUNCIL, kind="bacs", is_on=True, by=cast.operator(), at=play.at)
    pages = {"success_url": "http://127.0.0.1:8000/paid/", "cancel_url": "http://127.0.0.1:8000/not-paid/"}
    asked, fresh = (mandates.start(payer_owner=f"person:{one}", council_code=COUNCIL, by=None, at=play.at, **pages) for one in (1, 2))
    for row in (asked, fresh):
        operations.perform(row.operation_id, at=play.at)
    Mandate.objects.filter(pk=asked.pk).update(checked_at=play.at)
    mandates.refresh_due(at=play.skip(seconds=60))
    assert Mandate.objects.get(checked_at=play.at).pk == fresh.pk


def test_a_payment_that_can_not_be_taken_keeps_no_other_from_being_found_paid(play: Play) -> None:
    broken, right = play.start(), play.start(3000, YUSUF, "call:2")
    for payment in (broken, right):
        play.type_card(payment)
    Payment.objects.filter(pk=broken.pk).update(lot_owner="nobody at all")
    reconciliation.run(at=play.at)
    assert dict(Payment.objects.values_list("pk", "state")) == {broken.pk: "open", right.pk: "clearing"}
    assert StripeLine.objects.get(source=Payment.objects.get(pk=right.pk).charge_id).state == "waiting"
    play.skip(days=8)
    play.float()
    reconciliation.run(at=play.at)
    assert Payment.objects.get(pk=right.pk).state == "available"
    assert [alarm.kind for alarm in Alarm.objects.open()] == ["line_failed"]


def test_a_dispute_that_can_not_be_read_keeps_no_other_from_being_asked_about(play: Play) -> None:
    play.float()
    lots = [play.lot(), play.lot(3000, YUSUF, "call:2")]
    cases = [play.stripe.act("dispute", charge=lot.charge_id)["id"] for lot in lots]
    for case in cases:
        inbox.see_dispute(case, play.at)
    asked: list[str] = []

    def see(case: str, at: datetime) -> None:
        asked.append(case)
        if case == cases[0]:
            raise ValueError(case)

    assert disputes.refresh_open(see=see, at=play.at) == 0
    assert sorted(asked) == sorted(cases)
