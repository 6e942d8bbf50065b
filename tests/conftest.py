"""Real PostgreSQL for every test, as the web login; no network but this machine's own.

The server is the embedded one of `DATA_DIR` (or `DATABASE_URL`'s, with `DATABASE_OWNER_URL` for a login that may create databases).
Once per state of the migrations a template database is migrated by the owner; each test process works on its own copy of it.
Plain tests roll back. Committed ones (`transaction=True`) get a fresh copy afterwards, because the web login may not empty the tables.
"""

import fcntl
import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from config import postgres
from config.environment import database
from config.runner import PostgresCannotRun

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or ROOT / ".data").resolve()
EMBEDDED = not os.environ.get("DATABASE_URL", "").strip()


# --- the server ---


def pytest_configure(config: pytest.Config) -> None:
    held: AbstractContextManager[None] = postgres.hold(DATA_DIR) if EMBEDDED and not _is_xdist_worker() else nullcontext()
    try:
        held.__enter__()
    except PostgresCannotRun as reason:
        pytest.exit(str(reason), returncode=1)
    config.add_cleanup(lambda: held.__exit__(None, None, None))
    _keep_off_the_network()
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickHasher", *settings.PASSWORD_HASHERS]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # nothing is collected for tests
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Quick tests first; those that start whole platforms or browsers one after the other on one worker each.

    A wrapper, because xdist reads the groups before any plain hook of ours would have named them.
    """
    slow = {"live": 1, "browser": 2}

    def rank(item: pytest.Item) -> int:
        if item.get_closest_marker("first"):
            return -1
        return max((place for name, place in slow.items() if item.get_closest_marker(name)), default=0)

    items.sort(key=rank)
    for item in items:
        for name in slow:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))
    return (yield)


def _is_xdist_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def _keep_off_the_network() -> None:
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address!r}: tests stay on this machine")
        return connect(self, address)

    socket.socket.connect = local_only  # type: ignore[method-assign]


# --- the databases ---


@dataclass(frozen=True)
class Clone:
    """One copy of the migrated template; the two logins' addresses for it."""

    name: str

    @property
    def web_url(self) -> str:
        return _address("DATABASE_URL", postgres.WEB, self.name)

    @property
    def owner_url(self) -> str:
        return _address("DATABASE_OWNER_URL", postgres.OWNER, self.name)


def _address(setting: str, role: str, database: str) -> str:
    if EMBEDDED:
        return postgres.url(DATA_DIR, role, database)
    parts = urlsplit(os.environ.get(setting) or os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{database}"))


def _as_owner(statement: str, **names: str) -> None:
    """Runs a statement about whole databases; names in braces are quoted as identifiers."""
    with psycopg.connect(Clone("postgres").owner_url, autocommit=True) as db:
        db.execute(sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()}))


def _database_names() -> set[str]:
    with psycopg.connect(Clone("postgres").owner_url) as db:
        return {name for (name,) in db.execute("select datname from pg_database")}


def _state_of_migrations() -> str:
    digest = hashlib.sha256((ROOT / "requirements" / "runtime.lock").read_bytes())
    files = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/**/*.sql"), ROOT / "config" / "postgres.py"]
    for path in sorted(path for path in files if ".venv" not in path.parts):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    server = hashlib.sha256(Clone("postgres").owner_url.encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"clubtogether-tests-{os.getuid()}-{server}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _template() -> str:
    """The migrated template's name; builds it if this state of the migrations was not seen yet, and drops older ones nobody uses."""
    name = f"template_{_state_of_migrations()}"
    with _alone():
        names = _database_names()
        if name not in names:
            for old in names:
                if old.startswith("template_") or (old.startswith("test_") and not _is_alive(old.split("_")[1])):
                    _as_owner("drop database if exists {old} with (force)", old=old)
            building = f"template_building_{os.getpid()}"
            _as_owner("create database {building}", building=building)
            postgres.grant(Clone(building).owner_url, urlsplit(Clone(building).web_url).username or postgres.WEB)
            point_connections_at(Clone(building))
            call_command("migrate", database="owner", verbosity=0, interactive=False, skip_checks=True)
            connections.close_all()
            _as_owner("alter database {building} rename to {name}", building=building, name=name)
    return name


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


def point_connections_at(clone: Clone) -> None:
    """Both logins of this process work on this copy from now on."""
    for alias, address in (("default", clone.web_url), ("owner", clone.owner_url)):
        connections[alias].close()
        wanted = database(address, "DATABASE_URL")
        connections[alias].settings_dict.update({key: wanted[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def _copy(clone: Clone, template: str) -> None:
    _as_owner("drop database if exists {name} with (force)", name=clone.name)
    _as_owner("create database {name} template {template}", name=clone.name, template=template)


@pytest.fixture(scope="session")
def database_template(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> str:
    """Name of the migrated template database."""
    with django_db_blocker.unblock():
        return _template()


@pytest.fixture(scope="session")
def clone_database(database_template: str) -> Iterator[Callable[[str], Clone]]:
    """A fresh copy of the migrated template for a live test: `clone_database("walk").web_url`. Dropped after the run."""
    made: list[Clone] = []

    def make(name: str) -> Clone:
        clone = Clone(f"test_{os.getpid()}_{name}")
        _copy(clone, database_template)
        made.append(clone)
        return clone

    yield make
    for clone in made:
        _as_owner("drop database if exists {name} with (force)", name=clone.name)


@pytest.fixture(scope="session")
def django_db_setup(database_template: str, clone_database: Callable[[str], Clone], django_db_blocker: DjangoDbBlocker) -> Iterator[Clone]:
    """pytest-django's own fixture, replaced: both connections point at this process's copy."""
    clone = clone_database("own")

    def afresh(self: TransactionTestCase) -> None:
        connections.close_all()
        _copy(clone, database_template)

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(TransactionTestCase, "_fixture_teardown", afresh)
        point_connections_at(clone)
        yield clone
        connections.close_all()


@pytest.fixture(scope="session")
def story_told(clone_database: Callable[[str], Clone], django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The demo's story in a database of its own, told once in a run (tests/story.py). Tests that use it share it: change nothing in it for good."""
    from tests.story import told

    with told(clone_database("story"), tmp_path_factory.mktemp("story"), django_db_blocker) as story:
        yield story


@pytest.fixture
def owner_cursor(django_db_setup: Clone) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A cursor as the owner, committing at once. It sees committed rows only: use it in `transaction=True` tests."""
    with psycopg.connect(django_db_setup.owner_url, autocommit=True) as db, db.cursor() as cursor:
        yield cursor
