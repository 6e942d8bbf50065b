"""`manage.py demo`: starts PostgreSQL, the Stripe sandbox, the web server and the worker, and watches over them. It does nothing else.

It never loads Django, so that watching costs little memory. What needs Django before the start is `manage.py demo_prepare`.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from config import demo_state, postgres, processes
from config.processes import Child
from config.runner import PostgresCannotRun

SECONDS_UNTIL_READY = 240.0


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


class CannotRun(Exception):
    """The demo cannot start or go on. The message is one sentence."""


class Signals:
    """Turns the first Ctrl-C or SIGTERM into Stopped, at once or after a step that must not be left half-done."""

    def __init__(self) -> None:
        self._asked, self._held = False, False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        first, self._asked = not self._asked, True
        if first and not self._held:
            raise Stopped

    @contextmanager
    def held(self) -> Iterator[None]:
        """No Stopped inside; one at the end if it was asked for meanwhile."""
        self._held = True
        yield
        self._held = False
        if self._asked:
            raise Stopped

    def ignore(self) -> None:
        """We are stopping already."""
        self._held = self._asked = True


def main() -> None:
    """Runs until stopped. Exits 0 after Ctrl-C or SIGTERM, 1 with one sentence when it cannot start or go on."""
    started = time.monotonic()
    if os.environ.get("MAKELEVEL"):
        processes.end_with_parent()
    signals = Signals()
    try:
        demo = Demo(demo_state.folder(os.environ), _port(), signals)
        with demo.alone():
            demo.run(started)
    except Stopped:
        say("Stopped.")
    except (CannotRun, PostgresCannotRun) as reason:
        sys.exit(str(reason))


def say(sentence: str) -> None:
    """Tells the person at the keyboard."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _port() -> int:
    text = os.environ.get("PORT", "").strip() or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65_534:
        raise CannotRun("The setting PORT is a number from 1 to 65534. Put it right in the environment and start again.")
    return int(text)


def is_free(port: int) -> bool:
    """Whether we may listen there, on this machine's own address."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Demo:
    """The demo of one data folder on one port."""

    def __init__(self, data_dir: Path, port: int, signals: Signals) -> None:
        self.data_dir, self.port, self.signals = data_dir, port, signals
        self.url = f"http://127.0.0.1:{port}"
        self.sandbox_url = ""
        self.children: list[Child] = []
        self.environment: dict[str, str] = {}
        self.embedded = not os.environ.get("DATABASE_URL", "").strip()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One demo per data folder. Waits a moment for one that is just stopping."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "demo.lock").open("w") as lock:
            deadline = time.monotonic() + 15
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    running = demo_state.read_ready(self.data_dir)
                    if time.monotonic() > deadline or (running and Path(f"/proc/{running['pid']}").exists()):
                        where = f" at {running['url']}" if running else ""
                        raise CannotRun(
                            f"The demo of {self.data_dir} is running already{where}; stop it first, or choose another DATA_DIR."
                        ) from None
                    time.sleep(0.1)
            yield

    def run(self, started: float) -> None:
        """Starts everything, tells who can sign in, watches until stopped, and leaves nothing running."""
        demo_state.forget_ready(self.data_dir)
        processes.end_marked(self.data_dir)
        self._choose_addresses()
        with ExitStack() as stack:
            stack.callback(self._end)
            if self.embedded:
                with self.signals.held():
                    stack.enter_context(postgres.hold(self.data_dir))
                stack.callback(self._end)
            people = self._start()
            demo_state.tell_ready(self.data_dir, url=self.url, sandbox_url=self.sandbox_url, people=people)
            self._greet(people, time.monotonic() - started)
            self._watch()

    def _end(self) -> None:
        self.signals.ignore()
        demo_state.forget_ready(self.data_dir)
        # The sandbox goes last: the others may be speaking with it.
        processes.end_all(child for child in self.children if child.name != "sandbox")
        processes.end_all(self.children)
        processes.end_marked(self.data_dir)
        self.children.clear()

    def _choose_addresses(self) -> None:
        if not is_free(self.port):
            raise CannotRun(f"Port {self.port} is in use; choose another, like PORT={self.port + 10} make demo.")
        # Stripe's pages that people were sent to keep their address from one start to the next, if they can.
        before = demo_state.read_settings(self.data_dir).get("STRIPE_API_BASE", "").rpartition(":")[2]
        wanted = [int(before)] if before.isdigit() else []
        ports = [port for port in [*wanted, *range(self.port + 1, min(self.port + 50, 65_536))] if port != self.port and is_free(port)]
        if not ports:
            raise CannotRun(f"No free port near {self.port} for the Stripe sandbox; choose another, like PORT=18000 make demo.")
        self.sandbox_url = f"http://127.0.0.1:{ports[0]}"
        settings = demo_state.make_settings(self.data_dir, site_url=self.url, sandbox_url=self.sandbox_url)
        self.environment = {**os.environ, **settings, processes.MARK: str(self.data_dir), "PYTHONUNBUFFERED": "1"}

    # --- starting ---

    def _start(self) -> list[dict[str, Any]]:
        deadline = time.monotonic() + SECONDS_UNTIL_READY
        sandbox_port = self.sandbox_url.rpartition(":")[2]
        self._launch("sandbox", "-m", "payments.sandbox", "--port", sandbox_port, "--state", str(self.data_dir / "sandbox"))
        people = self._prepare(deadline)
        self._launch("worker", "-m", "celery", "-A", "config.celery", "worker", "-P", "threads", "-c", "4", "-l", "INFO", *_QUIET_WORKER)
        self._until_ready(f"{self.url}/readyz", deadline)
        return people

    def _launch(self, name: str, *arguments: str) -> None:
        child = Child(name, [sys.executable, *arguments], self.environment, self.data_dir / "logs" / f"{name}.log")
        self.children.append(child)
        child.start()

    def _prepare(self, deadline: float) -> list[dict[str, Any]]:
        """Migrates, then with the web server up (Stripe's webhooks need it) loads the story. Returns who can sign in."""
        log = self.data_dir / "logs" / "prepare.log"
        people: list[dict[str, Any]] = []
        self._until_ready(f"{self.sandbox_url}/_sandbox/health", deadline)
        with log.open("wb") as errors:
            process = processes.launch([sys.executable, "manage.py", "demo_prepare"], self.environment, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                step = json.loads(line)
                if step["step"] == "migrated":
                    self._launch("web", "-m", "granian", "--host", "127.0.0.1", "--port", str(self.port), *_WEB)
                people = step.get("people", people)
        if process.wait() != 0:
            raise CannotRun(f"The demo could not be prepared: {_last_words(log)} ({log} has the whole story.)")
        return people

    def _until_ready(self, address: str, deadline: float) -> None:
        answer = "nothing"
        while time.monotonic() < deadline:
            self._restart_the_ended()
            try:
                with urllib.request.urlopen(address, timeout=5) as found:  # noqa: S310 - our own address
                    found.read()
                    return
            except urllib.error.HTTPError as refused:
                answer = refused.read().decode(errors="replace")[:500]
            except OSError as silence:
                answer = str(silence)
            time.sleep(0.2)
        raise CannotRun(f"{address} did not become ready in {SECONDS_UNTIL_READY:.0f} seconds. It last said: {answer}")

    def _greet(self, people: list[dict[str, Any]], seconds: float) -> None:
        say(f"Clubtogether is ready at {self.url} (it took {seconds:.1f} seconds).")
        if people:
            say("You can sign in as:")
        for person in people:
            say(f"  {person['name']:<18} {person['email']:<32} {person['password']:<18} {person['says']}")
        say("Who works here is asked for the numbers of an app as well; in the demo the page shows them.")
        say("Press Ctrl-C to stop.")

    # --- watching ---

    def _watch(self) -> None:
        while True:
            time.sleep(0.5)
            self._restart_the_ended()
            if self.embedded and not postgres.is_running(self.data_dir):
                say("The database ended; starting it again.")
                with self.signals.held():
                    postgres.start(self.data_dir)

    def _restart_the_ended(self) -> None:
        for child in self.children:
            if not child.has_ended():
                continue
            say(f"The {child.name} ended; starting it again.")
            if not child.restart():
                raise CannotRun(f"The {child.name} keeps ending: {_last_words(child.log)} ({child.log} has the whole story.)")


_QUIET_WORKER = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
_WEB = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning", "config.wsgi:application"]


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    return lines[-1] if lines else "it said nothing."
