"""Sends events to the two webhook endpoints, signed with real time, a few tries each."""

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from payments.sandbox.store import Json, Store

BACKOFF = (0.2, 1.0, 3.0)
TIMEOUT = 10


@dataclass(frozen=True)
class Endpoint:
    """`platform` for the platform's own events, `connect` for those of connected accounts. `secret` may be two with a comma while one is replaced."""

    name: str
    url: str
    secret: str


def signature(payload: bytes, secret: str, at: int | None = None) -> str:
    """Stripe's `t=…,v1=…`, one `v1` for each secret. Signed with real time: the SDK refuses what is older than 300 seconds."""
    at = int(time.time()) if at is None else at
    signed = f"{at}.".encode() + payload
    prints = [hmac.new(each.strip().encode(), signed, hashlib.sha256).hexdigest() for each in secret.split(",")]
    return ",".join([f"t={at}", *(f"v1={each}" for each in prints)])


def send(endpoint: Endpoint, payload: bytes, header: str) -> int:
    """One POST. Gives the status; 0 when nobody answered."""
    address = urlsplit(endpoint.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=TIMEOUT)
    try:
        connection.request("POST", address.path or "/", payload, {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class Postman:
    """One thread per endpoint. In order as far as it can be: a message being retried lets the next ones pass, as Stripe's do."""

    def __init__(self, store: Store, endpoints: list[Endpoint]) -> None:
        self.store = store
        self.endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        self._wake = {name: threading.Event() for name in self.endpoints}
        self._stopping = False
        self._threads = [threading.Thread(target=self._round, args=(name,), name=f"webhooks-{name}", daemon=True) for name in self.endpoints]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.wake()

    def wake(self) -> None:
        for event in self._wake.values():
            event.set()

    def _round(self, name: str) -> None:
        while not self._stopping:
            self._wake[name].wait(timeout=0.5)
            self._wake[name].clear()
            while not self._stopping and (batch := self._due(name)):
                for delivery, payload in batch:
                    self._deliver(name, delivery, payload)

    def _due(self, name: str) -> list[tuple[Json, bytes]]:
        mode = self.store.setting("webhooks", {"mode": "normal"})
        with self.store.transaction():
            # A delay counts from the moment the message is first looked at.
            wait = float(mode.get("seconds", 2)) if mode["mode"] in ("delay", "reorder") else 0.0
            self.store.run("UPDATE deliveries SET next_at = ? WHERE endpoint = ? AND state = 'waiting' AND next_at = 0", time.time() + wait, name)
            sql = "SELECT seq, event, attempts FROM deliveries WHERE endpoint = ? AND state = 'waiting' AND next_at <= ? ORDER BY seq LIMIT 50"
            rows = self.store.rows(sql, name, time.time())
            found = [({"seq": seq, "event": event, "attempts": attempts}, self._payload(event)) for seq, event, attempts in rows]
        if mode["mode"] == "reorder":
            random.shuffle(found)
        return found

    def _payload(self, event_id: str) -> bytes:
        found = self.store.get(event_id)
        return json.dumps(found[0] if found else {}, indent=2).encode()

    def _deliver(self, name: str, delivery: Json, payload: bytes) -> None:
        mode = self.store.setting("webhooks", {"mode": "normal"})
        if mode["mode"] == "drop":
            self._settle(delivery, "dropped")
            return
        endpoint = self.endpoints[name]
        status = 0
        for _ in range(int(mode.get("n", 2)) if mode["mode"] == "duplicate" else 1):
            status = send(endpoint, payload, signature(payload, endpoint.secret))
        if 200 <= status < 300:
            self._settle(delivery, "delivered")
        elif delivery["attempts"] < len(BACKOFF):
            self._settle(delivery, "waiting", time.time() + BACKOFF[delivery["attempts"]])
        else:
            self._settle(delivery, "failed")

    def _settle(self, delivery: Json, state: str, next_at: float = 0.0) -> None:
        sql = "UPDATE deliveries SET state = ?, attempts = attempts + 1, next_at = ? WHERE seq = ?"
        self.store.run(sql, state, next_at, delivery["seq"])

    def redeliver(self, event_id: str | None) -> int:
        """Queues one event again, or every one that was not delivered. Gives how many."""
        sql = "UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = 0 WHERE "
        count = self.store.run(sql + "event = ?", event_id) if event_id else self.store.run(sql + "state <> 'delivered'")
        self.wake()
        return count

    def forge(self, name: str, event: Json, *, secret: str | None = None, at: int | None = None, alter: bool = False) -> int:
        """Sends something we never recorded: with a wrong secret, an old time, or changed after signing. Gives the endpoint's status."""
        endpoint = self.endpoints[name]
        payload = json.dumps(event).encode()
        header = signature(payload, endpoint.secret if secret is None else secret, at)
        return send(endpoint, payload + b" " if alter else payload, header)
