"""The contract is what the installed SDK says, and nothing is played that the SDK does not know."""

import ast
from pathlib import Path

import pytest
import stripe

import payments.sandbox
from payments.sandbox import contract, operations
from payments.sandbox.registry import OPERATIONS
from tests.contract.conftest import pay_by_card
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="module")
def derived():
    assert operations.__all__
    return contract.derive(set(OPERATIONS))


def test_every_operation_played_is_in_the_sdk(derived):
    assert set(derived["operations"]) == {f"{method} {path}" for method, path in OPERATIONS}


def test_operation_the_sdk_does_not_know_stops_the_reading():
    with pytest.raises(LookupError, match="POST /v1/care_plans"):
        contract.derive({("POST", "/v1/care_plans")})


def test_requests_are_closed_and_answers_are_open(derived):
    request = derived["$defs"]["stripe.params._transfer_create_params:TransferCreateParams"]
    answer = derived["$defs"]["stripe._transfer:Transfer"]
    assert request["additionalProperties"] is False
    assert {"currency", "destination"} <= set(request["required"])
    assert "additionalProperties" not in answer
    assert answer["properties"]["amount"] == {"type": "integer"}


def test_answer_that_breaks_the_contract_is_seen(tmp_path):
    known = contract.load({("GET", "/v1/transfers/{transfer}"), ("GET", "/v1/transfers")}, tmp_path)
    route, ids = known.route("GET", "/v1/transfers/tr_1") or pytest.fail("no route")
    assert ids == {"transfer": "tr_1"}
    assert "amount" in known.answer_fault(route, {"id": "tr_1", "object": "transfer"})
    listing, _ = known.route("GET", "/v1/transfers") or pytest.fail("no route")
    assert known.answer_fault(listing, {"object": "list", "data": [{"id": 7}], "has_more": False, "url": "/"})


def test_contract_is_read_once_for_an_sdk(tmp_path):
    wanted = {("GET", "/v1/balance")}
    contract.load(wanted, tmp_path)
    (cached,) = tmp_path.iterdir()
    before = cached.stat().st_mtime_ns
    contract.load(wanted, tmp_path)
    assert cached.stat().st_mtime_ns == before
    assert stripe.VERSION in cached.name


def test_sdk_finds_its_fields_on_what_it_gets(api):
    """Fields the gateway reads must exist, null or not: the SDK raises on a missing one."""
    intent = pay_by_card(api, expand=["latest_charge"])
    for name in ("next_action", "last_payment_error", "customer", "transfer_group", "canceled_at"):
        getattr(intent, name)
    for name in ("failure_code", "balance_transaction", "source_transfer", "payment_intent", "transfer_group"):
        getattr(intent.latest_charge, name)


def test_sandbox_imports_neither_django_nor_another_room():
    seen = set()
    for source in Path(payments.sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            seen |= {*names, *([node.module] if isinstance(node, ast.ImportFrom) and node.module else [])}
    ours = {name for name in seen if name.split(".")[0] in ("payments", "django", "stripe", "audit", "ledger", "pooling", "people", "config")}
    assert all(name.startswith("payments.sandbox") for name in ours)


def test_it_stays_small(sandbox: SandboxProcess, api):
    pay_by_card(api)
    status = Path(f"/proc/{sandbox.process.pid}/status").read_text()
    kilobytes = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
    print(f"sandbox: {kilobytes / 1024:.0f} MB")
    assert kilobytes < 80 * 1024
