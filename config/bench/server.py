"""A PostgreSQL of the bench's own: stated settings, started in a folder of its own, stopped and removed afterwards."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config import postgres
from config.runner import binaries, runner_for

ROOT = Path(__file__).resolve().parents[2]
# A quarter of the machine's memory, as PostgreSQL's documentation advises.
_QUARTER = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4 >> 20
# Durable, as in use: fsync and synchronous_commit stay on. Room enough that no checkpoint falls into a measurement by chance, and workers
# enough for the proof to use both processors.
SETTINGS = {
    "shared_buffers": f"{_QUARTER}MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "max_connections": "60",
    "track_io_timing": "off",
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class Server:
    """The running server. `folder` holds its files and what a measurement leaves."""

    folder: Path

    def url(self, *, owner: bool = False, database: str = postgres.DATABASE) -> str:
        """Where to connect, as the web login or as the owner."""
        return postgres.url(self.folder, postgres.OWNER if owner else postgres.WEB, database)

    def environment(self) -> dict[str, str]:
        """For a process of ours that is to use this server."""
        return {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")} | {"DATA_DIR": str(self.folder)}

    def ask(self, question: str, *, owner: bool = True) -> list[tuple[Any, ...]]:
        """Runs statements and returns the rows of the last one, if any."""
        with psycopg.connect(self.url(owner=owner), autocommit=True) as db:
            cursor = db.execute(question.encode())
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def backend_seconds(self) -> float:
        """Processor time, user's and system's, of the server's processes that have ended so far."""
        pid = (self.folder / "pg" / "postmaster.pid").read_text().split("\n", 1)[0]
        spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Starts the server with our settings, the ledger's tables in it, and stops it afterwards."""
    with started(folder) as server:
        migrate(server)
        yield server


@contextmanager
def started(folder: Path, **more: str) -> Iterator[Server]:
    """Starts the server with our settings (`more`: others instead) and an empty database, and stops it afterwards."""
    postgres.start(folder)
    try:
        postgres.stop(folder)
        conf = folder / "pg" / "postgresql.conf"
        options = " ".join(f"-c {name}={value}" for name, value in (SETTINGS | more).items())
        options += f" -c listen_addresses= -c unix_socket_directories={postgres.socket_folder(folder)} -p {postgres.PORT}"
        runner_for(folder).run(binaries() / "pg_ctl", "-D", conf.parent, "-w", "-l", folder / "pg.log", "-o", options, "start")
        yield Server(folder)
    finally:
        postgres.stop(folder)


def migrate(server: Server) -> None:
    """The ledger's own migrations and no others."""
    command = [sys.executable, "-m", "django", "migrate", "ledger", "--database", "owner", "--verbosity", "0", "--skip-checks"]
    environment = server.environment() | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run(command, env=environment, cwd=ROOT, check=True)


def new_database(server: Server, name: str) -> str:
    """Makes an empty database of the owner's and returns its address."""
    with psycopg.connect(server.url(owner=True), autocommit=True) as db:
        db.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return server.url(owner=True, database=name)
