"""What one measurement gives, how several rounds of it become one figure, and pgbench as the hand that measures."""

import re
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from config.bench import Figure
from config.bench.server import Server
from config.runner import binaries


@dataclass(frozen=True, slots=True)
class Measured:
    """One round. `speed` in transfers a second; the rest as in Figure."""

    speed: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None


@dataclass
class Job:
    """Something measured round after round. One that fails is left out from then on, and its figure says why."""

    name: str
    measure: Callable[[int], Measured]
    title: str
    yardstick: str = ""
    rounds: list[Measured] = field(default_factory=list)
    failure: str = ""

    def turn(self, seconds: int) -> None:
        """One round, unless an earlier one failed."""
        if self.failure:
            return
        try:
            self.rounds.append(self.measure(seconds))
        except (RuntimeError, OSError, ValueError, subprocess.SubprocessError, psycopg.Error) as error:
            self.failure = why(error)

    def figure(self, yardsticks: dict[str, "Job"]) -> Figure:
        """The medians of all rounds; the ratio is the median of the rounds' own ratios, as each had the machine to itself in turn."""
        if not self.rounds or self.failure:
            return Figure(self.name, None, "transfers/s", note=f"not measured: {self.failure or 'never run'}")
        other = yardsticks.get(self.yardstick)
        compared = other.rounds if other and not other.failure else []
        ratios = [ours.speed / theirs.speed for ours, theirs in zip(self.rounds, compared, strict=False)]
        return Figure(
            self.name,
            round(statistics.median(one.speed for one in self.rounds)),
            "transfers/s",
            self.yardstick,
            round(statistics.median(ratios), 2) if ratios else None,
            self.title,
            p50_ms=_middle([one.p50_ms for one in self.rounds], 3),
            p99_ms=_middle([one.p99_ms for one in self.rounds], 3),
            cpu_us=_middle([one.cpu_us for one in self.rounds], 1),
        )


def why(error: Exception) -> str:
    """The last line of what went wrong; of a program that failed, of what it said."""
    said = getattr(error, "stderr", None) or str(error)
    lines = [line.strip() for line in str(said).splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__


def _middle(values: Sequence[float | None], digits: int) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known), digits) if known else None


def percentile(ordered: Sequence[float], of_hundred: int) -> float:
    """Of values in rising order; the last one at most."""
    return ordered[min(len(ordered) * of_hundred // 100, len(ordered) - 1)]


def pgbench(server: Server, url: str, script: str, *, each: int = 1, clients: int = 4, name: str) -> Callable[[int], Measured]:
    """A measurement by pgbench: prepared, so many clients. `script` is its text, "" for TPC-B; `each`: transfers in one transaction.

    A connection's first transactions read and plan what later ones only run, so its first second is run and not counted.
    """
    path = server.folder / f"{name}.pgbench"
    path.write_text(script)
    what = ["-f", str(path)] if script else ["-b", "tpcb-like"]
    logs = server.folder / f"{name}-log"

    def measure(seconds: int) -> Measured:
        threads = ["-c", str(clients), "-j", str(min(clients, 2))]
        spent = server.backend_seconds()
        command = [str(binaries() / "pgbench"), "-n", "-M", "prepared", *threads, "-T", str(seconds + 1), "-l", "--log-prefix", str(logs), *what, url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        time.sleep(0.3)  # until the server has counted the processes that ended
        spent = server.backend_seconds() - spent
        count = _said(done.stdout)
        times = logged(logs, seconds)
        return Measured(len(times) / seconds * each, percentile(times, 50) / 1000, percentile(times, 99) / 1000, spent * 1_000_000 / (count * each))

    return measure


def _said(words: str) -> int:
    """How many transactions there were."""
    failed = re.search(r"number of failed transactions: (\d+)", words)
    if failed and int(failed[1]):
        raise RuntimeError(f"pgbench: {failed[0]}")
    count = re.search(r"number of transactions actually processed: (\d+)", words)
    if count is None or not int(count[1]):
        raise RuntimeError(f"pgbench said nothing of its speed: {words[:200]}")
    return int(count[1])


def logged(prefix: Path, seconds: int) -> list[int]:
    """Microseconds of every transaction that ended in the last so many seconds, in rising order; the logs are removed."""
    ended: list[tuple[int, int]] = []
    for path in prefix.parent.glob(f"{prefix.name}.*"):
        with path.open() as lines:
            for line in lines:
                _, _, took, _, second, rest, *_ = line.split(" ")
                ended.append((int(second) * 1_000_000 + int(rest), int(took)))
        path.unlink()
    if not ended:
        raise RuntimeError("pgbench logged nothing")
    first = max(ended)[0] - seconds * 1_000_000
    return sorted(took for at, took in ended if at > first)
