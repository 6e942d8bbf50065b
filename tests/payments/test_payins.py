"""Money coming in: once, whole, from the right payer, and to nobody's account before it is there."""

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from audit.models import Fact
from ledger.services.accounts import Account
from payments.models import Alarm, Payer, Payment, PaymentOperation
from payments.selectors import frozen, payments_about, payments_of, proof
from payments.services import arrivals, operations, payins
from tests.payments.conftest import AMINA, COUNCIL, YUSUF, Play


def refresh(play: Play, payment: Payment) -> Payment:
    return arrivals.refresh(payment_id=payment.pk, at=play.at)


def facts(kind: str) -> list[dict[str, Any]]:
    return [fact.payload for fact in Fact.objects.filter(kind=f"payments.{kind}")]


# --- bank transfers ---


def test_a_bank_transfer_says_where_to_send_it(play: Play) -> None:
    payment = play.start_bank(12_345)
    assert payment.state == "open"
    told = payment.instructions
    assert set(told) == {"reference", "remaining_pence", "sort_code", "account_number", "name"}
    assert told["remaining_pence"] == 12_345
    assert payment.payer is not None
    assert Payer.objects.get().stripe_customer_id is not None


def test_a_bank_transfer_is_theirs_the_day_it_is_available(play: Play) -> None:
    play.float()
    payment = play.start_bank(8000)
    play.send_money(payment, 8000)
    assert refresh(play, payment).state == "clearing"
    assert play.has("SHARE", AMINA) == 0
    play.later(days=2)
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA), play.has("PENDING", AMINA)) == ("available", 8000, 0)
    assert payment.fee_pence is not None
    assert play.has("FLOAT") == 100_000 - payment.fee_pence
    assert proof() == []


def test_too_little_by_bank_waits_for_the_rest(play: Play) -> None:
    payment = play.start_bank(8000)
    play.send_money(payment, 5000)
    seen = refresh(play, payment)
    assert (seen.state, seen.instructions["remaining_pence"], play.has("CLEAR")) == ("open", 3000, 0)
    play.send_money(payment, 3000)
    assert refresh(play, payment).state == "clearing"
    assert play.has("CLEAR") == 8000


def test_too_much_by_bank_credits_what_was_asked(play: Play) -> None:
    payment = play.start_bank(8000)
    play.send_money(payment, 9000)
    assert refresh(play, payment).state == "clearing"
    assert (play.has("CLEAR"), play.has("PENDING", AMINA)) == (8000, 8000)


def test_sent_twice_by_bank_pays_the_next_call_from_the_rest(play: Play) -> None:
    first = play.start_bank(8000)
    play.send_money(first, 8000)
    play.send_money(first, 8000)
    assert refresh(play, first).state == "clearing"
    second = play.start_bank(8000, about="call:2")
    second.refresh_from_db()
    assert second.state in ("open", "clearing")
    play.run()
    assert refresh(play, second).state == "clearing"
    assert play.has("CLEAR") == 16_000


def test_one_payer_is_one_customer_at_stripe(play: Play) -> None:
    play.start_bank(8000)
    play.start_bank(8000, about="call:2", owner=YUSUF)
    assert PaymentOperation.objects.filter(kind="customer").count() == 1
    [payer] = Payer.objects.all()
    assert payer.stripe_customer_id is not None


# --- cards ---


def test_the_rooms_above_are_told_what_and_for_what(play: Play) -> None:
    play.float()
    payment = play.lot()
    expected = {"payment": str(payment.pk), "about": "call:1", "pence": 8000}
    assert (facts("payment_clearing"), facts("payment_available")) == ([expected], [expected])


def test_available_money_waits_when_the_float_cannot_pay_the_fee(play: Play) -> None:
    payment = play.start()
    play.type_card(payment)
    refresh(play, payment)
    play.later(days=8)
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA), play.has("PENDING", AMINA)) == ("clearing", 0, 8000)
    assert frozen(COUNCIL)
    assert not frozen("E09000001")
    assert Alarm.objects.open().filter(kind="float_short").count() == 1

    play.float(1000)
    play.run()
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA), play.has("FLOAT")) == ("available", 8000, 860)
    assert not frozen(COUNCIL)


def test_nothing_is_anybodys_before_stripe_says_it_is_available(play: Play) -> None:
    play.float()
    payment = play.start()
    play.type_card(payment)
    refresh(play, payment)
    play.later(days=3)
    assert play.has("SHARE", AMINA) == 0
    # Our clock running ahead of Stripe's moves nothing.
    from datetime import timedelta

    assert arrivals.clear_due(at=play.at + timedelta(days=30)) == 0


def test_a_charge_whose_balance_line_comes_late_still_clears(play: Play) -> None:
    play.float()
    play.stripe.control("settings", {"balance_transaction_seconds": 600})
    payment = play.start()
    play.type_card(payment)
    seen = refresh(play, payment)
    assert (seen.state, seen.line_id, seen.available_on) == ("clearing", "", None)
    play.later(seconds=700)
    play.later(days=8)
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA)) == ("available", 8000)
    play.stripe.control("settings", {"balance_transaction_seconds": 0})


def test_a_page_left_too_long_expires_and_can_be_started_again(play: Play) -> None:
    payment = play.start()
    play.later(days=2)
    assert refresh(play, payment).state == "expired"
    assert facts("payment_failed") == [{"payment": str(payment.pk), "about": "call:1", "pence": 8000, "why": "expired"}]
    again = play.start()
    assert again.pk != payment.pk


def test_a_page_whose_answer_came_after_it_ran_out_is_expired(play: Play) -> None:
    play.stripe.fault("drop_after_commit", "/v1/checkout/sessions")
    payment = play.start()
    assert payment.state == "started"
    play.later(days=3)
    payment.refresh_from_db()
    assert payment.state == "expired"


def test_two_clicks_at_once_are_one_payment(play: Play) -> None:
    made: list[UUID] = []
    together = threading.Barrier(6)

    def click() -> None:
        together.wait()
        made.append(play.start().pk)
        connections.close_all()

    clicks = [threading.Thread(target=click) for _ in range(6)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert len(made) == 6
    assert len(set(made)) == 1
    assert PaymentOperation.objects.filter(kind="checkout_session").count() == 1


def test_a_new_payers_cards_started_at_once_keep_to_the_ceiling_together(play: Play, stripe_settings: Any) -> None:
    stripe_settings.NEW_PAYEE_RISK_DAYS, stripe_settings.NEW_PAYEE_CEILING_PENCE = 14, 50_000
    together, refused = threading.Barrier(6), []

    def click(number: int) -> None:
        together.wait()
        try:
            play.start(20_000, about=f"call:{number}")
        except payins.FirstCardCeiling:
            refused.append(number)
        finally:
            connections.close_all()

    clicks = [threading.Thread(target=click, args=(number,)) for number in range(6)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert (len(refused), Payment.objects.filter(kind="card").count()) == (4, 2)


# --- cancelling ---


def test_a_payment_not_yet_at_stripe_is_cancelled_at_once(play: Play) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "perform", lambda *_, **__: None)
        payment = play.start()
    assert payins.cancel(payment_id=payment.pk, by=None, at=play.at).state == "cancelled"
    play.run()
    assert PaymentOperation.objects.get().state == "refused"


def test_an_open_card_page_is_closed_at_stripe(play: Play) -> None:
    payment = play.start()
    payins.cancel(payment_id=payment.pk, by=None, at=play.at)
    play.run()
    payment.refresh_from_db()
    assert payment.state == "cancelled"
    payins.cancel(payment_id=payment.pk, by=None, at=play.at)


def test_a_bank_transfer_is_no_longer_waited_for(play: Play) -> None:
    payment = play.start_bank()
    payins.cancel(payment_id=payment.pk, by=None, at=play.at)
    play.run()
    payment.refresh_from_db()
    assert payment.state == "cancelled"


def test_paid_before_the_cancel_reached_stripe_is_paid(play: Play) -> None:
    payment = play.start()
    payins.cancel(payment_id=payment.pk, by=None, at=play.at)
    play.type_card(payment)
    play.run()
    assert refresh(play, payment).state == "clearing"
    with pytest.raises(payins.PaymentIsTaken):
        payins.cancel(payment_id=payment.pk, by=None, at=play.at)
    assert play.has("CLEAR") == 8000


@pytest.mark.parametrize("pence", [0, -1, 29, 10**8, 2**63])
def test_silly_amounts_are_refused_in_words(play: Play, pence: int) -> None:
    with pytest.raises(payins.AmountIsSilly) as refusal:
        play.start(pence)
    assert refusal.value.field == "amount"
    assert not Payment.objects.exists()


def test_another_sum_than_asked_for_credits_nobody_and_rings(play: Play) -> None:
    payment = play.start_bank(8000)
    Payment.objects.filter(pk=payment.pk).update(pence=7000)
    play.send_money(payment, 8000)
    refresh(play, payment)
    assert (play.has("CLEAR"), play.has("PENDING", AMINA)) == (0, 0)
    assert Alarm.objects.open().filter(kind="amount_differs", stops_releases=True).count() == 1


# --- what pages see ---


def test_pages_see_a_payers_payments_and_nobody_elses(play: Play) -> None:
    payment = play.start()
    play.start_bank(owner=YUSUF, about="call:2")
    [seen] = payments_of("person:1001")
    assert (seen.id, seen.pence, seen.checkout_url) == (payment.pk, 8000, payment.checkout_url)
    assert payments_of("person:1001", about=["call:2"]) == []
    assert [each.kind for each in payments_about(["call:2"])["call:2"]] == ["bank_transfer"]


def test_nothing_of_care_or_names_is_told_to_stripe(play: Play) -> None:
    play.start()
    play.start_bank(about="call:2")
    for operation in PaymentOperation.objects.all():
        words = str({**operation.params, "success_url": "", "cancel_url": ""})
        for private in ("call:", AMINA, YUSUF, COUNCIL, "person:", "organisation:"):
            assert private not in words, operation.kind


def test_an_account_is_credited_as_named_when_started(play: Play) -> None:
    play.float()
    payment = payins.start_card(
        payer_owner="organisation:2",
        lot_owner="portion:7",
        credit=Account("WALLET", COUNCIL, "portion:7"),
        pence=5000,
        council_code=COUNCIL,
        about="slice:1",
        success_url="http://127.0.0.1/ok/",
        cancel_url="http://127.0.0.1/no/",
        by=None,
        at=play.at,
    )
    operations.perform(payment.operation_id, at=play.at)
    payment.refresh_from_db()
    play.type_card(payment)
    refresh(play, payment)
    play.later(days=8)
    assert play.has("WALLET", "portion:7") == 5000
