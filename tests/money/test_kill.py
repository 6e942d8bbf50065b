"""`kill -9` while money moves. By hand: `manage.py torture_money --rounds 100`."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import postgres
from config.torture import launcher

# One after the other, as fast as it goes, between accounts of the platform's own; says each key once it was told that it is posted.
POSTS = """
import django; django.setup()
from django.utils import timezone
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Transfer, new_key, post
move = (Transfer(Account("CLEAR", "E09000028"), Account("OUT", "E09000028"), 1),)
while True:
    key = new_key()
    post(Journal(key, "probe", "E09000028", move, timezone.now()))
    print(key, flush=True)
"""

pytestmark = pytest.mark.xdist_group("torture")
Torture = Callable[..., dict[str, Any]]


def test_kills_of_the_database_the_worker_and_the_web_server_under_load_lose_and_double_nothing(torture: Torture) -> None:
    found = torture("kills", rounds=4, seed=2, targets="worker,web,backend,postmaster")
    assert (found["lost"], found["doubled"], found["adrift"]) == (0, 0, 0), found["said"]
    assert [found[f"killed {target}"] for target in ("backend", "postmaster", "worker", "web")] == [1, 1, 1, 1]
    assert found["acknowledged"] > 40, "there was next to no load: nothing was tried"
    assert found["unknown"] > 0, "nobody's answer was lost: the kills came too late"


def test_check_books_and_reconcile_killed_over_and_over_end_with_a_clean_run(torture: Torture) -> None:
    found = torture("reruns", rounds=10, seed=1)
    assert (found["lost"], found["doubled"], found["adrift"]) == (0, 0, 0), found["said"]
    assert found["acknowledged"] > 20, "next to nothing was acknowledged before: nothing could be lost"
    assert found["killed reconcile"] > 6
    assert found["killed check_books"] > 3


def test_what_one_was_told_is_posted_is_on_the_disk_when_the_database_is_killed(own_cluster: Path) -> None:
    """Locks go before the disk is waited for (docs/adr/0024); the answer does not."""
    named = "told"
    with psycopg.connect(postgres.url(own_cluster, postgres.OWNER, "postgres"), autocommit=True) as db:
        db.execute(f"create database {named} template {postgres.DATABASE}".encode())
    surroundings = launcher.environment(own_cluster, named)
    with subprocess.Popen([sys.executable, "-c", POSTS], env=surroundings, cwd=launcher.ROOT, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(400)]
        os.kill(int((own_cluster / "pg" / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
        told += process.stdout.read().split()
    postgres.start(own_cluster)
    with psycopg.connect(postgres.url(own_cluster, postgres.OWNER, named)) as db:
        there = {str(key) for (key,) in db.execute("select key from ledger_journal")}
    assert [key for key in told if key not in there] == []
