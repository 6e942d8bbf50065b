"""`manage.py demo` as a process of its own, on a data folder of its own, for the tests that start it, kill it and use it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from config import demo_state, postgres, processes

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START, SECONDS_TO_STOP = 240, 30  # on a machine that does much else; the first start tells a long story


def free_port() -> int:
    """One with a free neighbour for the sandbox; below what the system gives out by itself, and apart for each worker of a run of tests.

    A demo is stopped and started again on its port: nobody else may take it in between.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 3
    first = 20_000 + 4_000 * worker
    for step in range(2_000):
        port = first + 2 * ((os.getpid() + step) % 2_000)
        with socket.socket() as door, socket.socket() as next_door:
            try:
                door.bind(("127.0.0.1", port))
                next_door.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


class DemoProcess:
    """`manage.py demo` on a data folder of its own, with these settings beside."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir, self.port, self.settings = data_dir, free_port(), settings
        self.process: subprocess.Popen[str] | None = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "DJANGO_", "PYTEST_", "MAKE"))}
        return {**kept, "DATA_DIR": str(self.data_dir), "PORT": str(self.port), **self.settings, **more}

    def launch(self, **more: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", "demo"]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment(**more), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def start(self, **more: str) -> float:
        """Starts it and waits until it is ready. Returns the seconds it took."""
        began = time.monotonic()
        self.process = self.launch(**more)
        while self.ready_file().get("pid") != self.process.pid:  # a killed one leaves its file
            if self.process.poll() is not None:
                raise AssertionError(f"the demo ended: {self.process.communicate()[0]}\n{self.logs()}")
            if time.monotonic() - began > SECONDS_TO_START:
                raise AssertionError(f"the demo did not become ready\n{self.logs()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self, name: signal.Signals = signal.SIGINT) -> str:
        assert self.process is not None
        self.process.send_signal(name)
        return self.process.communicate(timeout=SECONDS_TO_STOP)[0]

    def get(self, path: str) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def ready_file(self) -> dict[str, Any]:
        return demo_state.read_ready(self.data_dir)

    def running(self) -> set[int]:
        """Every process of this demo, database included."""
        return processes._marked(self.data_dir) | postgres._processes_of(self.data_dir / "pg")

    def child(self, word: str) -> psutil.Process | None:
        """Its process with this word in its command, such as "celery"; None while there is none."""
        for pid in processes._marked(self.data_dir):
            with contextlib.suppress(psutil.NoSuchProcess):
                if word in (found := psutil.Process(pid)).cmdline():
                    return found
        return None

    def kill_everything(self) -> None:
        """`kill -9` of the parent, its children and the database, as a power cut would."""
        assert self.process is not None
        for pid in [self.process.pid, *self.running()]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()[-3000:]}" for path in sorted((self.data_dir / "logs").glob("*.log")))


@contextmanager
def of_its_own(prefix: str) -> Iterator[DemoProcess]:
    """A demo that is ready, on a folder of its own; stopped and gone afterwards."""
    data_dir = Path(tempfile.mkdtemp(prefix=prefix))
    data_dir.chmod(0o755)
    demo = DemoProcess(data_dir)
    try:
        demo.start()
        yield demo
    finally:
        if demo.is_running():
            demo.stop()
        processes.end_marked(data_dir)
        shutil.rmtree(data_dir)


def eventually(claim: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether the claim comes true before the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.1)
    return claim()
