"""`python -m payments.sandbox --port N --state DIR`: runs the sandbox until it is told to stop."""

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path

from payments.sandbox import contract, operations
from payments.sandbox.control import Control
from payments.sandbox.operations.accounts import platform_account
from payments.sandbox.pages import Pages
from payments.sandbox.pipeline import Pipeline
from payments.sandbox.registry import OPERATIONS
from payments.sandbox.server import SandboxServer
from payments.sandbox.store import Store
from payments.sandbox.webhooks import Endpoint, Postman
from payments.sandbox.world import DAY, World


def arguments(given: list[str]) -> argparse.Namespace:
    site = os.environ.get("SITE_URL", "")
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description="A stand-in for Stripe, for this machine alone.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the first line printed names it")
    parser.add_argument("--state", type=Path, required=True, help="the folder it keeps everything in")
    parser.add_argument("--cache", type=Path, help="where the contract read from the SDK is kept (default: beside the state)")
    parser.add_argument("--webhook-platform", default=f"{site}/stripe/webhook/platform" if site else "")
    parser.add_argument("--webhook-connect", default=f"{site}/stripe/webhook/connect" if site else "")
    parser.add_argument("--platform-secret", default=os.environ.get("STRIPE_WEBHOOK_SECRET_PLATFORM", ""))
    parser.add_argument("--connect-secret", default=os.environ.get("STRIPE_WEBHOOK_SECRET_CONNECT", ""))
    parser.add_argument("--allow-reset", action="store_true", help="lets the control plane empty everything")
    return parser.parse_args(given)


def endpoints(asked: argparse.Namespace) -> list[Endpoint]:
    """The endpoints to send to. One without a secret is an error: its webhooks could not be told from forged ones."""
    wanted = [Endpoint("platform", asked.webhook_platform, asked.platform_secret), Endpoint("connect", asked.webhook_connect, asked.connect_secret)]
    for endpoint in wanted:
        if endpoint.url and not endpoint.secret:
            sys.exit(f"The {endpoint.name} webhook has an address and no secret.")
    return [endpoint for endpoint in wanted if endpoint.url]


def build(asked: argparse.Namespace) -> SandboxServer:
    assert operations.__all__, "importing them registers them"
    known = contract.load(set(OPERATIONS), asked.cache or asked.state.resolve().parent)
    store = Store(asked.state / "sandbox.sqlite3")
    server = SandboxServer(asked.port)
    destinations = endpoints(asked)
    world = World(store, known, f"http://127.0.0.1:{server.server_port}", tuple(endpoint.name for endpoint in destinations))
    server.postman = Postman(store, destinations)
    server.pipeline, server.pages = Pipeline(world), Pages(world)
    server.control = Control(world, server.postman, allow_reset=asked.allow_reset, begin=begin)
    with store.transaction():
        begin(world)
    return server


def begin(world: World) -> None:
    """What a fresh world holds: the platform's account and the daily payouts' timer."""
    if not world.store.rows("SELECT 1 FROM timers WHERE verb = 'daily_payouts'"):
        world.schedule((world.now() // DAY + 1) * DAY, "daily_payouts", "")
    platform_account(world)


def keep_time(server: SandboxServer, stopping: threading.Event) -> None:
    """Does what falls due while nobody asks for anything."""
    world = server.pipeline.world
    while not stopping.wait(1):
        with world.store.transaction():
            world.run_due()
        server.postman.wake()


def main() -> None:
    started = time.monotonic()
    server = build(arguments(sys.argv[1:]))
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    server.postman.start()
    sys.stdout.write(f"ready {server.pipeline.world.base_url} in {time.monotonic() - started:.2f} s\n")
    sys.stdout.flush()
    keep_time(server, stopping)
    server.postman.stop()
    server.shutdown()


if __name__ == "__main__":
    main()
