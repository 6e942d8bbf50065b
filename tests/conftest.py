"""Real PostgreSQL for every test, as the web login; no network but this machine's own.

The server is the embedded one of `DATA_DIR` (or `DATABASE_URL`'s, with `DATABASE_OWNER_URL` for a login that may create databases).
Once per state of the migrations a template database is migrated by the owner; each test process works on its own copy of it.
Plain tests roll back. Committed ones (`transaction=True`) get a fresh copy afterwards, because the web login may not empty the tables.
"""

import fcntl
import hashlib
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
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
from tests.turns import pytest_collection_modifyitems as pytest_collection_modifyitems  # a hook; pytest reads it here

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
    if not _is_xdist_worker():
        config.add_cleanup(_forget_the_story)
    _keep_off_the_network()
    settings.PASSWORD_HASHERS = ["tests.hashers.QuickHasher", *settings.PASSWORD_HASHERS]
    settings.KEPT_QUESTIONS_ARE_COMPARED = True
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # nothing is collected for tests
    settings.WHITENOISE_AUTOREFRESH = True  # else every new Client looks at every static file before its first page
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing


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
    server: Path = DATA_DIR

    @property
    def web_url(self) -> str:
        return _address("DATABASE_URL", postgres.WEB, self)

    @property
    def owner_url(self) -> str:
        return _address("DATABASE_OWNER_URL", postgres.OWNER, self)


def _address(setting: str, role: str, clone: Clone) -> str:
    if EMBEDDED:
        return postgres.url(clone.server, role, clone.name)
    parts = urlsplit(os.environ.get(setting) or os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{clone.name}"))


def _as_owner(*statements: str, server: Path = DATA_DIR, **names: str) -> None:
    """Runs statements about whole databases; names in braces are quoted as identifiers."""
    with psycopg.connect(Clone("postgres", server).owner_url, autocommit=True) as db:
        for each in statements:
            db.execute(sql.SQL(each).format(**{key: sql.Identifier(name) for key, name in names.items()}))


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
            building = Clone(f"template_building_{os.getpid()}")
            make_migrated(building)
            _as_owner("alter database {building} rename to {name}", building=building.name, name=name)
    return name


def make_migrated(clone: Clone) -> None:
    """A new database with all tables."""
    _as_owner("create database {name}", server=clone.server, name=clone.name)
    postgres.grant(clone.owner_url, urlsplit(clone.web_url).username or postgres.WEB)
    point_connections_at(clone)
    call_command("migrate", database="owner", verbosity=0, interactive=False, skip_checks=True)
    connections.close_all()


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


def point_connections_at(clone: Clone) -> None:
    """Both logins of this process work on this copy from now on."""
    for alias, address in (("default", clone.web_url), ("owner", clone.owner_url)):
        connections[alias].close()
        wanted = database(address, "DATABASE_URL")
        connections[alias].settings_dict.update({key: wanted[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def _copy(clone: Clone, template: str) -> None:
    """By files, which is quicker than by its journal for a database that will not live long."""
    drop, create = "drop database if exists {name} with (force)", "create database {name} template {template} strategy file_copy"
    _as_owner(drop, create, server=clone.server, name=clone.name, template=template)


@pytest.fixture(scope="session")
def database_template(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> str:
    """Name of the migrated template database."""
    with django_db_blocker.unblock():
        return _template()


@pytest.fixture(scope="session")
def clone_database(database_template: str) -> Iterator[Callable[..., Clone]]:
    """A fresh copy of the migrated template for a live test: `clone_database("walk").web_url`. Dropped after the run."""
    made: list[Clone] = []

    def make(name: str, template: str = database_template) -> Clone:
        clone = Clone(f"test_{os.getpid()}_{name}")
        _copy(clone, template)
        made.append(clone)
        return clone

    yield make
    for clone in made:
        _as_owner("drop database if exists {name} with (force)", name=clone.name)


@pytest.fixture(scope="session")
def django_db_setup(database_template: str, clone_database: Callable[[str], Clone], django_db_blocker: DjangoDbBlocker) -> Iterator[Clone]:
    """pytest-django's own fixture, replaced: both connections point at this process's copy."""
    with django_db_blocker.unblock(), in_use(clone_database("own"), database_template) as clone:
        yield clone


@contextmanager
def in_use(clone: Clone, template: str) -> Iterator[Clone]:
    """Tests work on this copy of `template`, and get a fresh one after each that committed."""

    def afresh(self: TransactionTestCase) -> None:
        connections.close_all()
        _copy(clone, template)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", afresh)
        point_connections_at(clone)
        yield clone
        connections.close_all()


@contextmanager
def alone(folder: Path) -> Iterator[Clone]:
    """A server of one file's own, for tests that ask about every transaction on the server: those of the tests beside them are on another."""
    template, clone = Clone("told", folder), Clone("own", folder)
    with postgres.hold(folder):
        make_migrated(template)
        _copy(clone, template.name)
        with in_use(clone, template.name):
            yield clone


def _story_database() -> Clone:
    """One for all processes of a run."""
    return Clone(f"test_{os.getppid() if _is_xdist_worker() else os.getpid()}_told")


def _forget_the_story() -> None:
    with suppress(psycopg.OperationalError):  # a run without a database
        _as_owner("drop database if exists {name} with (force)", name=_story_database().name)


@pytest.fixture(scope="session")
def story_kept(database_template: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The demo's story at its end, at rest, to be copied (tests/story.py). Told once in a run, by the first process that needs it."""
    from tests.story import Kept, tell

    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if _is_xdist_worker() else folder) / "story"
    folder.mkdir(exist_ok=True)
    kept = Kept(_story_database(), folder / "sandbox")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "told").exists():
            _copy(kept.clone, database_template)
            tell(kept, django_db_blocker)
            (folder / "told").touch()
    return kept


@pytest.fixture(scope="session")
def copy_story(story_kept: Any, clone_database: Callable[..., Clone]) -> Callable[[str, Path], Clone]:
    """`copy_story("walk", state_dir)`: the story in a database of one's own, and the sandbox's state of it in that folder."""

    def copied(name: str, state_dir: Path) -> Clone:
        shutil.copytree(story_kept.state, state_dir)
        return clone_database(name, story_kept.clone.name)

    return copied


@pytest.fixture(scope="session")
def story_told(copy_story: Callable[[str, Path], Clone], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The demo's story, and the sandbox that took its money, running. Tests that use it share it: change nothing in it for good."""
    from tests.story import Story

    state_dir = tmp_path_factory.mktemp("story") / "sandbox"
    clone = copy_story("story", state_dir)
    with Story.running(clone, state_dir) as story:
        yield story


@pytest.fixture
def owner_cursor(django_db_setup: Clone) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A cursor as the owner, committing at once. It sees committed rows only: use it in `transaction=True` tests."""
    with psycopg.connect(django_db_setup.owner_url, autocommit=True) as db, db.cursor() as cursor:
        yield cursor
