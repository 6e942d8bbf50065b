"""The database put back to a random moment from a base backup and archived WAL, while Stripe stays where it is: ahead of us.

What comes back is proved, then reconciled, by `restored.py` in a process of its own.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from django.db import connection, connections

from audit import clock
from config import postgres
from config.runner import Runner, binaries, runner_for
from config.torture import launcher, moments, work
from config.torture.load import Press, some_order
from config.torture.moments import Told
from config.torture.stage import Stage
from config.torture.town import Town, timers
from config.torture.work import Order
from payments.models import Refund, Remittance

STEPS, ORDERS_A_STEP = 10, 5
SECONDS_TO_ARCHIVE = 60.0


@dataclass(frozen=True)
class Kept:
    """A base backup, the WAL since, the stretch of it in which money moved, and every order in it."""

    folder: Path
    first: int
    last: int
    told: list[Told]

    @property
    def base(self) -> Path:
        return self.folder / "base"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"


def run(stage: Stage, *, rounds: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """One history, put back `rounds` times, each time to another moment of it, of two kinds in turn (`_point`)."""
    dice, town, totals = Random(seed), Town(), Counter[str]()  # noqa: S311 - the same seed is the same run
    with _folder(stage) as folder, _archiving(stage, folder):
        with stage.running("stripe"):
            town.build()
            kept = _history(stage, town, folder, dice)
        shutil.copytree(stage.state, folder / "stripe")
        for number in range(1, rounds + 1):
            way, point = _point(kept, number, dice)
            shutil.rmtree(stage.state)
            shutil.copytree(folder / "stripe", stage.state)
            with stage.running("stripe"):
                found = _put_back(stage, kept, point)
            part = round(100 * (point - kept.first) / max(1, kept.last - kept.first))
            say(
                f"restore {number}: {way}, {part}% of the way; "
                + ", ".join(f"{count} {name}" for name, count in found.items() if isinstance(count, int))
            )
            for sentence in found.pop("sentences"):
                say(f"  {sentence}")
            totals.update({**found, way: 1})
    return {"restores": rounds, "seed": seed, **totals}


def _point(kept: Kept, number: int, dice: Random) -> tuple[str, int]:
    """In turn: a byte in the middle of what one journal's transaction wrote while other money waited to go out; and any byte."""
    journals = [one for one in kept.told if one.is_one_journal and one.while_money_waits]
    if number % 2 and journals:
        cut = dice.choice(journals)
        return "into a journal while money waits", dice.randint(cut.began + 1, cut.ended - 1)
    return "to any byte", dice.randint(kept.first, kept.last)


@contextmanager
def _folder(stage: Stage) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kept-", dir=stage.data_dir))
    runner_for(stage.data_dir).own(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _archiving(stage: Stage, folder: Path) -> Iterator[None]:
    """The server keeps every finished piece of WAL in a folder, as it would on another machine."""
    archive = folder / "archive"
    archive.mkdir()
    runner_for(stage.data_dir).own(archive)
    # Archiving is switched on by a restart only.
    _configure(stage, archive_mode="on", archive_command=f"test ! -f {archive}/%f && cp %p {archive}/%f")
    try:
        yield
    finally:
        _configure(stage, archive_mode="off", archive_command="")


def _configure(stage: Stage, **settings: str) -> None:
    connections.close_all()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as db:
        for name, value in settings.items():
            db.execute(f"alter system set {name} = '{value}'".encode())
    postgres.stop(stage.data_dir)
    postgres.start(stage.data_dir)


def _history(stage: Stage, town: Town, folder: Path, dice: Random) -> Kept:
    """A base backup, then money moving; at the end all is at rest and all WAL is archived."""
    runner = runner_for(stage.data_dir)
    _base_backup(runner, folder / "base")
    first, told = _now_at(), list[Told]()
    for _ in range(STEPS):
        told += [_told(some_order(dice, town.payees)) for _ in range(ORDERS_A_STEP)]
        for _ in range(dice.randint(0, 3)):
            timers(at=clock.now())
        if dice.random() < 0.4:
            town.type_cards()
        if dice.random() < 0.3:
            town.skip(seconds=400)
        if dice.random() < 0.3:
            town.reconcile()
    town.settle()
    kept = Kept(folder, first, _now_at(), told)
    _archive_everything(folder / "archive")
    return kept


def _base_backup(runner: Runner, base: Path) -> None:
    address = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0] + "/postgres"
    base.mkdir(mode=0o700)
    runner.own(base)
    runner.run(binaries() / "pg_basebackup", "-d", address, "-D", base, "-X", "none", "-c", "fast", "--no-manifest", "--no-sync")


def _told(order: Order) -> Told:
    waits = Remittance.objects.waiting().exists() and Refund.objects.to_send().exists()
    began = _now_at()
    answer = work.do(order, at=clock.now())
    return Told(Press(order, answer), began, _now_at(), waits)


def _now_at() -> int:
    """Where in the WAL the next byte goes. What was committed before lies before it, whether or not it is on the disk yet."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


def _archive_everything(archive: Path) -> None:
    """Ends the piece being written and waits until it is in the archive: what the server would lose is what is not there."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as db:
        row = db.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    deadline = time.monotonic() + SECONDS_TO_ARCHIVE
    while not (archive / str(row[0])).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{row[0]} was not archived")
        time.sleep(0.05)
    time.sleep(0.2)  # `cp` may still be writing it


def _put_back(stage: Stage, kept: Kept, point: int) -> dict[str, Any]:
    """A server of its own, from the backup, up to that moment and no further; then what its book says."""
    data_dir = Path(tempfile.mkdtemp(prefix="restored-")).resolve()
    data_dir.chmod(0o755)
    try:
        subprocess.run(["cp", "-a", kept.base, data_dir / "pg"], check=True)
        shutil.copy2(stage.data_dir / "pg-logins.json", data_dir)
        settings = {
            "archive_mode": "off",
            "archive_command": "",
            "restore_command": f"cp {kept.archive}/%f %p",
            "recovery_target_lsn": f"{point >> 32:X}/{point & 0xFFFFFFFF:X}",
            "recovery_target_action": "promote",
            "hot_standby": "off",  # nobody gets in before it is there
        }
        conf = data_dir / "pg" / "postgresql.auto.conf"
        conf.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
        (data_dir / "pg" / "recovery.signal").touch()
        runner_for(stage.data_dir).own(data_dir / "pg" / "recovery.signal")
        _start_and_wait(data_dir)
        moments.write(moments.as_of(kept.told, point), data_dir / "told.json")
        return _ask(stage, data_dir)
    finally:
        postgres.stop(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)


def _start_and_wait(data_dir: Path) -> None:
    """It counts as started before it has read all the WAL; until then it lets nobody in."""
    deadline = time.monotonic() + SECONDS_TO_ARCHIVE
    while True:
        try:
            postgres.start(data_dir)
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _ask(stage: Stage, data_dir: Path) -> dict[str, Any]:
    database = os.environ["DATABASE_URL"].rpartition("/")[2]
    surroundings = launcher.environment(data_dir, database) | {"STRIPE_API_BASE": stage.stripe, "SITE_URL": stage.site}
    process = launcher.launch("restored", [f"--told={data_dir / 'told.json'}"], surroundings)
    said = process.communicate()[0].splitlines()
    if not said or not said[-1].startswith("{"):
        raise RuntimeError("\n".join([*said, launcher.log_of("restored", surroundings).read_text()[-3000:]]))
    found: dict[str, Any] = json.loads(said[-1])
    found.pop("part")
    return found
