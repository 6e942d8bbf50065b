"""The embedded PostgreSQL under our own hand: where it runs, what it survives, and what it says when it cannot."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import postgres, runner

pytestmark = pytest.mark.live
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that others may enter, as a checkout is; stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ct-"))
    folder.chmod(0o755)
    yield folder
    for data_dir in [path.parent.parent for path in folder.rglob("PG_VERSION") if path.parent.name == "pg"]:
        postgres.stop(data_dir)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _query(data_dir: Path, question: str, role: str = postgres.OWNER) -> object:
    with psycopg.connect(postgres.url(data_dir, role), autocommit=True) as db:
        cursor = db.execute(question)
        return cursor.fetchone() if cursor.description else None


def _server_pid(data_dir: Path) -> int:
    return int((data_dir / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])


def test_starts_under_a_private_parent_and_leaves_its_mode(home: Path) -> None:
    home.chmod(0o700)
    data_dir = home / "data"
    postgres.start(data_dir)
    assert home.stat().st_mode & 0o777 == 0o700
    assert (data_dir / "pg").stat().st_mode & 0o777 == 0o700
    assert (data_dir / "pg-logins.json").stat().st_mode & 0o777 == 0o600
    assert _query(data_dir, "select current_user", postgres.WEB) == (postgres.WEB,)
    assert _query(data_dir, "show fsync") == ("on",)
    assert _query(data_dir, "show listen_addresses") == ("",)


@pytest.mark.skipif(os.getuid() != 0, reason="only root must become another user")
def test_root_without_namespaces_becomes_another_user(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    postgres.start(home / "data")
    assert (home / "data" / "pg").stat().st_uid != 0
    assert _query(home / "data", "select 1") == (1,)
    postgres.stop(home / "data")
    monkeypatch.undo()
    postgres.start(home / "data")
    assert _query(home / "data", "select 1") == (1,)


@pytest.mark.skipif(os.getuid() != 0, reason="only root must become another user")
def test_where_neither_can_be_one_sentence_asks_for_an_address(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    home.chmod(0o700)
    with pytest.raises(runner.PostgresCannotRun, match="Set DATABASE_URL"):
        postgres.start(home / "data")
    assert list((home / "data").glob("pg.try-*")) == []


def _python_for(uid: int) -> str | None:
    """An interpreter of our version that this user may run."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            if subprocess.run([python, "-c", ""], user=uid, group=uid, extra_groups=[], check=False).returncode == 0:
                return python
        except OSError:
            continue
    return None


@pytest.mark.skipif(os.getuid() != 0, reason="whoever is not root runs every other test as a normal user")
def test_a_normal_user_runs_it_plainly(home: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    python = _python_for(nobody)
    if python is None:
        pytest.skip("no Python here that another user may run")
    os.chown(home, nobody, nobody)
    code = f"from pathlib import Path; from config import postgres; postgres.start(Path({str(home / 'data')!r}))"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    subprocess.run([python, "-c", code], user=nobody, group=nobody, extra_groups=[], cwd=home, env=environment, check=True)
    assert (home / "data" / "pg").stat().st_uid == nobody
    assert _query(home / "data", "select 1") == (1,)


def test_a_path_too_long_for_a_socket_still_works(home: Path) -> None:
    data_dir = home / ("long" * 30) / "it's a, path"
    postgres.start(data_dir)
    folder = postgres.socket_folder(data_dir)
    assert _query(data_dir, "select 1") == (1,)
    assert folder.stat().st_mode & 0o777 == 0o700
    postgres.stop(data_dir)
    assert not folder.exists()


def test_a_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    postgres.start(home)
    _query(home, "create table kept as select 7 as number")
    orphan = psycopg.connect(postgres.url(home, postgres.OWNER), autocommit=True)
    os.kill(_server_pid(home), signal.SIGKILL)
    postgres.start(home)
    orphan.close()
    assert _query(home, "select number from kept") == (7,)


def test_a_stale_pid_that_is_now_a_stranger_does_not_stop_the_start(home: Path) -> None:
    postgres.start(home)
    os.kill(_server_pid(home), signal.SIGKILL)
    pid_file = home / "pg" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    postgres.start(home)
    assert _query(home, "select 1") == (1,)


def test_a_server_left_running_is_used_again(home: Path) -> None:
    postgres.start(home)
    before = _server_pid(home)
    postgres.start(home)
    assert _server_pid(home) == before


def test_a_start_killed_while_making_its_files_is_done_again(home: Path) -> None:
    (home / "pg.making").mkdir()
    (home / "pg.making" / "PG_VERSION").write_text("18\n")
    postgres.start(home)
    assert _query(home, "select 1") == (1,)


def test_the_last_to_leave_stops_the_server(home: Path) -> None:
    with postgres.hold(home):
        with postgres.hold(home):
            assert postgres.is_running(home)
        assert postgres.is_running(home)
    assert not postgres.is_running(home)


def test_a_server_that_ran_before_is_left_running(home: Path) -> None:
    postgres.start(home)
    with postgres.hold(home):
        pass
    assert postgres.is_running(home)


def test_a_long_log_is_put_aside_at_start(home: Path) -> None:
    (home / "pg.log").write_bytes(b"x" * (postgres.LOG_LIMIT_BYTES + 1))
    postgres.start(home)
    assert (home / "pg.log").stat().st_size < 10_000


def test_another_version_and_lost_passwords_are_one_sentence(home: Path) -> None:
    postgres.start(home)
    postgres.stop(home)
    (home / "pg-logins.json").rename(home / "elsewhere.json")
    with pytest.raises(runner.PostgresCannotRun, match=r"pg-logins\.json"):
        postgres.start(home)
    (home / "elsewhere.json").rename(home / "pg-logins.json")
    version = (home / "pg" / "PG_VERSION").read_text()
    (home / "pg" / "PG_VERSION").write_text("15\n")
    with pytest.raises(runner.PostgresCannotRun, match="made by PostgreSQL 15"):
        postgres.start(home)
    (home / "pg" / "PG_VERSION").write_text(version)
