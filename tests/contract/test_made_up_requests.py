"""What schemathesis makes up from the sandbox's own contract: no fault of the sandbox's, answers as the contract says, nothing undeclared taken."""

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from payments.sandbox import contract, operations
from payments.sandbox.registry import OPERATIONS
from tests.contract.conftest import BANK_TRANSFER, PROVIDER, pay_by_card, top_up
from tests.contract.made_up import document, form
from tests.contract.test_card_payments import session_for
from tests.contract.test_direct_debit import ask_for, keep_bank
from tests.sandbox_process import CACHE, KEY

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FEW = settings(max_examples=8, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def known():
    assert operations.__all__
    return contract.load(set(OPERATIONS), CACHE)


@pytest.fixture
def there(api, sandbox):
    """Something of every kind, and the names it goes by in requests."""
    accounts = [api.accounts.create(PROVIDER).id for _ in range(2)]
    for account in accounts:
        sandbox.act("onboard", account=account)
    customer, setup = keep_bank(api)
    by_card, by_debit = pay_by_card(api, customer=customer), ask_for(api, customer, setup.payment_method)
    waits = api.payment_intents.create(BANK_TRANSFER | {"amount": 9000, "customer": customer})
    disputed = sandbox.act("dispute", charge=pay_by_card(api).latest_charge)["id"]
    sandbox.move_clock(days=10)
    topup = top_up(api, sandbox).id
    transfer = api.transfers.create({"amount": 5000, "currency": "gbp", "destination": accounts[0]}).id
    charges = [by_card.latest_charge, by_debit.latest_charge]
    found = {
        "account": accounts,
        "destination": accounts,
        "customer": [customer],
        "payment_method": [setup.payment_method, "pm_card_visa", "pm_card_chargeDeclined"],
        "payment_intent": [by_card.id, by_debit.id, waits.id],
        "intent": [by_card.id, by_debit.id, waits.id],
        "setup_intents": [setup.id],
        "mandate": [setup.mandate],
        "charge": charges,
        "source_transaction": charges,
        "source": charges,
        "refund": [api.refunds.create({"charge": charges[0], "amount": 100}).id],
        "dispute": [disputed],
        "transfer": [transfer],
        "transfers": [transfer],
        "session": [session_for(api).id],
        "topup": [topup],
        "payout": [each.id for each in api.payouts.list(options={"stripe_account": accounts[0]}).data],
        "capability": ["transfers"],
        "balance_transactions": [line.id for line in api.balance_transactions.list().data[:3]],
        "events": [event.id for event in api.events.list().data[:3]],
        "currency": ["gbp", "GBP", "usd"],
        "metadata": [{"operation": "1"}, {}],
        "expand": [["latest_charge"], ["data.source"], ["no"], []],
        "success_url": ["http://127.0.0.1:8000/paid"],
        "return_url": ["http://127.0.0.1:8000/back"],
        "refresh_url": ["http://127.0.0.1:8000/again"],
        "mode": ["payment", "setup"],
        "limit": [],
        "starting_after": charges,
    }
    return {name: values for name, values in found.items() if values}


def send(sandbox, method, path, fields):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded"}
    with requests.Session() as session:
        if method == "GET":
            return session.get(f"{sandbox.url}{path}?{fields}", headers=headers, timeout=10)
        return session.request(method, f"{sandbox.url}{path}", data=fields, headers=headers, timeout=10)


def test_nothing_made_up_is_a_fault(sandbox, known, there):
    schema = schemathesis.openapi.from_dict(document(known, there))
    asked, done, wrong = 0, 0, []
    for result in schema.get_all_operations():
        operation = result.ok()

        @FEW
        @seed(20260302)
        @given(case=operation.as_strategy())
        def ask(case):
            nonlocal asked, done
            path = case.formatted_path
            answer = send(sandbox, case.method, path, form(case.body))
            case.validate_response(answer, checks=CHECKS)
            asked += 1
            done += answer.status_code == 200

        try:
            ask()
        except FailureGroup as failures:
            wrong.append(f"{operation.label}: {failures}")
    assert not wrong, "\n\n".join(wrong)
    assert asked > 300
    assert done > 60  # made up well enough to get past the first refusal


def test_undeclared_parameter_is_refused_by_every_operation(sandbox, known):
    for route in known.routes:
        path = route.pattern.pattern.strip("^$")
        for name in route.pattern.groupindex:
            path = path.replace(f"(?P<{name}>[^/]+)", "no_1")
        answer = send(sandbox, route.method, path, "made_up_by_us=1")
        assert (answer.status_code, answer.json()["error"].get("code")) == (400, "parameter_unknown"), route.name
