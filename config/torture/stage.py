"""The processes of a run: PostgreSQL, the pretend Stripe, the web server, the worker. Each can be killed and put up again."""

import contextlib
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psycopg

from config import postgres
from config.processes import Child, end_all

SECONDS_TO_ANSWER = 60.0
_WEB = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "6", "--no-ws", "--log-level", "warning", "config.torture.web:application"]


class Stage:
    """Everything that runs. The addresses are those the environment names."""

    def __init__(self) -> None:
        self.data_dir = Path(os.environ["DATA_DIR"])
        self.site, self.stripe = os.environ["SITE_URL"], os.environ["STRIPE_API_BASE"]
        self.state = self.data_dir / f"stripe-{os.getpid()}"
        hooks = [f"--webhook-{end}={self.site}/stripe/webhook/{end}" for end in ("platform", "connect")]
        stripe = ["-m", "payments.sandbox", "--port", _port(self.stripe), "--state", str(self.state), "--cache", str(self.data_dir), *hooks]
        self.children = {
            "stripe": self._child("stripe", stripe),
            "web": self._child("web", ["-m", "granian", "--host", "127.0.0.1", "--port", _port(self.site), *_WEB]),
            "worker": self._child("worker", ["-m", "config.torture.worker"]),
        }

    def _child(self, name: str, arguments: list[str]) -> Child:
        return Child(name, [sys.executable, *arguments], dict(os.environ), self.data_dir / "logs" / f"{name}-{os.getpid()}.log")

    @contextmanager
    def running(self, *names: str) -> Iterator["Stage"]:
        """These processes run inside the block (all without names)."""
        try:
            for name in names or self.children:
                self.children[name].start()
            self.wait_until_up(*names)
            yield self
        finally:
            end_all(child for child in self.children.values() if child.name != "stripe")
            end_all(self.children.values())

    def wait_until_up(self, *names: str) -> None:
        """Until Stripe and the web server answer, the web server from the database."""
        wanted = names or tuple(self.children)
        addresses = {"stripe": f"{self.stripe}/_sandbox/health", "web": f"{self.site}/torture/"}
        for name, address in addresses.items():
            if name in wanted:
                self._until_it_answers(name, address)

    def _until_it_answers(self, name: str, address: str) -> None:
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while True:
            try:
                with urllib.request.urlopen(address, timeout=20) as found:  # noqa: S310 - our own address
                    found.read()
                    return
            except (OSError, urllib.error.HTTPError) as silence:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{name} does not answer: {silence}; {self.children[name].log} may say why") from silence
            time.sleep(0.02)

    def last_words(self) -> str:
        """The ends of the processes' logs, for whoever asks why a run could not be finished."""
        logs = [child.log for child in self.children.values() if child.log.exists()]
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs)

    # --- killing, without a goodbye ---

    def kill(self, target: str, dice: Random) -> bool:
        """SIGKILL for a child by its name, for one `backend` of the database, or for its `postmaster`. False when there was none to kill."""
        if target == "backend":
            return self._kill_a_backend(dice)
        if target == "postmaster":
            return _end(int((self.data_dir / "pg" / "postmaster.pid").read_text().split("\n", 1)[0]))
        child = self.children[target]
        child.kill_group()
        assert child.process is not None
        child.process.wait()
        return True

    def _kill_a_backend(self, dice: Random) -> bool:
        busy = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by state = 'idle', pid"
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as db:
            pids = [pid for (pid,) in db.execute(busy)]
        return bool(pids) and _end(dice.choice(pids[:4]))

    def mend(self, target: str) -> None:
        """What whoever watches over the site does: starts again what ended, and waits until everything answers."""
        if target in self.children:
            self.children[target].start()
        else:
            self._database_is_up()
        self.wait_until_up("stripe", "web")

    def _database_is_up(self) -> None:
        """PostgreSQL gets up by itself after a back end was killed; after its postmaster was, it is started."""
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while True:
            if not postgres.is_running(self.data_dir):
                postgres.start(self.data_dir)
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(os.environ["DATABASE_URL"]) as db:
                db.execute("select 1")
                return
            if time.monotonic() > deadline:
                raise TimeoutError("the database does not come back")
            time.sleep(0.02)


def _port(address: str) -> str:
    return address.rpartition(":")[2]


def _end(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
