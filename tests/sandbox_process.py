"""Starts the Stripe sandbox as the process it is, for any test that talks to Stripe."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEY = "sk_test_practice"
CACHE = Path(tempfile.gettempdir()) / f"clubtogether-stripe-contract-{os.getuid()}"
PLATFORM_SECRET, CONNECT_SECRET = "whsec_practice_platform", "whsec_practice_connect"


@dataclass
class SandboxProcess:
    """A running sandbox. `url` is what STRIPE_API_BASE should be; it stays the same over `restart()`."""

    state: Path
    port: int
    options: list[str]
    process: subprocess.Popen[str] = field(init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "SandboxProcess":
        command = [sys.executable, "-m", "payments.sandbox", "--port", str(self.port), "--state", str(self.state), *self.options]
        environment = {name: value for name, value in os.environ.items() if name != "SITE_URL" and not name.startswith("STRIPE_")}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            self._end()
            raise RuntimeError(f"The sandbox did not start: exit {self.process.returncode}, {line!r}")
        return self

    def control(self, verb: str, asked: Any = None, *, method: str | None = None) -> Any:
        """One call to the control plane: a POST when something is asked, else a GET. Raises on any answer but 200."""
        method = method or ("GET" if asked is None else "POST")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"/_sandbox/{verb}", None if asked is None else json.dumps(asked), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {body}")
        return body

    def move_clock(self, *, days: float = 0, seconds: int = 0) -> None:
        self.control("clock", {"seconds": int(days * 86_400) + seconds})

    def act(self, action: str, **asked: Any) -> Any:
        """Something done at Stripe's dashboard, or by a bank."""
        return self.control("dashboard", {"action": action, **asked})

    def fault(self, kind: str, path: str, *, method: str = "POST", count: int = 1, **more: Any) -> None:
        self.control("faults", {"kind": kind, "path": path, "method": method, "count": count, **more})

    def kill(self) -> None:
        """As a power cut to the process alone: no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self._end()

    def stop(self) -> None:
        self.process.terminate()
        self._end()

    def restart(self) -> "SandboxProcess":
        return self.start()

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.wait(timeout=10)
        if self.process.stdout:
            self.process.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_sandbox(
    state_dir: Path,
    *,
    webhooks_to: str = "",
    port: int = 0,
    allow_reset: bool = True,
    platform_secret: str = PLATFORM_SECRET,
    connect_secret: str = CONNECT_SECRET,
) -> SandboxProcess:
    """Starts a sandbox on a free port. `webhooks_to` is the site's address, e.g. `http://127.0.0.1:8000`; without it no webhook is sent.

    The contract read from the SDK is kept in one folder for all tests, so only the very first start reads it.
    """
    options = ["--cache", str(CACHE)]
    if webhooks_to:
        options += ["--webhook-platform", f"{webhooks_to}/stripe/webhook/platform", "--platform-secret", platform_secret]
        options += ["--webhook-connect", f"{webhooks_to}/stripe/webhook/connect", "--connect-secret", connect_secret]
    if allow_reset:
        options.append("--allow-reset")
    return SandboxProcess(state_dir, port or free_port(), options).start()
