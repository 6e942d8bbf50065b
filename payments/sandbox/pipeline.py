"""One request, from its bytes to its answer: route, fault, idempotency, contract, work, contract again."""

import hashlib
import json
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

from payments.sandbox import faults, forms
from payments.sandbox.contract import Contract, Route
from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.registry import OPERATIONS, Call
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, PLATFORM, World, public


@dataclass(frozen=True)
class Request:
    """What came over the wire. `text` is the query of a GET, the body of a POST."""

    method: str
    path: str
    text: str
    headers: dict[str, str]

    @property
    def account(self) -> str:
        return self.headers.get("stripe-account") or PLATFORM

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "") if self.method == "POST" else ""

    @property
    def print(self) -> str:
        """Two requests under one idempotency key are the same when this is."""
        return hashlib.sha256(f"{self.method} {self.path} {self.text}".encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What goes back. `spoil` is a fault that strikes on the way back."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    spoil: Json | None = None


class Pipeline:
    """Answers API requests. Work is done one request at a time; waiting is done outside that turn."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._busy: set[tuple[str, str]] = set()
        self._busy_lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        headers = {"Request-Id": self.world.new_id("req"), "Stripe-Version": self.world.contract.api_version}
        if request.key:
            headers["Idempotency-Key"] = request.key
        try:
            route, ids = self._route(request)
            with self._in_flight(request):
                return self._faulty(request, route, ids, headers)
        except StripeError as error:
            return Answer(error.status, json.dumps(public(error.body)), headers)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Answer(500, json.dumps({"error": {"type": "api_error", "message": "SANDBOX BUG: see its error stream."}}), headers)

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not secret.startswith(("sk_test_", "rk_test_")):
            raise StripeError(401, "invalid_request_error", "The sandbox takes test keys alone: sk_test_ and anything.")
        found = self.world.contract.route(request.method, request.path)
        if found is None:
            raise StripeError(
                404, "invalid_request_error", f"Unrecognized request URL ({request.method}: {request.path}). The sandbox may not play it."
            )
        if request.account != PLATFORM:
            known = self.world.store.get(request.account)
            if known is None or known[0]["object"] != "account":
                message = f"The provided key does not have access to account '{request.account}' (or that account does not exist)."
                raise StripeError(403, "invalid_request_error", message, code="account_invalid")
        return found

    def _in_flight(self, request: Request) -> "_Turn":
        return _Turn(self._busy, self._busy_lock, (request.account, request.key) if request.key else None)

    def _faulty(self, request: Request, route: Route, ids: dict[str, str], headers: dict[str, str]) -> Answer:
        with self.world.store.transaction():
            self.world.run_due()
            fault = faults.take(self.world.store, request.method, request.path, route.template)
        if fault and fault["kind"] in faults.BEFORE - {"slow"}:
            return self._undone(request, fault, headers)
        if fault and fault["kind"] == "slow":
            time.sleep(fault["seconds"])
        with self.world.store.transaction():
            stored = self._stored(request)
            if stored:
                return Answer(stored[0], stored[1], headers | {"Idempotent-Replayed": "true", "Original-Request": stored[2]}, fault)
        params = self._params(request, route)
        status, body = self._work(request, route, Call(self.world, params, ids, request.account, request.path), fault, headers["Request-Id"])
        if fault and fault["kind"] in ("429_after_commit", "409_after_commit") and (instead := faults.refusal(fault["kind"])):
            status, body = instead.status, json.dumps(instead.body)
        return Answer(status, body, headers, fault)

    def _undone(self, request: Request, fault: Json, headers: dict[str, str]) -> Answer:
        """A fault that strikes before the work: nothing is done, and nothing is kept but a 500 that is called stored."""
        kind = fault["kind"]
        answer = faults.refusal(kind) or StripeError(500, "api_error", "An unknown error occurred.")
        body = json.dumps(answer.body)
        if kind == "500_stored_before":
            with self.world.store.transaction():
                if stored := self._stored(request):
                    return Answer(stored[0], stored[1], headers | {"Idempotent-Replayed": "true", "Original-Request": stored[2]})
                self._remember(request, answer.status, body, headers["Request-Id"])
        return Answer(answer.status, body, headers, fault)

    def _stored(self, request: Request) -> tuple[int, str, str] | None:
        if not request.key:
            return None
        store, horizon = self.world.store, self.world.now() - DAY
        store.run("DELETE FROM answers WHERE at <= ?", horizon)
        found = store.rows("SELECT print, status, body, request_id FROM answers WHERE account = ? AND key = ?", request.account, request.key)
        if not found:
            return None
        if found[0][0] != request.print:
            message = "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than "
            raise StripeError(400, "idempotency_error", f"{message}'{request.key}' if you meant to execute a different request.")
        return found[0][1], found[0][2], found[0][3]

    def _params(self, request: Request, route: Route) -> dict[str, Any]:
        contract = self.world.contract
        params = forms.read(forms.decode(request.text), route.request, contract)
        if fault := contract.request_fault(route, params):
            raise invalid(f"Invalid request: {fault}")
        return params

    def _work(self, request: Request, route: Route, call: Call, fault: Json | None, request_id: str) -> tuple[int, str]:
        """Does the work and stores its answer under the key, all in one: after a kill either both are there or neither."""
        store = self.world.store
        self_refusal: StripeError | None = None
        try:
            with store.transaction():
                status, body = self._result(route, call, request_id, request.key)
                if fault and fault["kind"] == "500_stored_after":
                    status, body = 500, json.dumps({"error": {"type": "api_error", "message": "An unknown error occurred."}})
                self._remember(request, status, body, request_id)
                return status, body
        except StripeError as error:
            self_refusal = error
        except Exception:
            traceback.print_exc(file=sys.stderr)
            self_refusal = StripeError(500, "api_error", f"SANDBOX BUG in {route.name}: see its error stream.")
        body = json.dumps(public(self_refusal.body))
        with store.transaction():
            self._remember(request, self_refusal.status, body, request_id)
        return self_refusal.status, body

    def _result(self, route: Route, call: Call, request_id: str, key: str) -> tuple[int, str]:
        world = self.world
        world.request = {"id": request_id, "idempotency_key": key or None}
        try:
            answer = OPERATIONS[(route.method, route.template)](call)
            world.run_due()
            shown = public(answer)
            check(world.contract, route, shown)
            for path in call.param("expand", []):
                expand(call, shown, path.split("."), path)
            return 200, json.dumps(shown)
        except StripeError as error:
            if not error.keeps:
                raise
            return error.status, json.dumps(public(error.body))
        finally:
            world.request = {"id": None, "idempotency_key": None}

    def _remember(self, request: Request, status: int, body: str, request_id: str) -> None:
        if request.key:
            values = (request.account, request.key, request.print, status, body, request_id, self.world.now())
            self.world.store.run("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", *values)


class _Turn:
    """Two requests under one key at the same moment: the second is told so, as Stripe tells it."""

    def __init__(self, busy: set[tuple[str, str]], lock: threading.Lock, key: tuple[str, str] | None) -> None:
        self._busy, self._lock, self._key = busy, lock, key

    def __enter__(self) -> None:
        with self._lock:
            if self._key in self._busy:
                raise faults.key_in_use(self._key[1] if self._key else "")
            if self._key:
                self._busy.add(self._key)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._key:
                self._busy.discard(self._key)


def check(contract: Contract, route: Route, answer: Json) -> None:
    """An answer the SDK's types would not know is a fault of ours: said loudly, never sent."""
    if fault := contract.answer_fault(route, answer):
        raise StripeError(500, "api_error", f"SANDBOX BUG: the answer to {route.name} breaks the contract at {fault}")


def expand(call: Call, where: Any, steps: list[str], path: str) -> None:
    """Puts objects in place of their ids along one dotted path."""
    if isinstance(where, list):
        for item in where:
            expand(call, item, steps, path)
        return
    name, rest = steps[0], steps[1:]
    if not isinstance(where, dict) or name not in where:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(where[name], str):
        found = call.world.store.get(where[name])
        if found is None:
            raise invalid(f"This property cannot be expanded ({path}).", param="expand")
        where[name] = public(found[0])
        if fault := call.world.contract.object_fault(where[name]):
            raise StripeError(500, "api_error", f"SANDBOX BUG: {path} breaks the contract at {fault}")
    if rest and where[name] is not None:
        expand(call, where[name], rest, path)
