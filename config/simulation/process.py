"""The simulator's own Stripe sandbox: starting it, its control plane, its pages, and its record of what truly happened."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk_test_simulation"
SECRET = "whsec_simulation"  # noqa: S105 - of a sandbox that lives for one run
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Stripe:
    """A running sandbox. One connection, kept open: the simulator asks it several times a step."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._last_event = ""

    def control(self, verb: str, asked: Any = None) -> Any:
        """One call to the control plane. Raises RuntimeError on any answer but 200."""
        status, body = self._ask("GET" if asked is None else "POST", f"/_sandbox/{verb}", None if asked is None else json.dumps(asked), JSON)
        if status != 200:
            raise RuntimeError(f"{verb}: {status} {body}")
        return json.loads(body)

    def act(self, action: str, **asked: Any) -> bool:
        """Something done at the dashboard or by a bank. False when Stripe would not have it."""
        status, body = self._ask("POST", "/_sandbox/dashboard", json.dumps({"action": action, **asked}), JSON)
        if status >= 500:
            raise RuntimeError(f"{action}: {status} {body}")
        return status == 200

    def fill_in(self, address: str, **form: str) -> int:
        """A visitor sends the form of one of Stripe's pages. Gives the status: 303 when it was taken."""
        return self._ask("POST", urllib.parse.urlsplit(address).path, urllib.parse.urlencode(form), FORM)[0]

    def get(self, path: str, **query: Any) -> Any:
        """An API answer, past our own gateway."""
        status, body = self._ask("GET", f"{path}?{urllib.parse.urlencode(query)}", None, FORM)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body}")
        return json.loads(body)

    def news(self) -> list[dict[str, Any]]:
        """The events since the last time, oldest first: what happened at Stripe, whatever we are told of it."""
        found: list[dict[str, Any]] = []
        while True:
            after = {"ending_before": self._last_event} if self._last_event else {}
            page = self.get("/v1/events", limit=100, **after)
            if not self._last_event and page["has_more"]:
                raise RuntimeError("More than a page of events before anybody read the first.")
            found += reversed(page["data"])
            self._last_event = found[-1]["id"] if found else self._last_event
            if not page["has_more"] or not page["data"]:
                return found

    def close(self) -> None:
        """Hangs up."""
        self._line.close()

    def _ask(self, method: str, path: str, body: str | None, kind: str) -> tuple[int, str]:
        headers = {"Content-Type": kind, "Authorization": f"Bearer {KEY}"}
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        return answer.status, answer.read().decode()


@lru_cache(maxsize=1)
def _port() -> int:
    """One for all runs of a process: the SDK's client, and its open connection, is kept by address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(seed: int, moment: int) -> Iterator[Stripe]:
    """A sandbox of its own, gone afterwards with all it kept."""
    with tempfile.TemporaryDirectory(prefix="simulation-", ignore_cleanup_errors=True) as folder:
        cache = Path(tempfile.gettempdir()) / f"clubtogether-stripe-contract-{os.getuid()}"
        options = ["--port", str(_port()), "--state", folder, "--cache", str(cache)]
        environment = {name: value for name, value in os.environ.items() if name != "SITE_URL" and not name.startswith("STRIPE_")}
        command = [sys.executable, "-m", "config.simulation.stripe", str(seed), str(moment), *options]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                if not line.startswith("ready "):
                    raise RuntimeError(f"The sandbox did not start: {line!r}")
                with contextlib.closing(Stripe(_port())) as sandbox:
                    yield sandbox
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGKILL)
