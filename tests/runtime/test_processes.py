"""Signals reach the process they are meant for, and nobody who got its number after it."""

import signal
import subprocess
import sys
from pathlib import Path

from config.processes import Child, signal_if

WAITS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def _child(tmp_path: Path) -> Child:
    child = Child("waits", WAITS, {}, tmp_path / "waits.log")
    child.process = subprocess.Popen(WAITS, stdin=subprocess.PIPE, start_new_session=True)
    return child


def test_a_child_that_was_waited_for_is_not_killed_by_its_number_again(tmp_path: Path) -> None:
    ended, stranger = _child(tmp_path), _child(tmp_path)
    assert ended.process
    assert stranger.process
    ended.process.communicate()
    ended.process.pid = stranger.process.pid  # as if the number had gone round
    ended.kill_group()
    assert not stranger.has_ended()
    stranger.process.communicate()
    assert stranger.process.returncode == 0


def test_a_child_that_ended_is_noticed_before_it_is_waited_for_and_its_number_stays_its_own(tmp_path: Path) -> None:
    child = _child(tmp_path)
    assert child.process
    assert child.process.stdin
    assert not child.has_ended()
    child.process.stdin.close()
    child.wait(deadline=float("inf"))
    assert child.process.returncode == 0


def test_only_the_process_that_is_meant_gets_the_signal(tmp_path: Path) -> None:
    child = _child(tmp_path)
    assert child.process
    signal_if(child.process.pid, signal.SIGKILL, lambda found: False)
    assert not child.has_ended()
    signal_if(child.process.pid, signal.SIGKILL, lambda found: found == Path(f"/proc/{child.process.pid if child.process else 0}"))
    child.process.communicate()
    assert child.process.returncode == -signal.SIGKILL
    signal_if(child.process.pid, signal.SIGKILL, lambda found: True)
