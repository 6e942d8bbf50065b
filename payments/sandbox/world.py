"""The world behind the API: its clock, its objects, its timers and what it announces."""

import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from payments.sandbox.contract import Contract
from payments.sandbox.errors import missing
from payments.sandbox.store import Json, Store

PLATFORM = "acct_platform"
DAY = 86_400
LETTERS = string.ascii_letters + string.digits

# What the control plane may change. Seconds are of the sandbox's clock.
DEFAULTS: dict[str, Any] = {
    "card_seconds_first": 7 * DAY,  # the very first card payment waits a week, as a new Stripe account's does
    "card_seconds": 4 * DAY,  # three working days, near enough
    "bank_transfer_seconds": DAY,
    "bacs_seconds": 6 * DAY,  # four working days, near enough, until a Direct Debit is known to have gone through or not
    "bacs_seconds_new_mandate": 9 * DAY,  # seven working days for the first one of a mandate
    "bacs_available_seconds": DAY,  # and this much more until its money is available
    "pay_by_bank_seconds": 4 * DAY,  # known at once, available as a card's is
    "topup_seconds": DAY,
    "bank_refund_seconds": 2 * DAY,
    "card_refund_seconds": 0,
    "payout_seconds": DAY,
    "link_seconds": 300,
    "balance_transaction_seconds": 0,  # how long a charge's balance_transaction stays null
}

Timer = Callable[["World", str], None]
TIMERS: dict[str, Timer] = {}


def timer(function: Timer) -> Timer:
    """Registers what happens when a moment comes: `function(world, subject)`."""
    TIMERS[function.__name__] = function
    return function


@dataclass
class World:
    """Everything an operation may touch. Always used inside `store.transaction()`."""

    store: Store
    contract: Contract
    base_url: str = ""
    endpoints: tuple[str, ...] = ()
    request: Json = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    _frozen: int | None = None

    def now(self) -> int:
        """Seconds since 1970 by the sandbox's own clock: real time plus what it was moved, or the moment a timer stands at."""
        return self._frozen if self._frozen is not None else int(time.time()) + self.store.setting("clock_offset", 0)

    def option(self, name: str) -> Any:
        return self.store.setting(f"option.{name}", DEFAULTS[name])

    def new_id(self, prefix: str) -> str:
        """Begins with the time, as Stripe's do, so that neighbours are stored together; the rest is chance."""
        return f"{prefix}_{time.time_ns() // 1_000_000:012x}" + "".join(secrets.choice(LETTERS) for _ in range(12))

    # --- objects ---

    def add(self, value: Json, account: str = PLATFORM) -> Json:
        return self.store.put(value, account=account)

    def save(self, value: Json) -> Json:
        return self.store.put(value)

    def get(self, kind: str, object_id: str, account: str = "", *, param: str = "id") -> Json:
        """The object of this kind; Stripe's 404 when there is none, or when another account owns it."""
        found = self.store.get(object_id)
        if found is None or found[0]["object"] != kind or (account and found[1] != account):
            raise missing(kind.replace("_", " "), object_id, param=param)
        return found[0]

    def owner(self, object_id: str) -> str:
        found = self.store.get(object_id)
        return found[1] if found else PLATFORM

    # --- what it announces ---

    def emit(self, kind: str, subject: Json, account: str = PLATFORM, previous: Json | None = None) -> None:
        """Records an event and queues its webhook. The subject is shown as it stands now."""
        data = {"object": public(subject)} | ({"previous_attributes": previous} if previous else {})
        endpoint = "platform" if account == PLATFORM else "connect"
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": self.contract.api_version,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": int(endpoint in self.endpoints),
            "request": dict(self.request),
            "type": kind,
        } | ({} if account == PLATFORM else {"account": account})
        self.add(event, account)
        if endpoint in self.endpoints:
            self.store.run("INSERT INTO deliveries (event, endpoint, state, attempts, next_at) VALUES (?, ?, 'waiting', 0, 0)", event["id"], endpoint)

    # --- time ---

    def schedule(self, at: int, verb: str, subject: str) -> None:
        if verb not in TIMERS:
            raise LookupError(f"No timer is called {verb}.")
        self.store.run("INSERT INTO timers (at, verb, subject) VALUES (?, ?, ?)", at, verb, subject)

    def run_due(self) -> None:
        """Does everything whose moment has come, each at its own moment, in order."""
        horizon = self.now()
        while due := self.store.rows("SELECT seq, at, verb, subject FROM timers WHERE at <= ? ORDER BY at, seq LIMIT 1", horizon):
            seq, self._frozen, verb, subject = due[0]
            self.store.run("DELETE FROM timers WHERE seq = ?", seq)
            try:
                TIMERS[verb](self, subject)
            finally:
                self._frozen = None

    def move_clock(self, seconds: int) -> None:
        self.store.set("clock_offset", self.store.setting("clock_offset", 0) + seconds)
        self.run_due()


def public(value: Any) -> Any:
    """The value as Stripe would show it: our own notes, whose names begin with an underscore, are left out."""
    if isinstance(value, dict):
        return {key: public(inner) for key, inner in value.items() if not key.startswith("_")}
    return [public(inner) for inner in value] if isinstance(value, list) else value
