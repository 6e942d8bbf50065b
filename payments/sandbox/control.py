"""The control plane under `/_sandbox/`: moving the clock, faults, webhooks, and what a person does at Stripe's dashboard."""

import json
from collections.abc import Callable
from typing import Any

from payments.sandbox import dashboard, faults
from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.operations import balances
from payments.sandbox.pipeline import Answer, Request
from payments.sandbox.store import Json
from payments.sandbox.webhooks import Postman
from payments.sandbox.world import DEFAULTS, PLATFORM, World, public

MODES = ("normal", "drop", "duplicate", "delay", "reorder")


class Control:
    """JSON in, JSON out. A POST must say it is JSON, which a page in a browser cannot do across sites."""

    def __init__(self, world: World, postman: Postman, *, allow_reset: bool, begin: Callable[[World], None]) -> None:
        self.world, self.postman, self.allow_reset, self._begin = world, postman, allow_reset, begin

    def answer(self, request: Request) -> Answer:
        name = request.path.removeprefix("/_sandbox/").strip("/").replace("/", "_").replace("-", "_")
        verb = getattr(self, f"{request.method.lower()}_{name}", None)
        try:
            if verb is None:
                raise invalid(f"The control plane has no {request.method} {request.path}.", status=404)
            if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
                raise invalid("The control plane takes application/json.", status=415)
            asked = json.loads(request.text) if request.method == "POST" and request.text else {}
            if name == "forge":
                return Answer(200, json.dumps(self.post_forge(asked)))
            with self.world.store.transaction():
                self.world.run_due()
                return Answer(200, json.dumps(public(verb(asked))))
        except StripeError as error:
            return Answer(error.status, json.dumps(public(error.body)))
        except (KeyError, ValueError, TypeError) as error:
            return Answer(400, json.dumps({"error": {"type": "invalid_request_error", "message": f"{type(error).__name__}: {error}"}}))

    def get_health(self, _: Json) -> Json:
        contract = self.world.contract
        return {"ok": True, "sdk": contract.sdk_version, "api_version": contract.api_version, "operations": len(contract.routes)} | self.get_clock({})

    def get_clock(self, _: Json) -> Json:
        return {"now": self.world.now(), "offset": self.world.store.setting("clock_offset", 0)}

    def post_clock(self, asked: Json) -> Json:
        """`seconds` forward, or to the moment `at` (seconds since 1970). Back only while nothing has happened yet: a story may begin in the past."""
        seconds = int(asked["at"]) - self.world.now() if "at" in asked else int(asked["seconds"])
        if seconds >= 0:
            self.world.move_clock(seconds)
            return self.get_clock({})
        if self.world.store.rows("SELECT 1 FROM objects WHERE id <> ? LIMIT 1", PLATFORM):
            raise invalid("The clock goes forward alone, once anything has happened.", param="seconds")
        offset = self.world.store.setting("clock_offset", 0) + seconds
        self.world.store.clear("objects", "timers")
        self.world.store.set("clock_offset", offset)
        self._begin(self.world)
        return self.get_clock({})

    def get_settings(self, _: Json) -> Json:
        return {name: self.world.option(name) for name in DEFAULTS}

    def post_settings(self, asked: Json) -> Json:
        for name, value in asked.items():
            if name not in DEFAULTS:
                raise invalid(f"No setting is called {name}.", param=name)
            self.world.store.set(f"option.{name}", int(value))
        return self.get_settings({})

    def get_faults(self, _: Json) -> Json:
        return {"faults": self.world.store.setting("faults", [])}

    def post_faults(self, asked: Any) -> Json:
        """One fault or a list of them; an empty list takes all away."""
        if asked == []:
            self.world.store.set("faults", [])
        for fault in asked if isinstance(asked, list) else [asked]:
            faults.add(self.world.store, fault)
        return self.get_faults({})

    def get_webhooks(self, _: Json) -> Json:
        """The mode, how many deliveries are in each state, and the latest fifty."""
        rows = self.world.store.rows("SELECT seq, event, endpoint, state, attempts FROM deliveries ORDER BY seq DESC LIMIT 50")
        counts = dict(self.world.store.rows("SELECT state, count(*) FROM deliveries GROUP BY state"))
        names = ("seq", "event", "endpoint", "state", "attempts")
        mode: Json = self.world.store.setting("webhooks", {"mode": "normal"})
        return mode | {
            "counts": counts,
            "deliveries": [dict(zip(names, row, strict=True)) for row in rows],
        }

    def post_webhooks(self, asked: Json) -> Json:
        """`mode`: normal, drop, duplicate (`n`), delay or reorder (`seconds`)."""
        if asked["mode"] not in MODES:
            raise invalid(f"A mode is one of {', '.join(MODES)}.", param="mode")
        self.world.store.set("webhooks", asked)
        return self.get_webhooks({})

    def post_redeliver(self, asked: Json) -> Json:
        return {"queued": self.postman.redeliver(asked.get("event"))}

    def post_forge(self, asked: Json) -> Json:
        """Sends `event` to `endpoint`, optionally with a wrong `secret`, an old `at` or an `alter`ed body; gives the status it met."""
        endpoint, event = asked["endpoint"], asked["event"]
        return {"status": self.postman.forge(endpoint, event, secret=asked.get("secret"), at=asked.get("at"), alter=asked.get("alter", False))}

    def post_forget_keys(self, _: Json) -> Json:
        return {"forgotten": self.world.store.run("DELETE FROM answers")}

    def post_dashboard(self, asked: Json) -> Json:
        """What a person does by hand at Stripe's dashboard, or a bank does to us: `action` and its own keys."""
        verb = dashboard.ACTIONS.get(asked["action"])
        if verb is None:
            raise invalid(f"An action is one of {', '.join(sorted(dashboard.ACTIONS))}.", param="action")
        result = verb(self.world, {key: value for key, value in asked.items() if key != "action"})
        self.world.run_due()
        return result

    def get_dump(self, _: Json) -> Json:
        return balances.dump(self.world)

    def post_reset(self, _: Json) -> Json:
        if not self.allow_reset:
            raise invalid("This sandbox was started without --allow-reset.", status=403)
        self.world.store.clear()
        self._begin(self.world)
        return self.get_clock({})
