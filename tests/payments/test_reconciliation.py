"""Stripe's lines against the book, with every event lost."""

import json
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from payments.gateways import stripe_gateway
from payments.models import Alarm, Payment, ReconcileCursor, Remittance, StripeLine
from payments.selectors import frozen, proof
from payments.services import first_look, inbox, operations, reconciliation, refunds, remittances
from payments.services.proof import prove_against_stripe
from tests.payments.conftest import AMINA, COUNCIL, Play


def walk(play: Play, payments: int = 2) -> None:
    """Some money in, some out, some back; nothing fetched but by reconciliation."""
    play.float()
    for number in range(payments):
        payment = play.start(4000, about=f"call:{number}")
        play.type_card(payment)
    play.skip(days=8)


def test_with_every_event_lost_it_reaches_the_same_state(play: Play) -> None:
    walk(play)
    expired = play.start(9000, about="call:late")
    play.skip(days=2)
    report = reconciliation.run(at=play.at)
    assert report.matched == 3
    assert report.waiting == report.suspended == 0
    assert play.has("SHARE", AMINA) == 8000
    expired.refresh_from_db()
    assert expired.state == "expired"

    payee = play.payee()
    play.owe(payee, 5000)
    with transaction.atomic():
        refunds.approve(lot_owner=AMINA, pence=1000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
        play.move("SHARE", AMINA, "REFUND", AMINA, 1000)
    play.run()
    assert reconciliation.run(at=play.at).matched == 3
    assert StripeLine.objects.filter(state="matched").count() == 6
    assert proof() == []
    assert prove_against_stripe() == []


def test_a_transfer_whose_answer_was_lost_is_found_by_its_line(play: Play) -> None:
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    remittances.plan_due(at=play.at)
    play.stripe.fault("drop_after_commit", "/v1/transfers")
    operations.perform_due(at=play.at)
    reconciliation.run(at=play.at)
    row.refresh_from_db()
    assert row.state == "paid"
    play.later(seconds=100)
    assert len(play.transfers()) == 1
    assert proof() == prove_against_stripe() == []


def test_pending_lines_are_listed_not_wrong(play: Play) -> None:
    play.float()
    payment = play.start()
    play.type_card(payment)
    report = reconciliation.run(at=play.at)
    assert (report.read, report.matched, report.waiting) == (2, 1, 1)
    assert play.has("CLEAR") == 8000
    assert proof() == prove_against_stripe() == []


def test_twice_is_once(play: Play) -> None:
    walk(play)
    first, second = reconciliation.run(at=play.at), reconciliation.run(at=play.at)
    assert (first.read, second.read, second.matched) == (3, 0, 0)
    assert play.has("SHARE", AMINA) == 8000


def test_side_by_side_is_once(play: Play) -> None:
    walk(play, 3)
    play.stripe.act("unexplained", amount=-700)
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        reconciliation.run(at=play.at)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    reconciliation.run(at=play.at)
    assert play.has("SHARE", AMINA) == 12_000
    assert StripeLine.objects.filter(state="matched").count() == 4
    assert StripeLine.objects.filter(state="suspense").count() == 1
    assert proof() == []


def test_more_than_one_page_first_and_later(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_gateway, "PAGE", 2)
    walk(play, 5)
    assert reconciliation.run(at=play.at).read == 6
    for number in range(5):
        payment = play.start(4000, about=f"later:{number}")
        play.type_card(payment)
    play.skip(days=8)
    assert reconciliation.run(at=play.at).read == 5
    assert StripeLine.objects.filter(state="matched").count() == 11
    assert play.has("SHARE", AMINA) == 40_000
    assert prove_against_stripe() == []


@pytest.mark.parametrize("is_first", [True, False])
def test_killed_between_pages_it_goes_on(play: Play, monkeypatch: pytest.MonkeyPatch, is_first: bool) -> None:
    if not is_first:
        play.float()
        reconciliation.run(at=play.at)
    monkeypatch.setattr(stripe_gateway, "PAGE", 2)
    walk(play, 5)
    keep, pages = reconciliation._keep, []

    def dies(page: Any, cursor: str) -> int:
        pages.append(page)
        if len(pages) == 2:
            raise KeyboardInterrupt
        return keep(page, cursor)

    with monkeypatch.context() as patch:
        patch.setattr(reconciliation, "_keep", dies)
        with pytest.raises(KeyboardInterrupt):
            reconciliation.run(at=play.at)
    reconciliation.run(at=play.at)
    assert not StripeLine.objects.exclude(state="matched").exists()
    assert play.has("SHARE", AMINA) == 20_000
    assert prove_against_stripe() == []


# --- what nobody can explain ---


def test_a_line_that_fails_keeps_no_other_waiting_rings_and_the_book_is_not_compared(play: Play) -> None:
    play.float()
    reconciliation.run(at=play.at)
    ReconcileCursor.objects.update(read_of="another copy")
    much = 2**62  # the book takes no such sum
    sums = {"pence": much, "fee_pence": 0, "net_pence": much, "currency": "gbp", "is_available": True}
    long_ago = play.at - timedelta(days=9)
    bad = StripeLine.objects.create(id="txn_bad", kind="adjustment", source="adj_1", available_on=play.at, created_at=long_ago, **sums)
    play.stripe.act("unexplained", amount=-700)
    reconciliation.run(at=play.at)
    assert StripeLine.objects.get(net_pence=-700).state == "suspense"
    assert Alarm.objects.open().filter(kind="line_failed", about="line:txn_bad", stops_releases=True).count() == 1
    assert not first_look.has_been_taken(at=play.at)
    StripeLine.objects.filter(pk=bad.pk).update(pence=5, net_pence=5)
    assert first_look.has_been_taken(at=play.at)
    assert not Alarm.objects.open().filter(kind="line_failed").exists()


@pytest.mark.parametrize("which", ["pending", "read last"])
def test_a_line_that_stripe_knows_no_more_rings_and_keeps_no_other_waiting(play: Play, which: str) -> None:
    play.float()
    reconciliation.run(at=play.at)
    if which == "pending":
        sums = {"pence": 5000, "fee_pence": 0, "net_pence": 5000, "currency": "gbp", "is_available": False}
        StripeLine.objects.create(id="txn_gone", kind="adjustment", source="adj_1", available_on=play.at, created_at=play.at, **sums)
    else:
        ReconcileCursor.objects.update(last_line_id="txn_gone")
    play.lot()
    play.stripe.act("unexplained", amount=-5)
    for _ in range(2):
        reconciliation.run(at=play.at)
    assert StripeLine.objects.filter(state="matched").count() == 2
    assert StripeLine.objects.get(net_pence=-5).state == "suspense"
    assert Alarm.objects.open().filter(kind="line_failed", about="line:txn_gone", stops_releases=True).count() == 1


def test_a_payment_made_by_hand_that_names_nothing_of_ours_is_not_ours(play: Play) -> None:
    named = "the summer party, paid by its guests"
    assert len(named) == 36  # as long as a payment's number
    made = stripe_gateway.make("payment_intent", {"amount": 500, "currency": "gbp", "metadata": {"payment": named}}, "by-hand")
    assert inbox.see_intent(made.id, play.at) is None


@pytest.mark.parametrize("pence", [-2500, 2500])
def test_a_line_nobody_can_explain_goes_to_suspense_rings_and_stops_releases(play: Play, pence: int) -> None:
    play.float()
    play.lot()
    play.stripe.act("unexplained", amount=pence)
    report = reconciliation.run(at=play.at)
    assert report.suspended == 1
    line = StripeLine.objects.get(state="suspense")
    assert line.net_pence == pence
    assert frozen(COUNCIL)
    play.owe(play.payee(), 2000)
    play.run()
    assert play.transfers() == []
    assert Remittance.objects.get().state == "waiting"
    assert proof() == []
    assert ["SUSPENSE" in sentence for sentence in prove_against_stripe()] == [True]
    reconciliation.run(at=play.at)
    assert Alarm.objects.filter(kind="unexplained_line").count() == 1


def test_a_few_pence_ring_and_stop_nothing(play: Play) -> None:
    play.float()
    play.stripe.act("unexplained", amount=-5)
    reconciliation.run(at=play.at)
    assert Alarm.objects.open().filter(kind="unexplained_line").count() == 1
    assert not frozen()


def test_a_refund_by_hand_is_found_and_its_council_named(play: Play) -> None:
    play.float()
    payment = play.lot()
    play.stripe.act("refund_by_hand", charge=payment.charge_id)
    reconciliation.run(at=play.at)
    assert (play.has("SUSPENSE"), play.has("SHARE", AMINA), proof()) == (-8000, 8000, [])
    assert frozen(COUNCIL)
    assert not frozen("E09000001")


def test_a_transfer_by_hand_is_found(play: Play) -> None:
    play.float()
    payee = play.payee()
    play.stripe.act("transfer_by_hand", destination=payee.stripe_account_id, amount=1500)
    reconciliation.run(at=play.at)
    assert StripeLine.objects.get(state="suspense").net_pence == -1500
    assert frozen(COUNCIL)


def test_a_payout_of_the_platforms_own_balance_is_found(play: Play) -> None:
    play.float()
    play.stripe.act("payout_by_hand", amount=1500)
    reconciliation.run(at=play.at)
    assert StripeLine.objects.get(state="suspense").kind == "payout"


def test_automatic_payouts_stop_releases_until_they_are_manual(play: Play) -> None:
    play.stripe.act("set_payouts", interval="daily")
    reconciliation.run(at=play.at)
    assert frozen(COUNCIL)
    play.stripe.act("set_payouts", interval="manual")
    reconciliation.run(at=play.at)
    assert not frozen(COUNCIL)


def test_a_line_of_another_sum_than_the_books_rings(play: Play) -> None:
    play.float()
    payment = play.lot()
    Payment.objects.filter(pk=payment.pk).update(fee_pence=1)
    reconciliation.run(at=play.at)
    assert Alarm.objects.open().filter(kind="line_differs", stops_releases=True).count() == 1
    # What the journal moved is what Stripe says: our row is wrong, and not the book.
    assert StripeLine.objects.get(state="suspense").unknown_pence == play.has("SUSPENSE") == 0


def test_it_runs_by_itself_once_an_hour(play: Play) -> None:
    walk(play)
    assert reconciliation.run_due(at=play.at) > 0
    assert reconciliation.run_due(at=play.at) == 0
    play.stripe.act("unexplained", amount=-5)
    play.skip(seconds=3700)
    assert reconciliation.run_due(at=play.at) == 1
    assert ReconcileCursor.objects.get().read_at == play.at


# --- the commands ---


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_check_books_says_right_and_then_what_is_wrong(play: Play, owner_cursor: Any) -> None:
    walk(play)
    call_command("reconcile", stdout=StringIO())
    out = StringIO()
    call_command("check_books", "--json", stdout=out)
    assert json.loads(out.getvalue())["ok"] is True

    # Somebody with the owner's password makes a lot look used.
    owner_cursor.execute("update payments_payment set used_pence = 100 where about = 'call:0'")
    play.stripe.act("unexplained", amount=-700)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_books", "--json", stdout=out)
    assert ended.value.code == 1
    wrong = json.loads(out.getvalue())["differences"]
    assert len(wrong["payments"]) == 2
    assert len(wrong["stripe"]) == 1
    assert wrong["ledger"] == []
