"""Several processes doing the same thing at the same time, told when to begin and asked how much they did."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from config.bench.measuring import Measured
from config.bench.server import ROOT, Server
from config.environment import database

PROCESSES = 8
HORDAK = "django-hordak"


class Crowd:
    """`command` as so many processes, each ready and waiting until told. Raises RuntimeError when one of them can't."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self._all = [
            subprocess.Popen(command, env=environment, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(PROCESSES)
        ]
        try:
            for one in self._all:
                self._hear(one)
        except RuntimeError:
            self.end()
            raise

    def measure(self, seconds: int) -> Measured:
        """One round of all of them; the slowest process's p99 counts, the middle one's p50."""
        for one in self._all:
            if one.stdin:
                one.stdin.write(f"{seconds}\n")
                one.stdin.flush()
        said = [json.loads(self._hear(one)) for one in self._all]
        speed = sum(each["count"] / each["seconds"] for each in said)
        return Measured(speed, sorted(each["p50_ms"] for each in said)[PROCESSES // 2], max(each["p99_ms"] for each in said))

    def _hear(self, one: "subprocess.Popen[str]") -> str:
        line = one.stdout.readline() if one.stdout else ""
        if not line:
            said = one.stderr.read() if one.stderr else ""
            raise RuntimeError((said.strip().splitlines() or ["it ended without a word"])[-1])
        return line

    def end(self) -> None:
        """Ends them all."""
        for one in self._all:
            one.kill()
            one.communicate()


def ours(server: Server, what: str) -> Crowd:
    """Our ledger through Django, "single" or "set"."""
    return Crowd([sys.executable, "-m", "config.bench.django_process", what], server.environment())


def hordak(server: Server, url: str) -> Crowd:
    """django-hordak, installed into a throwaway environment. Raises RuntimeError or SubprocessError when that can't be had."""
    place = server.folder / "hordak"
    subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True, text=True, timeout=120)
    python = str(place / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", HORDAK, "Django~=5.2.0", "psycopg[binary]"]
    subprocess.run(install, check=True, capture_output=True, text=True, timeout=180)
    parts = database(url, "hordak")
    script = Path(__file__).with_name("hordak_process.py")
    rest = [str(parts[name]) for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")]
    environment = {name: value for name, value in server.environment().items() if not name.startswith("DJANGO_")}
    subprocess.run([python, script, "prepare", *rest], check=True, capture_output=True, text=True, timeout=180, env=environment)
    return Crowd([python, str(script), "single", *rest], environment)
