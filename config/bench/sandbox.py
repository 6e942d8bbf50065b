"""The pretend Stripe's speed: a transfer through the real SDK and our own gateway, one after the other, over HTTP to its own process."""

import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.bench import Figure
from payments.gateways import stripe_gateway
from payments.gateways.shapes import Made

ENOUGH, WARM = 2_000, 20
PROVIDER = {
    "country": "GB",
    "controller": {"fees": {"payer": "application"}, "losses": {"payments": "application"}, "stripe_dashboard": {"type": "express"}},
    "capabilities": {"transfers": {"requested": True}},
}


def run(seconds: int) -> Iterator[Figure]:
    """Transfers for so many seconds (2,000 at most). p50 is the figure; the sandbox's own processor time is beside it, as the machine may be busy."""
    with tempfile.TemporaryDirectory() as folder, sandbox(folder) as (port, process):
        settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = f"http://127.0.0.1:{port}", "sk_test_bench"
        account = _made("account", PROVIDER)
        _tell(port, "dashboard", {"action": "onboard", "account": account})
        _made("top_up", {"amount": 90_000_000, "currency": "gbp"})
        _tell(port, "clock", {"seconds": 86_400})
        asked = {"amount": 1, "currency": "gbp", "destination": account, "metadata": {"operation": "1"}}
        for _ in range(WARM):
            _made("transfer", asked)
        taken: list[float] = []
        used, end = processor_seconds(process.pid), time.monotonic() + seconds
        while time.monotonic() < end and len(taken) < ENOUGH:
            begun = time.perf_counter()
            _made("transfer", asked)
            taken.append(time.perf_counter() - begun)
        each = (processor_seconds(process.pid) - used) / len(taken)
    ordered = sorted(taken)
    note = f"p99 {ordered[len(ordered) * 99 // 100] * 1000:.2f} ms, sandbox's own CPU {each * 1000:.2f} ms, {len(taken)} transfers"
    yield Figure("sandbox_transfer", round(statistics.median(taken) * 1000, 2), "ms p50", note=note)


_keys = iter(range(1, 1_000_000))


def _made(kind: str, params: Mapping[str, object]) -> str:
    thing: Made = stripe_gateway.make(kind, params, f"bench-{next(_keys)}")
    return str(getattr(thing, "id", ""))


def _tell(port: int, verb: str, asked: dict[str, object]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", f"/_sandbox/{verb}", json.dumps(asked), {"Content-Type": "application/json"})
    if connection.getresponse().status != 200:
        raise RuntimeError(f"The sandbox would not {verb}.")
    connection.close()


def free_port() -> int:
    """A port of this machine's own address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sandbox(folder: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The pretend Stripe with its state in this folder: its port, and its process."""
    port = free_port()
    command = [sys.executable, "-m", "payments.sandbox", "--port", str(port), "--state", folder]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        try:
            if not process.stdout or not process.stdout.readline().startswith("ready"):
                raise RuntimeError("The sandbox did not start.")
            yield port, process
        finally:
            process.terminate()


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors so far, its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
