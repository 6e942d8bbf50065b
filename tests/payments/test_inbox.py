"""What Stripe tells us: once each, only from Stripe, and never believed without asking."""

import hashlib
import hmac
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from audit.errors import NotAllowed
from payments.gateways import stripe_gateway
from payments.models import Alarm, Payment, WebhookEvent
from payments.selectors import proof
from payments.services import arrivals, inbox, payees, remittances
from tests import cast
from tests.payments.conftest import AMINA, COUNCIL, Play
from tests.sandbox_process import CONNECT_SECRET, PLATFORM_SECRET, start_sandbox

PLATFORM, CONNECT = "/stripe/webhook/platform", "/stripe/webhook/connect"


@pytest.fixture(autouse=True)
def only_our_addresses(settings: Any) -> None:
    """These tests need no page of any other room."""
    settings.ROOT_URLCONF = "payments.api.webhook_urls"


def sign(body: bytes, secret: str, at: float | None = None) -> str:
    moment = int(time.time() if at is None else at)
    return f"t={moment},v1=" + hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def event(kind: str = "payment_intent.succeeded", thing: str = "pi_nobody", **more: Any) -> bytes:
    made = {"id": "evt_1", "object": "event", "type": kind, "livemode": False, "created": 1, "api_version": None, "pending_webhooks": 1}
    return json.dumps({**made, "data": {"object": {"id": thing, "object": kind.rsplit(".", 1)[0]}}, **more}).encode()


def post(path: str, body: bytes, signature: str) -> int:
    return Client().post(path, body, content_type="application/json", headers={"Stripe-Signature": signature}).status_code


def stripes_events(kind: str = "") -> list[bytes]:
    listed = stripe_gateway._stripe().events.list({"limit": 100}).auto_paging_iter()
    return [
        json.dumps(each.to_dict_recursive() if hasattr(each, "to_dict_recursive") else each.to_dict()).encode()
        for each in listed
        if each.type.startswith(kind)
    ]


# --- the door ---


def test_an_event_from_stripe_is_stored(play: Play) -> None:
    body = event()
    assert post(PLATFORM, body, sign(body, PLATFORM_SECRET)) == 200
    [row] = WebhookEvent.objects.all()
    assert (row.kind, row.object_id, row.endpoint, row.state) == ("payment_intent.succeeded", "pi_nobody", "platform", "waiting")


def test_an_event_about_nothing_of_ours_is_done_with(play: Play) -> None:
    body = event()
    post(PLATFORM, body, sign(body, PLATFORM_SECRET))
    assert inbox.process_due(at=play.at) == 1
    assert WebhookEvent.objects.get().state == "done"


@pytest.mark.parametrize(
    ("signature", "why"),
    [
        (lambda body: "", "none"),
        (lambda body: "t=1,v1=abc", "nonsense"),
        (lambda body: sign(body, "whsec_of_somebody_else"), "another secret"),
        (lambda body: sign(body, CONNECT_SECRET), "the other endpoint's secret"),
        (lambda body: sign(body, PLATFORM_SECRET, time.time() - 600), "ten minutes old"),
        (lambda body: sign(body + b" ", PLATFORM_SECRET), "of another body"),
    ],
)
def test_what_is_not_surely_from_stripe_stays_outside(play: Play, signature: Any, why: str) -> None:
    body = event()
    assert post(PLATFORM, body, signature(body)) == 400, why
    assert not WebhookEvent.objects.exists()


def test_a_body_that_is_no_event_stays_outside(play: Play) -> None:
    for body in (b"", b"{}", b"[]", b"not json", b'{"object": "event"}'):
        assert post(PLATFORM, body, sign(body, PLATFORM_SECRET)) == 400, body


def test_live_events_do_not_enter_a_test_house(play: Play) -> None:
    body = event(livemode=True)
    assert post(PLATFORM, body, sign(body, PLATFORM_SECRET)) == 400


def test_each_endpoint_takes_its_own_kind_only(play: Play) -> None:
    ours, theirs = event(), event("account.updated", account="acct_1")
    assert post(CONNECT, ours, sign(ours, CONNECT_SECRET)) == 400
    assert post(PLATFORM, theirs, sign(theirs, PLATFORM_SECRET)) == 400
    assert post(CONNECT, theirs, sign(theirs, CONNECT_SECRET)) == 200


def test_old_and_new_secret_both_open_during_a_change(play: Play, stripe_settings: Any) -> None:
    stripe_settings.STRIPE_WEBHOOK_SECRET_PLATFORM = f"whsec_new,{PLATFORM_SECRET}"
    body, other = event(), event(id="evt_2")
    assert post(PLATFORM, body, sign(body, PLATFORM_SECRET)) == 200
    assert post(PLATFORM, other, sign(other, "whsec_new")) == 200
    stripe_settings.STRIPE_WEBHOOK_SECRET_PLATFORM = "whsec_new"
    assert post(PLATFORM, body, sign(body, PLATFORM_SECRET)) == 400


@pytest.mark.parametrize("secret", ["", ",", " , "])
def test_an_empty_secret_closes_the_door(play: Play, stripe_settings: Any, secret: str) -> None:
    stripe_settings.STRIPE_WEBHOOK_SECRET_PLATFORM = secret
    body = event()
    for key in (secret, "", PLATFORM_SECRET):
        assert post(PLATFORM, body, sign(body, key)) == 400


def test_the_addresses_are_the_ones_stripe_is_told(settings: Any) -> None:
    settings.ROOT_URLCONF = "config.urls"
    assert (reverse("stripe-webhook-platform"), reverse("stripe-webhook-connect")) == (PLATFORM, CONNECT)


def test_only_posts_are_heard(play: Play) -> None:
    assert Client().get(PLATFORM).status_code == 405


# --- the work ---


def test_the_same_event_twelve_times_at_once_has_one_effect(play: Play) -> None:
    payment = play.start()
    play.type_card(payment)
    [body] = stripes_events("checkout.session.completed")
    together, answers = threading.Barrier(12), []

    def deliver() -> None:
        together.wait()
        answers.append(post(PLATFORM, body, sign(body, PLATFORM_SECRET)))
        inbox.process_due(at=play.at)
        connections.close_all()

    workers = [threading.Thread(target=deliver) for _ in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert answers == [200] * 12
    assert WebhookEvent.objects.count() == 1
    assert (play.has("CLEAR"), play.has("PENDING", AMINA)) == (8000, 8000)


@pytest.mark.parametrize("order", [1, -1])
def test_all_events_in_any_order_any_number_of_times_reach_one_state(play: Play, order: int) -> None:
    play.float()
    payment = play.start()
    play.type_card(payment)
    play.skip(days=8)
    for _ in range(2):
        WebhookEvent.objects.all().delete()
        for body in stripes_events()[::order]:
            path, secret = (CONNECT, CONNECT_SECRET) if b'"account": "acct_' in body else (PLATFORM, PLATFORM_SECRET)
            assert post(path, body, sign(body, secret)) == 200
        play.run()
    payment.refresh_from_db()
    assert (payment.state, play.has("SHARE", AMINA)) == ("available", 8000)
    assert not WebhookEvent.objects.exclude(state="done").exists()
    assert proof() == []


def test_an_event_lies_and_the_object_is_believed(play: Play) -> None:
    payment = play.start()
    body = event("checkout.session.completed", payment.session_id)
    post(PLATFORM, body, sign(body, PLATFORM_SECRET))
    inbox.process_due(at=play.at)
    payment.refresh_from_db()
    assert (payment.state, play.has("CLEAR")) == ("open", 0)


def test_an_event_comes_before_the_answer_that_was_lost(play: Play) -> None:
    play.stripe.fault("drop_after_commit", "/v1/payment_intents")
    payment = play.start_bank()
    assert payment.state == "started"
    for body in stripes_events("payment_intent."):
        post(PLATFORM, body, sign(body, PLATFORM_SECRET))
    inbox.process_due(at=play.at)
    payment.refresh_from_db()
    assert payment.state == "open"
    assert play.operation(kind="payment_intent").state == "succeeded"


def test_changed_bank_details_are_heard_of(play: Play) -> None:
    row = play.payee()
    play.stripe.act("change_bank", account=row.stripe_account_id, sort_code="200000", account_number="55779911")
    body = event("account.updated", str(row.stripe_account_id), account=row.stripe_account_id)
    post(CONNECT, body, sign(body, CONNECT_SECRET))
    inbox.process_due(at=play.at)
    row.refresh_from_db()
    assert row.bank_changed_at == play.at


def test_a_dispute_rings_and_is_booked(play: Play) -> None:
    play.float()
    payment = play.lot()
    play.stripe.act("dispute", charge=payment.charge_id)
    for body in stripes_events("charge.dispute.created"):
        post(PLATFORM, body, sign(body, PLATFORM_SECRET))
    inbox.process_due(at=play.at)
    assert Alarm.objects.open().filter(kind="dispute", stops_releases=False).count() == 1
    assert play.has("RECEIVABLE", AMINA) == 8000
    assert proof() == []


def test_a_parked_event_is_tried_again_by_an_operator(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = play.start()
    body = event("checkout.session.completed", payment.session_id)
    post(PLATFORM, body, sign(body, PLATFORM_SECRET))

    def broken(session_id: str, at: Any) -> None:
        raise KeyError(session_id)

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "see_session", broken)
        for _ in range(10):
            inbox.process_due(at=play.skip(seconds=3700))
    assert WebhookEvent.objects.get().state == "parked"
    assert Alarm.objects.open().filter(kind="event_parked").count() == 1
    with pytest.raises(NotAllowed):
        inbox.retry(event_id="evt_1", by=cast.stranger(), at=play.at)
    inbox.retry(event_id="evt_1", by=cast.operator(), at=play.at)
    assert inbox.process_due(at=play.at) == 1
    assert WebhookEvent.objects.get().state == "done"
    assert not Alarm.objects.open().exists()


def test_while_stripe_is_away_events_wait(play: Play) -> None:
    payment = play.start()
    play.type_card(payment)
    [body] = stripes_events("checkout.session.completed")
    post(PLATFORM, body, sign(body, PLATFORM_SECRET))
    play.stripe.fault("500_before", "*", method="*", count=20)
    for _ in range(12):
        inbox.process_due(at=play.skip(seconds=3700))
    assert WebhookEvent.objects.get().state == "waiting"
    play.stripe.control("faults", [])
    play.later(seconds=3700)
    assert WebhookEvent.objects.get().state == "done"
    payment.refresh_from_db()
    assert payment.state in ("clearing", "available")


def test_by_webhooks_alone_over_http_a_pound_walks_through(transactional_db: None, live_server: Any, stripe_settings: Any, tmp_path: Path) -> None:
    """The real thing: Stripe posts to our address, twice each time, and nobody asks anything by hand."""
    from datetime import UTC, datetime

    stripe = start_sandbox(tmp_path, webhooks_to=live_server.url)
    try:
        stripe_settings.STRIPE_API_BASE = stripe.url
        stripe.control("webhooks", {"mode": "duplicate", "n": 2})
        play = Play(stripe, datetime.now(UTC))
        play.float()
        payment = play.start()
        play.type_card(payment)
        _until(play, lambda: Payment.objects.get(pk=payment.pk).state == "clearing")
        play.later(days=8)
        _until(play, lambda: Payment.objects.get(pk=payment.pk).state == "available")
        row = payees.open_payee(owner="enterprise:5", council_code=COUNCIL, by=None, at=play.at)
        play.run()
        row.refresh_from_db()
        stripe.act("onboard", account=row.stripe_account_id)
        _until(play, lambda: type(row).objects.get(pk=row.pk).ready)
        play.owe(row, 2000)
        remittances.plan_due(at=play.at)
        play.run()
        assert len(play.transfers()) == 1
        assert proof() == []
    finally:
        stripe.stop()


def _until(play: Play, is_so: Any) -> None:
    """Works on what has come, until it is so; ten seconds at most."""
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        inbox.process_due(at=play.at)
        arrivals.clear_due(at=play.at)
        time.sleep(0.02)
