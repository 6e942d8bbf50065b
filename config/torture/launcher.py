"""The surroundings of one run: a database, a pretend Stripe and addresses of its own. Knows no Django, because its settings are made here."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config import postgres, processes
from config.runner import binaries

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "STRIPE_SECRET_KEY": "sk_test_torture",
    "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_torture_platform",
    "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_torture_connect",
    "SECRET_KEY": "only-for-a-database-that-is-thrown-away-afterwards-and-never-for-a-site",
}
NEVER_TAKEN_OVER = ("DATABASE_", "STRIPE_", "DJANGO_", "DEMO", "SITE_URL", "PYTEST_", "LOG_FORMAT")


def environment(data_dir: Path, database: str = postgres.DATABASE) -> dict[str, str]:
    """What the processes of one run are told: this cluster's database and no other; addresses nobody has yet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NEVER_TAKEN_OVER)}
    web, stripe = free_ports(2)
    return {
        **kept,
        **SECRETS,
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": postgres.url(data_dir, postgres.WEB, database),
        "DATABASE_OWNER_URL": postgres.url(data_dir, postgres.OWNER, database),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SITE_URL": f"http://127.0.0.1:{web}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe}",
        "PYTHONUNBUFFERED": "1",
        processes.MARK: str(data_dir),
    }


def free_ports(count: int) -> list[int]:
    """Ports that are free now, each another."""
    doors = [socket.socket() for _ in range(count)]
    for door in doors:
        door.bind(("127.0.0.1", 0))
    ports = [int(door.getsockname()[1]) for door in doors]
    for door in doors:
        door.close()
    return ports


@contextmanager
def own_cluster(template_url: str = "") -> Iterator[Path]:
    """A PostgreSQL of its own with our tables in it, durable as in use; stopped and thrown away at the end, with all that ran on it.

    `template_url`: a migrated, empty database to copy, which is quicker than migrating.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="torture-")).resolve()
    data_dir.chmod(0o755)  # PostgreSQL may run as another user, who must get there
    try:
        postgres.start(data_dir)
        if template_url:
            _copy(template_url, postgres.url(data_dir, postgres.OWNER))
        else:
            migrate = [sys.executable, "-m", "django", "migrate", "--database", "owner", "--verbosity", "0", "--skip-checks"]
            subprocess.run(migrate, env=environment(data_dir), cwd=ROOT, check=True)
        yield data_dir
    finally:
        processes.end_marked(data_dir)
        postgres.stop(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)


def _copy(from_url: str, to_url: str) -> None:
    dump = subprocess.run([binaries() / "pg_dump", from_url], check=True, capture_output=True)
    # The server stops on a damaged statement by itself only when told to.
    command: list[str | Path] = [binaries() / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output", os.devnull, to_url]
    subprocess.run(command, input=dump.stdout, check=True)


def launch(what: str, options: Sequence[str], surroundings: dict[str, str]) -> "subprocess.Popen[str]":
    """Starts one part as a process of its own, in these surroundings; its lines come out of `stdout`, its log stays in the data folder."""
    command = [sys.executable, "-m", "config.torture", what, *options]
    with log_of(what, surroundings).open("ab") as log:
        return subprocess.Popen(command, env=surroundings, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=log)


def log_of(what: str, surroundings: dict[str, str]) -> Path:
    """Where a part's log is."""
    folder = Path(surroundings["DATA_DIR"]) / "logs"
    folder.mkdir(exist_ok=True)
    return folder / f"{what}.log"
