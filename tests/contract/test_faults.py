"""Each fault does what it says, and money is neither made nor lost by any."""

import pytest
import stripe

from tests.contract.conftest import top_up
from tests.sandbox_process import SandboxProcess

KEYED = {"idempotency_key": "operation-1-attempt-1"}


@pytest.fixture
def send(api, sandbox, provider):
    top_up(api, sandbox)
    return lambda client=None, **options: (client or api).transfers.create(
        {"amount": 1000, "currency": "gbp", "destination": provider.id}, {**KEYED, **options}
    )


def count(api) -> int:
    return len(api.transfers.list().data)


def test_500_before_did_nothing(api, sandbox: SandboxProcess, send):
    sandbox.fault("500_before", "/v1/transfers")
    with pytest.raises(stripe.APIError):
        send()
    assert count(api) == 0
    assert send().amount == 1000
    assert count(api) == 1


def test_stored_500_hides_a_real_transfer(api, sandbox, send):
    sandbox.fault("500_stored_after", "/v1/transfers")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            send()
    assert count(api) == 1


@pytest.mark.parametrize("kind", ["hang_after_commit", "drop_after_commit", "truncated"])
def test_lost_answer_is_found_again_by_its_key(api, sandbox, send, connect, kind):
    sandbox.fault(kind, "/v1/transfers", seconds=2)
    with pytest.raises(stripe.APIConnectionError):
        send(connect(sandbox, timeout=0.5).v1)
    assert count(api) == 1
    assert send().id == api.transfers.list().data[0].id
    assert count(api) == 1


def test_429_storm_ends(api, sandbox, send):
    sandbox.fault("429", "/v1/transfers", count=3)
    for _ in range(3):
        with pytest.raises(stripe.RateLimitError):
            send()
    assert send().amount == 1000


def test_409_says_somebody_else_is_at_it(api, sandbox, send):
    sandbox.fault("409", "/v1/transfers")
    with pytest.raises(stripe.APIError) as refused:
        send()
    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
    assert send().amount == 1000


def test_fault_meets_a_template_or_a_pattern_and_nothing_else(api, sandbox, send):
    transfer = send()
    sandbox.fault("500_before", "/v1/transfers/{transfer}", method="GET")
    assert api.transfers.list().data
    with pytest.raises(stripe.APIError):
        api.transfers.retrieve(transfer.id)
    sandbox.fault("500_before", "/v1/transfers/*", method="GET")
    with pytest.raises(stripe.APIError):
        api.transfers.retrieve(transfer.id)
    assert api.transfers.retrieve(transfer.id).id == transfer.id


def test_unknown_fault_is_refused(sandbox):
    with pytest.raises(RuntimeError, match="kind is one of"):
        sandbox.fault("earthquake", "/v1/transfers")


@pytest.mark.parametrize("kind", ["hang_before", "drop_before", "truncated_before"])
def test_broken_answer_may_also_mean_that_nothing_was_done(api, sandbox, send, connect, kind):
    sandbox.fault(kind, "/v1/transfers", seconds=2)
    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        send(connect(sandbox, timeout=0.5).v1)
    assert count(api) == 0
    assert send().id == api.transfers.list().data[0].id


def test_stored_500_may_also_hide_that_nothing_was_done(api, sandbox, send):
    sandbox.fault("500_stored_before", "/v1/transfers")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            send()
    assert count(api) == 0
    sandbox.control("forget_keys", {})
    assert send().amount == 1000


@pytest.mark.parametrize("kind", ["429_after_commit", "409_after_commit"])
def test_try_later_may_come_after_it_was_done(api, sandbox, send, kind):
    sandbox.fault(kind, "/v1/transfers")
    with pytest.raises(stripe.StripeError) as refused:
        send()
    assert refused.value.http_status == int(kind[:3])
    assert send().id == api.transfers.list().data[0].id
    assert count(api) == 1


@pytest.mark.parametrize("kind", ["slow", "slow_after_commit"])
def test_slow_answer_is_still_the_answer(api, sandbox, send, kind):
    sandbox.fault(kind, "/v1/transfers", seconds=0.2)
    assert send().id == api.transfers.list().data[0].id
