"""The whole site on a PostgreSQL of the bench's own: every room's tables, the demo's story where it is wanted, and granian in front of it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from config import demo_story, postgres
from config.bench.sandbox import free_port, sandbox
from config.bench.server import ROOT, Server, started
from config.environment import database

SECRET = "bench-only-key-of-a-throwaway-site"  # noqa: S105
WORKERS, THREADS = 2, 4  # of the web server: a process for each processor


@contextmanager
def own_site(folder: Path) -> Iterator[Server]:
    """Both connections of this process point at a fresh database with everybody's tables inside this block."""
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    with started(folder, max_wal_size="1GB") as server:  # filling a database leaves gigabytes of it otherwise
        try:
            point_at(folder)
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
            yield server
        finally:
            for alias, kept in before.items():
                connections[alias].close()
                connections[alias].settings_dict.update(kept)


def point_at(folder: Path) -> None:
    """Both logins of this process go to the server of this data folder."""
    for alias, role in (("default", postgres.WEB), ("owner", postgres.OWNER)):
        connections[alias].close()
        wanted = database(postgres.url(folder, role), "DATABASE_URL")
        connections[alias].settings_dict.update({key: wanted[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def tell_the_story(server: Server) -> None:
    """The demo's story, as the demo tells it, with a Stripe sandbox that ends with it."""
    with sandbox(str(server.folder / "sandbox")) as (port, _):
        settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = f"http://127.0.0.1:{port}", "sk_test_bench"
        settings.STRIPE_WEBHOOK_SECRET_PLATFORM, settings.STRIPE_WEBHOOK_SECRET_CONNECT = "whsec_bench", "whsec_bench_too"
        demo_story.load(sandbox_url=settings.STRIPE_API_BASE)


@contextmanager
def serving(server: Server) -> Iterator[tuple[str, int]]:
    """granian as in use, its files collected. Gives the host and port to ask, and the number of its process."""
    environment = server.environment() | {"SECRET_KEY": SECRET, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-m", "django", "collectstatic", "--noinput", "-v0"], env=environment, cwd=ROOT, check=True)
    port = free_port()
    command = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port), "--interface", "wsgi", "--workers", str(WORKERS)]
    command += ["--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", "config.bench.hello:application"]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as process:
        try:
            _until_ready(f"http://127.0.0.1:{port}/healthz", process)
            yield f"127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def _until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")


def server_seconds(server: Server, web: int) -> float:
    """What the web server and the database have used of the processors so far, with all their processes that still run."""
    database = int((server.folder / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])
    family, ticks = {web, database}, 0
    running = sorted((_started(stat) for stat in Path("/proc").glob("[0-9]*/stat")), key=lambda one: one.since)
    for one in running:  # parents before children
        if one.pid in family or one.parent in family:
            family.add(one.pid)
            ticks += one.ticks
    return ticks / os.sysconf("SC_CLK_TCK")


class _Running(NamedTuple):
    """A process as the kernel counts it. `since`: ticks after the machine's start; `ticks`: of the processors."""

    since: int
    pid: int
    parent: int
    ticks: int


def _started(stat: Path) -> _Running:
    try:
        text = stat.read_text()
    except OSError:  # it ended meanwhile
        return _Running(0, 0, 0, 0)
    pid, rest = int(text.split(" ", 1)[0]), text.rpartition(")")[2].split()
    return _Running(int(rest[19]), pid, int(rest[1]), int(rest[11]) + int(rest[12]))
