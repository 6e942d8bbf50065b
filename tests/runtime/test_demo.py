"""The demo as a person meets it: started as a process, killed in every way, and nothing left behind."""

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
from pathlib import Path
from typing import Any

import psutil
import pytest

from config import demo_state, postgres, processes
from tests.conftest import Clone

pytestmark = pytest.mark.live
ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START, SECONDS_TO_STOP = 120, 30


def free_port() -> int:
    """One with a free neighbour for the sandbox."""
    for port in range(20_000 + os.getpid() % 20_000, 60_000, 7):
        with socket.socket() as door, socket.socket() as next_door:
            try:
                door.bind(("127.0.0.1", port))
                next_door.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


class DemoProcess:
    """`manage.py demo` on a data folder of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.process: subprocess.Popen[str] | None = None

    def environment(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "DJANGO_", "PYTEST_", "MAKE"))}
        return {**kept, "DATA_DIR": str(self.data_dir), "PORT": str(self.port), **more}

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

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{path.read_text()[-3000:]}" for path in sorted((self.data_dir / "logs").glob("*.log")))


def eventually(claim: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether the claim comes true before the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.1)
    return claim()


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoProcess]:
    data_dir = Path(tempfile.mkdtemp(prefix="ct-demo-"))
    data_dir.chmod(0o755)
    demo = DemoProcess(data_dir)
    yield demo
    if demo.process is not None and demo.process.poll() is None:
        demo.stop()
    processes.end_marked(data_dir)
    postgres.stop(data_dir)
    shutil.rmtree(data_dir)


def test_start_tells_who_can_sign_in_and_ctrl_c_leaves_nothing(demo: DemoProcess) -> None:
    first = demo.start()
    told = demo.ready_file()
    assert told["url"] == f"http://127.0.0.1:{demo.port}"
    assert told["pid"] == demo.process.pid if demo.process else False
    assert set(told) == {"url", "sandbox_url", "pid", "people"}
    status, parts = demo.get("/readyz")
    assert (status, parts["ok"]) == (200, True)
    assert set(parts["parts"]) == {"database", "worker", "outbox", "books"}
    memory = _memory_mb(demo)
    said = demo.stop(signal.SIGINT)
    assert told["url"] in said
    assert demo.running() == set()
    assert not (demo.data_dir / "demo.json").exists()
    second = demo.start()
    print(f"\ndemo: first start {first:.1f} s, second {second:.1f} s, {memory:.0f} MB")


def test_a_port_in_use_is_one_sentence(demo: DemoProcess, tmp_path: Path) -> None:
    other = demo.launch(DATA_DIR=str(tmp_path))
    said = other.communicate(timeout=SECONDS_TO_START)[0]
    assert other.returncode == 1
    assert said.strip() == f"Port {demo.port} is in use; choose another, like PORT={demo.port + 10} make demo."


@pytest.mark.parametrize("port", ["eight", "0", "70000"])
def test_a_malformed_port_is_one_sentence(demo: DemoProcess, tmp_path: Path, port: str) -> None:
    other = demo.launch(DATA_DIR=str(tmp_path), PORT=port)
    said = other.communicate(timeout=SECONDS_TO_START)[0]
    assert (other.returncode, said.count("\n")) == (1, 1)
    assert said.startswith("The setting PORT is a number from 1 to 65534.")


@pytest.mark.parametrize("seconds", [0.5, 1.5, 3.0])
def test_ctrl_c_while_starting_leaves_nothing(tmp_path: Path, seconds: float) -> None:
    early = DemoProcess(tmp_path / "data")
    early.process = early.launch()
    with contextlib.suppress(subprocess.TimeoutExpired):
        early.process.wait(seconds)
    assert early.stop() == "Stopped.\n"
    assert early.running() == set()


def test_a_second_demo_of_the_same_folder_is_one_sentence(demo: DemoProcess) -> None:
    other = demo.launch(PORT=str(demo.port + 30))
    said = other.communicate(timeout=SECONDS_TO_START)[0]
    assert other.returncode == 1
    assert "is running already at http" in said
    assert said.count("\n") == 1


def test_a_command_by_hand_sees_the_running_demo(demo: DemoProcess) -> None:
    environment = demo.environment()
    command = [
        sys.executable,
        "manage.py",
        "shell",
        "-v",
        "0",
        "-c",
        "from django.conf import settings; print(settings.STRIPE_API_BASE, settings.DEMO)",
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [demo.ready_file()["sandbox_url"], "True"]
    assert demo.get("/readyz")[0] == 200


def test_what_ends_is_started_again(demo: DemoProcess) -> None:
    worker = _child(demo, "celery")
    worker.kill()
    assert eventually(lambda: _child(demo, "celery").pid not in {worker.pid, os.getpid()})
    os.kill(int((demo.data_dir / "pg" / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
    assert eventually(lambda: postgres.is_running(demo.data_dir))
    assert eventually(lambda: demo.get("/readyz")[0] == 200)


def test_the_clock_moves_both_clocks(demo: DemoProcess) -> None:
    before = _sandbox_now(demo)
    moved = _post(f"http://127.0.0.1:{demo.port}/demo/clock/", b"days=2")
    assert moved[0] == 200
    assert _sandbox_now(demo) - before >= 2 * 86_400
    assert _post(f"http://127.0.0.1:{demo.port}/demo/clock/", b"days=soon")[1] == {"errors": {"days": ["Write the days as a whole number, like 7."]}}


def test_a_killed_parent_takes_its_children_along(demo: DemoProcess) -> None:
    assert demo.process is not None
    demo.process.kill()
    demo.process.communicate()
    assert eventually(lambda: not processes._marked(demo.data_dir))
    demo.start()
    assert demo.get("/readyz")[0] == 200


def test_killing_everything_loses_nothing(demo: DemoProcess) -> None:
    assert demo.process is not None
    kept = _sandbox_now(demo)
    for pid in [demo.process.pid, *demo.running()]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    demo.process.communicate()
    demo.start()
    assert _sandbox_now(demo) >= kept
    assert demo.get("/readyz")[0] == 200
    said = demo.stop(signal.SIGTERM)
    assert said.endswith("Stopped.\n")
    assert demo.running() == set()


def test_a_database_of_ones_own_wins(demo: DemoProcess, clone_database: Callable[[str], Clone], tmp_path: Path) -> None:
    clone = clone_database("demo")
    demo.process = None
    mine = DemoProcess(tmp_path / "data")
    mine.start(DATABASE_URL=clone.web_url, DATABASE_OWNER_URL=clone.owner_url)
    try:
        assert mine.get("/readyz")[0] == 200
        assert not (tmp_path / "data" / "pg").exists()
    finally:
        mine.stop()
    assert mine.running() == set()


def _memory_mb(demo: DemoProcess) -> float:
    assert demo.process is not None
    total = 0
    for pid in {demo.process.pid, *demo.running()}:
        with contextlib.suppress(psutil.NoSuchProcess):  # the database's helpers come and go
            total += psutil.Process(pid).memory_full_info().pss
    return total / 1e6


def _child(demo: DemoProcess, word: str) -> psutil.Process:
    for pid in processes._marked(demo.data_dir):
        with contextlib.suppress(psutil.NoSuchProcess):
            if word in psutil.Process(pid).cmdline():
                return psutil.Process(pid)
    return psutil.Process()


def _post(address: str, body: bytes) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def _sandbox_now(demo: DemoProcess) -> int:
    with urllib.request.urlopen(f"{demo.ready_file()['sandbox_url']}/_sandbox/clock", timeout=10) as answer:
        return int(json.load(answer)["now"])
