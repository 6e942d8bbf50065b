"""Paying from one's bank: in its app, by Direct Debit, and what comes by transfer that nobody asked for."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from audit.errors import NotAllowed
from audit.models import Entry
from ledger.services.accounts import Account
from payments.gateways.shapes import Charge, Intent
from payments.models import Alarm, CashReturn, Dispute, Mandate, Payer, Payment, Refund, StripeLine
from payments.selectors import proof
from payments.services import arrivals, cash, inbox, mandates, operations, payins, reconciliation, refunds, ways
from payments.services.mandates import NoDebitYet
from payments.services.proof import prove_against_stripe
from payments.services.ways import WayIsOff
from tests import cast
from tests.contract.pages_by_hand import fields_of, open_page
from tests.payments.conftest import AMINA, COUNCIL, Play

PAGES = {"success_url": "http://127.0.0.1:8000/paid/", "cancel_url": "http://127.0.0.1:8000/not-paid/"}


def terms(play: Play, pence: int = 8000, about: str = "call:1") -> Any:
    return {
        "payer_owner": "person:1001",
        "lot_owner": AMINA,
        "credit": Account("SHARE", COUNCIL, AMINA),
        "pence": pence,
        "council_code": COUNCIL,
        "about": about,
        "by": None,
        "at": play.at,
    }


def performed(play: Play, payment: Payment) -> Payment:
    operations.perform(payment.operation_id, at=play.at)
    payment.refresh_from_db()
    return payment


def switched_on(play: Play) -> None:
    ways.choose(council_code=COUNCIL, kind="bacs", is_on=True, by=cast.operator(), at=play.at)


def set_up(play: Play, account: str = "00012345") -> Mandate:
    """The payer goes through the page at Stripe."""
    switched_on(play)
    mandate = mandates.start(payer_owner="person:1001", council_code=COUNCIL, by=None, at=play.at, **PAGES)
    operations.perform(mandate.operation_id, at=play.at)
    mandate.refresh_from_db()
    open_page(mandate.checkout_url, fields_of(open_page(mandate.checkout_url)) | {"account_number": account})
    return mandates.refresh(mandate_id=mandate.pk, at=play.at)


def collected(play: Play, pence: int = 8000, about: str = "call:1") -> Payment:
    payment = performed(play, payins.start_debit(**terms(play, pence, about)))
    return arrivals.refresh(payment_id=payment.pk, at=play.at)


def books_are_right(play: Play) -> bool:
    reconciliation.run(at=play.at)
    assert proof() == []
    assert prove_against_stripe() == []
    return True


# --- from the bank's app ---


def test_a_yes_in_the_banks_app_is_money_some_days_later(play: Play) -> None:
    play.float()
    payment = performed(play, payins.start_pay_by_bank(**terms(play), **PAGES))
    open_page(payment.checkout_url, fields_of(open_page(payment.checkout_url)))
    assert arrivals.refresh(payment_id=payment.pk, at=play.at).state == "clearing"
    play.later(days=5)
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA)) == ("available", 8000)
    assert books_are_right(play)


def test_a_no_in_the_banks_app_takes_nothing_and_the_page_waits(play: Play) -> None:
    payment = performed(play, payins.start_pay_by_bank(**terms(play), **PAGES))
    open_page(payment.checkout_url, {"answer": "no"})
    seen = arrivals.refresh(payment_id=payment.pk, at=play.at)
    assert (seen.state, play.has("CLEAR")) == ("open", 0)


def test_money_from_the_banks_app_goes_back_through_stripe(play: Play) -> None:
    play.float()
    payment = performed(play, payins.start_pay_by_bank(**terms(play), **PAGES))
    open_page(payment.checkout_url, fields_of(open_page(payment.checkout_url)))
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    play.later(days=5)
    refunds.approve(lot_owner=AMINA, pence=3000, council_code=COUNCIL, about="withdrawal:1", by=None, at=play.at)
    play.move("SHARE", AMINA, "REFUND", AMINA, 3000)
    play.run()
    play.later(days=3)
    reconciliation.run(at=play.at)
    assert Refund.objects.get().state == "succeeded"
    assert books_are_right(play)


# --- Direct Debit ---


def test_direct_debit_is_off_until_an_operator_switches_it_on_for_the_council(play: Play) -> None:
    with pytest.raises(WayIsOff):
        mandates.start(payer_owner="person:1001", council_code=COUNCIL, by=None, at=play.at, **PAGES)
    with pytest.raises(WayIsOff):
        payins.start_debit(**terms(play))
    with pytest.raises(NotAllowed):
        ways.choose(council_code=COUNCIL, kind="bacs", is_on=True, by=cast.sam(), at=play.at)
    switched_on(play)
    record = Entry.objects.get(verb="payments.choose_way")
    assert (record.by_id, record.detail) == (cast.operator().pk, {"kind": "bacs", "is_on": True})
    with pytest.raises(NoDebitYet):
        payins.start_debit(**terms(play))


def test_a_direct_debit_is_set_up_once_and_collected_from(play: Play) -> None:
    play.float()
    mandate = set_up(play)
    assert (mandate.state, mandate.ends_in) == ("active", "2345")
    assert mandates.start(payer_owner="person:1001", council_code=COUNCIL, by=None, at=play.at, **PAGES).pk == mandate.pk
    payment = collected(play)
    assert (payment.state, play.has("PENDING", AMINA), play.has("SHARE", AMINA)) == ("clearing", 8000, 0)
    play.later(days=8)
    assert play.has("SHARE", AMINA) == 0
    play.later(days=4)
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA)) == ("available", 8000)
    assert books_are_right(play)


def test_bacs_failing_after_six_days_leaves_the_payer_as_before_and_two_lines_that_come_to_nothing(play: Play) -> None:
    play.float()
    set_up(play)
    payment = collected(play)
    play.later(days=6)
    assert arrivals.refresh(payment_id=payment.pk, at=play.at).state == "clearing"
    play.stripe.act("fail_debit", payment_intent=payment.intent_id, code="account_closed")
    failed = arrivals.refresh(payment_id=payment.pk, at=play.at)
    assert (failed.state, failed.problem, play.has("PENDING", AMINA), play.has("CLEAR")) == ("failed", "account_closed", 0, 0)
    assert proof() == []
    before = play.has("FLOAT")
    play.later(days=8)
    failed.refresh_from_db()
    assert failed.bounced_in_journal is not None
    assert (play.has("FLOAT"), play.has("SHARE", AMINA)) == (before, 0)
    assert books_are_right(play)
    assert StripeLine.objects.filter(state="matched", source=failed.charge_id).count() == 2


def test_bacs_failing_with_every_event_lost_never_becomes_anybodys_money(play: Play) -> None:
    play.float()
    set_up(play, "22222227")
    payment = collected(play)
    play.later(days=30)
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA), play.has("PENDING", AMINA)) == ("failed", 0, 0)
    assert books_are_right(play)
    assert not Alarm.objects.open().filter(kind="unexplained_line").exists()


def test_a_debit_that_was_refused_and_then_cancelled_has_both_its_lines_in_the_book(play: Play) -> None:
    play.float()
    set_up(play)
    play.stripe.fault("drop_after_commit", "/v1/payment_intents")
    payment = performed(play, payins.start_debit(**terms(play)))
    play.later(seconds=10)
    payins.cancel(payment_id=payment.pk, by=None, at=play.at)
    payment.refresh_from_db()
    play.stripe.act("fail_debit", payment_intent=payment.intent_id)
    play.run()
    payment.refresh_from_db()
    assert (payment.state, payment.charge_id) == ("cancelled", "")
    play.later(days=12)
    assert books_are_right(play)
    payment.refresh_from_db()
    assert (payment.state, StripeLine.objects.filter(state="matched", source=payment.charge_id).count()) == ("failed", 2)
    assert not Alarm.objects.open().filter(kind="unexplained_line").exists()


def test_a_debit_the_payer_ended_is_collected_from_no_more(play: Play) -> None:
    mandate = set_up(play)
    play.stripe.act("revoke_mandate", payment_method=mandate.method_id)
    assert mandates.refresh_due(at=play.at) == 1
    with pytest.raises(NoDebitYet):
        payins.start_debit(**terms(play))


def test_a_collection_whose_answer_was_lost_is_one_collection(play: Play) -> None:
    set_up(play)
    play.stripe.fault("drop_after_commit", "/v1/payment_intents")
    payment = performed(play, payins.start_debit(**terms(play)))
    assert payment.state == "started"
    play.later(seconds=10)
    assert arrivals.refresh(payment_id=payment.pk, at=play.at).state == "clearing"
    play.later(days=12)
    reconciliation.run(at=play.at)
    assert (play.has("CLEAR"), StripeLine.objects.filter(source__startswith="py_").count()) == (8000, 1)  # no FLOAT yet: it waits


def test_bacs_disputed_after_release_is_owed_by_its_payer_and_no_money_of_others_pays_for_it(play: Play, stripe_settings: Any) -> None:
    play.float()
    payee = play.payee()
    set_up(play)
    payment = collected(play)
    play.later(days=12)
    stripe_settings.BACS_HOLD_WORKING_DAYS = 7
    [row] = play.owe(payee, 8000)
    play.later(days=3)
    row.refresh_from_db()
    assert row.state == "waiting"  # it rests longer than a card's
    play.later(days=14)
    row.refresh_from_db()
    assert row.state == "paid"
    case = play.stripe.act("dispute", charge=payment.charge_id)
    inbox.see_dispute(case["id"], play.at)
    dispute = Dispute.objects.get()
    assert (dispute.owed_pence, play.has("RECEIVABLE", AMINA)) == (8000, 8000)
    assert books_are_right(play)


def test_wrong_amount_or_currency_on_a_payment_credits_nobody(play: Play) -> None:
    for number, wrong in enumerate(({"pence": 7999}, {"currency": "eur"})):
        payment = play.start_bank(8000, about=f"call:{number}")
        charge = {"id": f"py_{number}", "pence": 8000, "currency": "gbp", "is_paid": True, "intent_id": payment.intent_id, "line": None}
        intent = Intent(payment.intent_id, "succeeded", str(payment.pk), Charge(**{**charge, "created_at": play.at, **wrong}))
        with transaction.atomic():
            arrivals.see_intent(Payment.objects.locked().get(pk=payment.pk), intent, play.at)
        payment.refresh_from_db()
        assert (payment.state, payment.problem, play.has("CLEAR")) == ("open", "amount_differs", 0)


def test_null_balance_transaction_of_a_debit_is_waited_for(play: Play) -> None:
    play.float()
    set_up(play)
    play.stripe.control("settings", {"balance_transaction_seconds": 600})
    payment = collected(play)
    assert (payment.state, payment.line_id) == ("clearing", "")
    play.stripe.control("settings", {"balance_transaction_seconds": 0})
    play.later(days=12)
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA)) == ("available", 8000)


# --- what comes by transfer and belongs to nothing ---


def test_bank_transfer_over_stays_the_senders_and_goes_back_by_itself(play: Play) -> None:
    play.float()
    payment = play.start_bank(8000)
    play.send_money(payment, 9000)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    assert cash.look_all(at=play.at) == 1
    payer = Payer.objects.get()
    assert (payer.cash_pence, play.has("CLEAR"), Alarm.objects.open().get().kind) == (1000, 8000, "money_nobody_asked_for")
    assert cash.send_back_due(at=play.at + timedelta(days=3)) == 0
    play.later(days=9)
    assert cash.send_back_due(at=play.at) == 1
    assert cash.send_back_due(at=play.at) == 0
    play.run()
    payer.refresh_from_db()
    assert (CashReturn.objects.get().state, payer.cash_pence, cash.look(payer_id=payer.pk, at=play.at)) == ("sent", 0, 0)
    assert not Alarm.objects.open().exists()
    assert books_are_right(play)


def test_bank_transfer_under_can_be_sent_back(play: Play) -> None:
    payment = play.start_bank(8000)
    play.send_money(payment, 5000)
    assert arrivals.refresh(payment_id=payment.pk, at=play.at).instructions["remaining_pence"] == 3000
    with pytest.raises(cash.NothingIsLeft):
        cash.send_back(payer_owner="organisation:2", by=None, at=play.at)
    payins.cancel(payment_id=payment.pk, by=None, at=play.at)
    play.run()
    assert cash.look_all(at=play.at) == 1
    assert cash.send_back(payer_owner="organisation:2", by=None, at=play.at).pence == 5000
    with pytest.raises(cash.NothingIsLeft):
        cash.send_back(payer_owner="organisation:2", by=None, at=play.at)
    play.run()
    assert (CashReturn.objects.get().state, play.has("CLEAR"), play.has("BANK")) == ("sent", 0, 0)


def test_bank_transfer_twice_credits_once_and_keeps_the_second_for_its_sender(play: Play) -> None:
    payment = play.start_bank(8000)
    play.send_money(payment, 8000)
    play.send_money(payment, 8000)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    cash.look_all(at=play.at)
    assert (play.has("CLEAR"), Payer.objects.get().cash_pence) == (8000, 8000)


def test_bank_transfer_with_a_wrong_reference_is_found_and_nobody_guesses(play: Play) -> None:
    payment = play.start_bank(8000)
    play.send_money(payment, 8000)
    assert payment.payer is not None
    customer = Payer.objects.get().stripe_customer_id
    play.stripe.act("bank_transfer", customer=customer, amount=4200, reference="THANK YOU")
    reconciliation.run(at=play.at)
    assert Payer.objects.get().cash_pence == 4200
    alarm = Alarm.objects.open().get(kind="money_nobody_asked_for")
    assert ("4200p" in alarm.sentence, alarm.stops_releases, play.has("CLEAR")) == (True, False, 8000)
    play.start_bank(90_000, about="call:9")
    with pytest.raises(cash.StillWaiting):
        cash.send_back(payer_owner="organisation:2", by=None, at=play.at)


def test_money_on_its_way_back_is_sent_once_though_the_answer_was_lost(play: Play) -> None:
    payment = play.start_bank(8000)
    play.send_money(payment, 9000)
    arrivals.refresh(payment_id=payment.pk, at=play.at)
    cash.look_all(at=play.at)
    play.stripe.fault("drop_after_commit", "/v1/refunds")
    row = cash.send_back(payer_owner="organisation:2", by=None, at=play.at)
    operations.perform(row.operation_id, at=play.at)
    play.later(seconds=10)
    row.refresh_from_db()
    assert (row.state, cash.look(payer_id=row.payer_id, at=play.at)) == ("sent", 0)


# --- what a payer may choose from ---


def test_only_what_is_possible_is_offered_quickest_first(play: Play) -> None:
    asked: Any = {"council_code": COUNCIL, "at": play.at}
    assert [way.kind for way in ways.possible(payer_owner="organisation:2", pence=8000, **asked)] == ["bank_transfer"]
    assert [way.kind for way in ways.possible(payer_owner="person:1001", pence=8000, **asked)] == ["bank_transfer", "pay_by_bank", "card"]
    switched_on(play)
    offered = ways.possible(payer_owner="person:1001", pence=8000, **asked)
    assert [(way.kind, way.working_days) for way in offered] == [("bank_transfer", 1), ("pay_by_bank", 4), ("card", 5), ("bacs", 8)]
    assert "pay_by_bank" not in [way.kind for way in ways.possible(payer_owner="person:1001", pence=40, **asked)]
