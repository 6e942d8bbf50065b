"""Webhooks: signed with real time, to two doors, tried again, and every way they can go wrong."""

import time

import pytest

from tests.contract.conftest import PROVIDER, pay_by_card
from tests.sandbox_process import PLATFORM_SECRET


@pytest.fixture
def own(own_sandbox, letterbox):
    return own_sandbox(webhooks_to=letterbox.url)


@pytest.fixture
def api(own, connect):
    return connect(own).v1


def settled(process, state, count):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.control("webhooks")["counts"].get(state, 0) >= count:
            return True
    return False


def test_payment_is_announced_in_order(api, letterbox):
    intent = pay_by_card(api)
    assert [event.type for event in letterbox.take(3)] == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    stored = api.events.list({"type": "payment_intent.succeeded"}).data[0]
    assert api.events.retrieve(stored.id).data.object["id"] == intent.id


def test_moved_clock_is_in_the_event_and_not_in_the_signature(api, own, letterbox):
    now = own.control("clock", {"seconds": 90 * 86_400})["now"]
    pay_by_card(api)
    assert letterbox.next("charge.succeeded").created >= now
    assert letterbox.refused == []


def test_connected_accounts_events_come_by_their_own_door(api, own, letterbox):
    account = api.accounts.create(PROVIDER)
    own.act("onboard", account=account.id)
    path, event = letterbox.letters.get(timeout=8)
    assert path == "/stripe/webhook/connect"
    assert event.account == account.id
    assert letterbox.next("account.updated").data.object["details_submitted"] is True


def test_refused_webhook_is_tried_again_and_then_waits_to_be_asked_for(api, own, letterbox):
    letterbox.status = 500
    api.customers.create({})
    assert settled(own, "failed", 1)
    letterbox.status = 200
    assert own.control("redeliver", {})["queued"] == 1
    assert letterbox.next().type == "customer.created"


def test_refused_webhook_comes_by_itself_once_the_door_is_open(api, letterbox):
    letterbox.status = 500
    api.customers.create({})
    time.sleep(0.1)
    letterbox.status = 200
    assert letterbox.next().type == "customer.created"


def test_dropped_webhooks_are_lost_until_redelivered(api, own, letterbox):
    own.control("webhooks", {"mode": "drop"})
    api.customers.create({})
    assert settled(own, "dropped", 1)
    assert letterbox.letters.empty()
    own.control("webhooks", {"mode": "normal"})
    own.control("redeliver", {})
    assert letterbox.next().type == "customer.created"


def test_duplicates_come_as_often_as_asked(api, own, letterbox):
    own.control("webhooks", {"mode": "duplicate", "n": 3})
    api.customers.create({})
    assert len({event.id for event in letterbox.take(3)}) == 1


def test_delay_and_reorder_still_bring_everything(api, own, letterbox):
    own.control("webhooks", {"mode": "reorder", "seconds": 0.5})
    for _ in range(4):
        api.customers.create({})
    assert len({event.id for event in letterbox.take(4)}) == 4
    own.control("webhooks", {"mode": "delay", "seconds": 0.5})
    begun = time.monotonic()
    api.customers.create({})
    letterbox.next()
    assert time.monotonic() - begun >= 0.5


@pytest.mark.parametrize("how", [{"secret": "whsec_wrong"}, {"alter": True}, {"at": 1_600_000_000}])
def test_forged_webhook_is_seen_through(own, letterbox, how):
    answer = own.control("forge", {"endpoint": "platform", "event": {"id": "evt_x", "object": "event", "type": "charge.succeeded"}} | how)
    assert answer["status"] == 400
    assert len(letterbox.refused) == 1


def test_two_secrets_both_sign_while_one_is_replaced(own_sandbox, letterbox, connect):
    process = own_sandbox(webhooks_to=letterbox.url, platform_secret=f"whsec_new,{PLATFORM_SECRET}")
    connect(process).v1.customers.create({})
    assert letterbox.next().type == "customer.created"


def test_webhook_address_without_a_secret_stops_the_start(own_sandbox, letterbox):
    with pytest.raises(RuntimeError, match="did not start"):
        own_sandbox(webhooks_to=letterbox.url, platform_secret="")
