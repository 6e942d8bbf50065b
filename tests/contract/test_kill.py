"""Killed at any moment, the sandbox has lost nothing that it acknowledged."""

import threading

import pytest
import stripe

from tests.contract.conftest import PROVIDER, pay_by_card, top_up


def test_kill_and_restart_keep_everything(own_sandbox, connect):
    process = own_sandbox()
    api = connect(process).v1
    account = api.accounts.create(PROVIDER)
    process.act("onboard", account=account.id)
    top_up(api, process)
    charge = pay_by_card(api).latest_charge
    keyed = {"idempotency_key": "k"}
    asked = {"amount": 500, "currency": "gbp", "destination": account.id}
    transfer = api.transfers.create(asked, keyed)
    now = process.control("clock")["now"]
    process.kill()
    process.restart()
    api = connect(process).v1
    assert api.transfers.create(asked, keyed).id == transfer.id
    assert api.charges.retrieve(charge).amount == 8000
    assert process.control("clock")["now"] >= now
    process.move_clock(days=7)
    assert api.balance_transactions.list({"source": charge}).data[0].status == "available"
    assert process.control("dump")["equal"]


def test_kill_in_the_middle_of_work_loses_no_answer_given(own_sandbox, connect):
    process = own_sandbox()
    acknowledged: list[str] = []
    enough = threading.Event()

    def work(api):
        try:
            while True:
                acknowledged.append(api.topups.create({"amount": 10, "currency": "gbp"}).id)
                if len(acknowledged) >= 60:
                    enough.set()
        except stripe.APIConnectionError:
            return

    threads = [threading.Thread(target=work, args=(connect(process).v1,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert enough.wait(10)
    process.kill()
    for thread in threads:
        thread.join()
    process.restart()
    kept = {topup.id for topup in connect(process).v1.topups.list({"limit": 100}).auto_paging_iter()}
    assert set(acknowledged) <= kept
    assert len(kept) - len(acknowledged) <= len(threads)
    assert process.control("dump")["equal"]


def test_reset_needs_leave(own_sandbox):
    process = own_sandbox(allow_reset=False)
    with pytest.raises(RuntimeError, match="without --allow-reset"):
        process.control("reset", {})
