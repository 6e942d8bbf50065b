"""Child processes that never outlive us: each in a session of its own, ended with it, and found again by a mark in its environment."""

import ctypes
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

MARK = "CLUBTOGETHER_DEMO_OF"
SECONDS_TO_END = 10.0
MOST_RESTARTS, RESTARTS_WITHIN_SECONDS = 3, 60.0
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process that we keep running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    restarts: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        """Starts it, its words going to its log, which begins afresh when it has grown long."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        is_long = self.log.exists() and self.log.stat().st_size > 2_000_000
        with self.log.open("wb" if is_long else "ab") as log:
            self.process = launch(self.command, self.environment, stdout=log, stderr=log)

    def has_ended(self) -> bool:
        """Whether it ran and runs no more."""
        return self.process is not None and _has_ended(self.process)

    def restart(self) -> bool:
        """Starts it again, ending what it left behind. False when it has ended too often lately."""
        now = time.monotonic()
        self.restarts.append(now)
        while now - self.restarts[0] > RESTARTS_WITHIN_SECONDS:
            self.restarts.popleft()
        if len(self.restarts) > MOST_RESTARTS:
            return False
        self.kill_group()
        self.start()
        return True

    def ask_to_end(self) -> None:
        """Asks politely."""
        if self.process is not None and not _has_ended(self.process):
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Waits for its end until the deadline, by the monotonic clock; then ends it and its children."""
        if self.process is None:
            return
        while not _has_ended(self.process) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.kill_group()
        self.process.wait()

    def kill_group(self) -> None:
        """Ends whatever still runs in its session's first group. Its number is ours until it is waited for, and a stranger's afterwards."""
        if self.process is not None and self.process.returncode is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it ended, without waiting for it: so nobody else can have got its number."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def signal_if(pid: int, name: signal.Signals, is_meant: Callable[[Path], bool]) -> None:
    """Signals the process whose folder in /proc `is_meant` knows; never one that got its number since it was looked for."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if is_meant(Path(f"/proc/{pid}")):
            signal.pidfd_send_signal(handle, name)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)


def launch(command: list[str], environment: dict[str, str], *, stdout: int | IO[bytes], stderr: int | IO[bytes]) -> "subprocess.Popen[bytes]":
    """Starts a process that gets SIGTERM when we end, however we end."""
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=_ends_with(os.getpid()),
        cwd=Path(__file__).resolve().parent.parent,
    )


def _ends_with(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_the_kernel() -> None:
        if hasattr(libc, "prctl"):
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def end_with_parent() -> None:
    """Lets us, too, end when the one who started us ends: `make demo` killed must not leave its demo behind."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end_all(children: Iterable[Child]) -> None:
    """Ends them all at once, politely first."""
    running = list(children)
    for child in running:
        child.ask_to_end()
    deadline = time.monotonic() + SECONDS_TO_END
    for child in running:
        child.wait(deadline)


def end_marked(data_dir: Path) -> int:
    """Ends every process that carries this data folder's mark: what a `kill -9` left. Returns how many it found."""
    found = len(_marked(data_dir))
    for name, patience_seconds in ((signal.SIGTERM, SECONDS_TO_END), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience_seconds
        asked: set[int] = set()
        while (left := _marked(data_dir)) and time.monotonic() < deadline:
            for pid in left - asked:
                signal_if(pid, name, partial(_is_marked, data_dir))
            asked |= left
            time.sleep(0.05)
    return found


def _marked(data_dir: Path) -> set[int]:
    found = {int(process.name) for process in Path("/proc").glob("[0-9]*") if _is_marked(data_dir, process)}
    return found - {os.getpid()}


def _is_marked(data_dir: Path, process: Path) -> bool:
    """A process that has ended and waits to be noticed has no environment left."""
    try:
        return f"{MARK}={data_dir}".encode() in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
