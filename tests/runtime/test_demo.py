"""The demo as a person meets it: started as a process, killed in every way, and nothing left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest

from config import postgres, processes
from tests.runtime.demo_process import ROOT, SECONDS_TO_START, DemoProcess, eventually

pytestmark = pytest.mark.live


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
    said = early.stop()
    # On a busy machine Python itself may not be up yet: then the signal ends it without a word.
    assert said == "Stopped.\n" or (said, early.process.returncode) == ("", -signal.SIGINT)
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
    worker = demo.child("celery")
    assert worker is not None
    worker.kill()
    assert eventually(lambda: demo.child("celery") not in (None, worker))
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
    demo.kill_everything()
    demo.start()
    assert _sandbox_now(demo) >= kept
    assert demo.get("/readyz")[0] == 200
    said = demo.stop(signal.SIGTERM)
    assert said.endswith("Stopped.\n")
    assert demo.running() == set()


def _memory_mb(demo: DemoProcess) -> float:
    assert demo.process is not None
    total = 0
    for pid in {demo.process.pid, *demo.running()}:
        with contextlib.suppress(psutil.NoSuchProcess):  # the database's helpers come and go
            total += psutil.Process(pid).memory_full_info().pss
    return total / 1e6


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
