"""The real `stripe` SDK, over HTTP, against the real sandbox process."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.sandbox_process import CONNECT_SECRET, KEY, PLATFORM_SECRET, SandboxProcess, start_sandbox

# A Decimal-free habit: every amount here is an integer of pence.
BANK_TRANSFER = {
    "currency": "gbp",
    "allowed_payment_method_types": ["customer_balance"],
    "payment_method_data": {"type": "customer_balance"},
    "payment_method_options": {"customer_balance": {"funding_type": "bank_transfer", "bank_transfer": {"type": "gb_bank_transfer"}}},
    "confirm": True,
}
PROVIDER = {
    "country": "GB",
    "controller": {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "express"},
    },
    "capabilities": {"transfers": {"requested": True}},
}


@dataclass
class Letterbox:
    """A webhook endpoint: keeps what comes, answers `status`."""

    status: int = 200
    letters: "queue.Queue[tuple[str, stripe.Event]]" = field(default_factory=queue.Queue)
    refused: list[str] = field(default_factory=list)
    url: str = ""

    def next(self, kind: str = "", seconds: float = 8) -> stripe.Event:
        """The next event (of this kind, leaving the others unread). Fails when none comes in time."""
        while True:
            _, event = self.letters.get(timeout=seconds)
            if not kind or event.type == kind:
                return event

    def take(self, count: int, seconds: float = 8) -> list[stripe.Event]:
        return [self.letters.get(timeout=seconds)[1] for _ in range(count)]


class _Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        payload = self.rfile.read(int(self.headers["Content-Length"])).decode()
        box: Letterbox = self.server.box  # type: ignore[attr-defined]
        secret = CONNECT_SECRET if self.path.endswith("connect") else PLATFORM_SECRET
        status = box.status
        try:
            event = stripe.Webhook.construct_event(payload, self.headers["Stripe-Signature"], secret)
            if status == 200:
                box.letters.put((self.path, event))
        except stripe.SignatureVerificationError as error:
            box.refused.append(str(error))
            status = 400
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
    server.daemon_threads = True
    box = Letterbox(url=f"http://127.0.0.1:{server.server_port}")
    server.box = box  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield box
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def _shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(tmp_path_factory.mktemp("sandbox"))
    yield process
    process.stop()


@pytest.fixture
def sandbox(_shared_sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    """A sandbox in which nothing has happened yet. Whatever a test did to it, its books must be whole afterwards."""
    _shared_sandbox.control("reset", {})
    yield _shared_sandbox
    assert _shared_sandbox.control("dump")["equal"]


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Callable[..., SandboxProcess]]:
    """Starts a sandbox of the test's own: one to kill, or one that sends webhooks."""
    started: list[SandboxProcess] = []

    def start(**options: Any) -> SandboxProcess:
        started.append(start_sandbox(tmp_path / f"state{len(started)}", **options))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., stripe.StripeClient]]:
    """A client of a sandbox. The SDK's own retries are off: ours are stored operations."""
    opened: list[stripe.RequestsClient] = []

    def client(process: SandboxProcess, *, timeout: float = 10) -> stripe.StripeClient:
        opened.append(stripe.RequestsClient(timeout=timeout))
        return stripe.StripeClient(KEY, base_addresses={"api": process.url}, http_client=opened[-1], max_network_retries=0)

    yield client
    for each in opened:
        each.close()


@pytest.fixture
def api(sandbox: SandboxProcess, connect: Callable[..., stripe.StripeClient]) -> Any:
    return connect(sandbox).v1


@pytest.fixture
def provider(api: Any, sandbox: SandboxProcess) -> Any:
    """A connected account that has finished onboarding."""
    account = api.accounts.create(PROVIDER)
    sandbox.act("onboard", account=account.id)
    return api.accounts.retrieve(account.id)


def pay_by_card(api: Any, amount: int = 8000, **more: Any) -> Any:
    return api.payment_intents.create({"amount": amount, "currency": "gbp", "payment_method": "pm_card_visa", "confirm": True, **more})


def top_up(api: Any, sandbox: SandboxProcess, amount: int = 100_000) -> Any:
    """The platform's own money, available at once for the test."""
    topup = api.topups.create({"amount": amount, "currency": "gbp"})
    sandbox.move_clock(days=1)
    return topup
