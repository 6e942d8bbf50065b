"""Whatever happens between us and Stripe, an operation has at most one object there, and the books agree."""

import multiprocessing
import os
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from payments.gateways import stripe_gateway
from payments.gateways.shapes import AnswerLost, StripeSaidNo
from payments.models import Alarm, Payee, PaymentOperation, Remittance
from payments.rules import LEASE
from payments.selectors import proof
from payments.services import arrivals, floats, operations, reconciliation, remittances
from tests.payments.conftest import COUNCIL, Play

TRANSFERS = "/v1/transfers"


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is enough to call an answer lost."""
    monkeypatch.setattr(stripe_gateway, "READ_SECONDS", 0.5)


@pytest.fixture
def planned(play: Play) -> Remittance:
    """£20 planned to go, nothing sent yet."""
    play.float()
    play.lot()
    [row] = play.owe(play.payee(), 2000)
    assert remittances.plan_due(at=play.at) == 1
    row.refresh_from_db()
    return row


def ends_with_one_transfer(play: Play, row: Remittance) -> None:
    row.refresh_from_db()
    assert row.state == "paid"
    assert len(play.transfers()) == 1
    assert (play.has("OUT"), play.has("DUE", f"payee:{row.payee_id}")) == (0, 0)
    assert play.has("BANK") == 100_000 + 8000 - 140 - 2000
    reconciliation.run(at=play.at)
    assert proof() == []
    assert play.dump()["equal"]


@pytest.mark.parametrize("fault", ["500_before", "500_stored_after", "drop_after_commit", "truncated", "429", "409"])
def test_one_transfer_whatever_befalls_the_call(play: Play, planned: Remittance, fault: str) -> None:
    play.stripe.fault(fault, TRANSFERS)
    operations.perform_due(at=play.at)
    operation = play.operation(kind="transfer")
    assert operation.state == "unknown"
    first_key = operation.idempotency_key
    play.later(seconds=10)
    operation.refresh_from_db()
    assert (operation.idempotency_key, operation.attempt) == (first_key, 1)
    ends_with_one_transfer(play, planned)


def test_one_transfer_when_the_answer_takes_too_long(play: Play, planned: Remittance, short_patience: None) -> None:
    play.stripe.fault("hang_after_commit", TRANSFERS, seconds=2)
    operations.perform_due(at=play.at)
    assert play.operation(kind="transfer").error.startswith("APIConnectionError")
    play.later(seconds=10)
    ends_with_one_transfer(play, planned)


def test_a_storm_of_429_ends_with_one_transfer(play: Play, planned: Remittance) -> None:
    play.stripe.fault("429", "*", method="*", count=7)
    for _ in range(12):
        play.skip(seconds=3700)
        operations.perform_due(at=play.at)
    ends_with_one_transfer(play, planned)


def test_one_transfer_after_stripe_forgot_the_key(play: Play, planned: Remittance) -> None:
    play.stripe.fault("drop_after_commit", TRANSFERS)
    operations.perform_due(at=play.at)
    play.stripe.control("forget_keys", {})
    play.later(days=2)
    ends_with_one_transfer(play, planned)


def test_a_stored_500_over_nothing_is_sent_again_once_the_key_is_forgotten(play: Play, planned: Remittance) -> None:
    play.stripe.fault("500_before", TRANSFERS, count=3)
    for _ in range(3):
        operations.perform_due(at=play.at)
        play.skip(seconds=120)
    assert play.transfers() == []
    play.later(days=1)
    ends_with_one_transfer(play, planned)


def _perform_and_die(operation_id: Any, at: Any) -> None:
    """In a process of its own: killed after Stripe committed and before we did."""
    connections.close_all()

    def die(*_: Any, **__: Any) -> None:
        os._exit(9)

    operations.settle = die  # the last moment at which nothing of the outcome is written
    operations.perform(operation_id, at=at)


def _in_a_process(target: Any, *args: Any) -> int | None:
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=target, args=args)
    process.start()
    process.join(30)
    return process.exitcode


def test_killed_between_stripes_commit_and_ours_makes_one_transfer(play: Play, planned: Remittance) -> None:
    operation = play.operation(kind="transfer")
    assert _in_a_process(_perform_and_die, operation.pk, play.at) == 9
    operation.refresh_from_db()
    assert (operation.state, len(play.transfers()), play.has("OUT")) == ("sent", 1, -2000)

    # Nobody takes it from a worker that may still be calling.
    assert operations.perform(operation.pk, at=play.at + LEASE - timedelta(seconds=1)) is None
    play.later(seconds=100)
    ends_with_one_transfer(play, planned)


def test_killed_and_the_key_forgotten_makes_one_transfer(play: Play, planned: Remittance) -> None:
    assert _in_a_process(_perform_and_die, play.operation(kind="transfer").pk, play.at) == 9
    play.stripe.control("forget_keys", {})
    play.later(days=2)
    ends_with_one_transfer(play, planned)


def test_two_workers_on_one_operation_call_once(play: Play, planned: Remittance) -> None:
    operation = play.operation(kind="transfer")
    calls: list[str] = []
    together = threading.Barrier(8)
    make = stripe_gateway.make

    def counted(kind: str, params: Any, key: str) -> Any:
        calls.append(key)
        return make(kind, params, key)

    def work() -> None:
        together.wait()
        operations.perform(operation.pk, at=play.at)
        connections.close_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stripe_gateway, "make", counted)
        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(calls) == 1
    ends_with_one_transfer(play, planned)


def test_what_is_claimed_at_the_end_of_a_slow_round_is_left_to_its_worker(play: Play, planned: Remittance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker's round took 85 seconds before it came to this; 6 seconds into its call another worker's round begins."""
    passed, keys = [0], []
    monkeypatch.setattr(operations, "monotonic_ns", lambda: passed[0])
    make, look_again = stripe_gateway.make, remittances.look_again

    def slow(operation: PaymentOperation, at: Any) -> bool:
        passed[0] += 85 * 10**9
        return look_again(operation, at)

    def calls(kind: str, params: Any, key: str) -> Any:
        keys.append(key)
        if len(keys) == 1:
            operations.perform_due(at=play.at + timedelta(seconds=91))
        return make(kind, params, key)

    monkeypatch.setattr(remittances, "look_again", slow)
    monkeypatch.setattr(stripe_gateway, "make", calls)
    operations.perform_due(at=play.at)
    assert len(keys) == 1
    ends_with_one_transfer(play, planned)


def test_a_lost_capability_waits_in_out_until_it_is_back_under_a_new_key(play: Play, planned: Remittance) -> None:
    play.stripe.act("lose_transfers", account=Payee.objects.get().stripe_account_id)
    first_key = play.operation(kind="transfer").idempotency_key
    operations.perform_due(at=play.at)
    planned.refresh_from_db()
    operation = play.operation(kind="transfer")
    assert (planned.state, play.has("OUT"), operation.state, operation.attempt) == ("planned", -2000, "planned", 2)
    assert operation.idempotency_key != first_key
    assert Alarm.objects.open().filter(kind="transfer_refused").count() == 1
    play.stripe.act("regain_transfers", account=Payee.objects.get().stripe_account_id)
    play.later(seconds=3700)
    ends_with_one_transfer(play, planned)
    assert not Alarm.objects.open().exists(), "it went, so nobody has to look"


def told_no(play: Play) -> tuple[str, PaymentOperation, StripeSaidNo]:
    """The payee's account, and the transfer that a worker claimed and was told no of; it sleeps before it writes that down."""
    account = str(Payee.objects.get().stripe_account_id)
    play.stripe.act("lose_transfers", account=account)
    sleeper = operations._claim(play.operation(kind="transfer").pk, play.at, operations.monotonic_ns())
    assert sleeper is not None
    with pytest.raises(StripeSaidNo) as no:
        operations._ask(sleeper)
    return account, sleeper, no.value


@pytest.mark.parametrize("late", ["no", "no_answer"])
def test_a_worker_that_slept_over_the_answer_to_an_older_key_changes_nothing(play: Play, planned: Remittance, late: str) -> None:
    """It was told no, slept longer than its lease, and another asked anew meanwhile: a third key would be a second transfer."""
    account, sleeper, no = told_no(play)
    pk = sleeper.pk
    play.skip(seconds=100)
    operations.perform_due(at=play.at)  # another worker hears the same no: a new attempt waits an hour
    play.stripe.act("regain_transfers", account=account)
    play.skip(seconds=3700)
    play.stripe.fault("drop_after_commit", TRANSFERS)
    operations.perform_due(at=play.at)
    assert (play.operation(pk=pk).state, play.operation(pk=pk).attempt, len(play.transfers())) == ("unknown", 2, 1)

    if late == "no":
        operations._refuse(sleeper, no, play.at)
    else:
        operations._wait(sleeper, "no answer", play.at)
    assert (play.operation(pk=pk).state, play.operation(pk=pk).attempt) == ("unknown", 2)
    play.later(seconds=3700)
    ends_with_one_transfer(play, planned)


def test_a_worker_that_slept_over_a_no_that_stripe_forgot_changes_nothing(play: Play, planned: Remittance) -> None:
    """The same key, asked again by another, was done after all: an older no of it is not the last word."""
    account, sleeper, no = told_no(play)
    pk = sleeper.pk
    play.stripe.act("regain_transfers", account=account)
    play.stripe.control("forget_keys", {})
    play.stripe.fault("drop_after_commit", TRANSFERS)
    play.skip(seconds=100)
    operations.perform_due(at=play.at)
    operations._refuse(sleeper, no, play.at)
    assert (play.operation(pk=pk).state, play.operation(pk=pk).attempt, len(play.transfers())) == ("unknown", 1, 1)
    play.later(seconds=3700)
    ends_with_one_transfer(play, planned)


def test_the_same_key_with_another_sum_is_never_taken_for_done(play: Play, planned: Remittance) -> None:
    operation = play.operation(kind="transfer")
    other = {**operation.params, "amount": 1}
    stripe_gateway.make("transfer", {**other, "metadata": {}}, operation.idempotency_key)
    with pytest.raises(AnswerLost):
        stripe_gateway.make("transfer", operation.params, operation.idempotency_key)
    operations.perform_due(at=play.at)
    operation.refresh_from_db()
    assert (operation.state, operation.attempt) == ("unknown", 1)


def test_a_card_page_asked_for_twice_is_one_page(play: Play) -> None:
    play.stripe.fault("drop_after_commit", "/v1/checkout/sessions")
    payment = play.start()
    assert payment.state == "started"
    play.later(seconds=10)
    payment.refresh_from_db()
    assert payment.state == "open"
    play.type_card(payment)
    assert arrivals.refresh(payment_id=payment.pk, at=play.at).state == "clearing"


def test_a_top_up_asked_for_twice_is_one_top_up(play: Play) -> None:
    play.stripe.fault("drop_after_commit", "/v1/topups")
    floats.top_up(council_code=COUNCIL, pence=5000, by=None, at=play.at)
    play.run()
    play.later(seconds=10)
    play.later(days=3)
    assert play.has("FLOAT") == 5000


def test_stripe_is_not_called_inside_a_transaction(play: Play, planned: Remittance) -> None:
    operation = play.operation(kind="transfer")
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.perform(operation.pk, at=play.at)
    with pytest.raises(stripe_gateway.InsideATransaction), transaction.atomic():
        stripe_gateway.own_payouts()
    assert play.transfers() == []


def test_an_operation_keeps_what_it_sent(play: Play, planned: Remittance) -> None:
    operations.perform_due(at=play.at)
    operation = play.operation(kind="transfer")
    assert len(operation.params_hash) == 64
    assert operation.stripe_id is not None
    assert PaymentOperation.objects.filter(stripe_id=operation.stripe_id).count() == 1
