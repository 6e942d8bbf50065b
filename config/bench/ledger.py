"""The book's speed beside pgbench's TPC-B-like script: same server, same number of clients, prepared, the runs taking turns."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from config import postgres
from config.bench import Figure
from config.runner import binaries, runner_for

ROUNDS, CLIENTS, THREADS, SCALE = 3, 4, 2, 10
ACCOUNTS, PAIRS, SETS, IN_A_SET = 20_000, 50_000, 500, 100
YARDSTICK_DATABASE = "yardstick"
# Durable, as in use: fsync and synchronous_commit stay on. Room enough that no checkpoint falls into a measurement by chance.
SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "max_connections": "60",
}

# The statements below are put together from the numbers above and nothing else.
# ruff: noqa: S608
SINGLE = f"""\\set n random(1, {PAIRS})
select p.outcome from bench_pair b, ledger_post(gen_random_uuid(), 'bench', 'E09000028', array[b.debit], array[b.credit], array[5::bigint],
    now(), 'bench', '', '', null, null) p where b.n = :n;
"""
SET = f"""\\set n random(1, {SETS})
select count(*) filter (where p.outcome = 'posted') from bench_set b, ledger_post_many(
    (select array_agg(gen_random_uuid()) from generate_series(1, {IN_A_SET})), array_fill('bench'::text, array[{IN_A_SET}]),
    array_fill('E09000028'::text, array[{IN_A_SET}]), array_fill(now(), array[{IN_A_SET}]), array_fill('bench'::text, array[{IN_A_SET}]),
    array_fill(''::text, array[{IN_A_SET}]), array_fill(''::text, array[{IN_A_SET}]), array_fill(null::uuid, array[{IN_A_SET}]),
    array_fill(null::uuid, array[{IN_A_SET}]), (select array_agg(g) from generate_series(1, {IN_A_SET}) g), b.debits, b.credits,
    array_fill(5::bigint, array[{IN_A_SET}]), false) p where b.n = :n;
"""
# Every account is opened and paid into through the book's own functions, so that it can be proved afterwards.
PREPARE = f"""
create table bench_account as
    select n, ledger_open('SHARE', 'E09000028', 'member:' || n || '/portion:1', 'GBP') as id from generate_series(1, {ACCOUNTS}) n;
create unique index on bench_account (n);
select count(ledger_post(gen_random_uuid(), 'bench', 'E09000028', array_fill(bank, array[cardinality(ids)]), ids,
    array_fill(1000000000::bigint, array[cardinality(ids)]), now(), 'bench', '', '', null, null))
from (select array_agg(id) as ids from bench_account group by n / 1000) s, ledger_open('BANK', 'E09000028', '', 'GBP') bank;
create table bench_pair as
    select p.n, a.id as debit, b.id as credit from (
        select n, x, 1 + (x + floor(random() * ({ACCOUNTS} - 1))::int) % {ACCOUNTS} as y
        from (select n, 1 + floor(random() * {ACCOUNTS})::int as x from generate_series(1, greatest({PAIRS}, {SETS * IN_A_SET})) n) r) p
    join bench_account a on a.n = p.x join bench_account b on b.n = p.y;
create unique index on bench_pair (n);
create table bench_set as
    select 1 + (n - 1) / {IN_A_SET} as n, array_agg(debit) as debits, array_agg(credit) as credits from bench_pair group by 1;
create unique index on bench_set (n);
"""


def run(seconds: int) -> Iterator[Figure]:
    """Starts its own PostgreSQL, measures in turns, stops it and leaves nothing. `seconds` is for each measurement of each round."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder, _server(Path(folder)) as data_dir:
        _prepare(data_dir)
        web, owner = postgres.url(data_dir, postgres.WEB), postgres.url(data_dir, postgres.OWNER)
        jobs = {
            "tpcb": (postgres.url(data_dir, postgres.OWNER, YARDSTICK_DATABASE), None, 1),
            "single": (web, _script(data_dir, "single", SINGLE), 1),
            "set": (web, _script(data_dir, "set", SET), IN_A_SET),
        }
        size, count = _size(owner), _count(owner)
        found: dict[str, list[float]] = {name: [] for name in jobs}
        for _ in range(ROUNDS):
            for name, (url, script, each) in jobs.items():
                found[name].append(each * _pgbench(url, script, seconds))
        yield from _speeds(found, seconds)
        posted = _count(owner) - count
        yield Figure("ledger.bytes", round((_size(owner) - size) / posted), "bytes a transfer, its journal and all indexes included")
        yield from _proof(owner)


def _speeds(found: dict[str, list[float]], seconds: int) -> Iterator[Figure]:
    middle = {name: statistics.median(values) for name, values in found.items()}
    stated = ", ".join(f"{name}={value}" for name, value in SETTINGS.items())
    note = f"{CLIENTS} clients, prepared, median of {ROUNDS} rounds of {seconds} s in turn; {os.cpu_count()} processors; {stated}"
    yield Figure("ledger.tpcb", round(middle["tpcb"]), "transactions/s", note=f"pgbench scale {SCALE}; {note}")
    for name, title in (("single", "one transfer with its journal, a transaction each"), ("set", f"transfers in sets of {IN_A_SET}, a journal each")):
        ratios = [ours / theirs for ours, theirs in zip(found[name], found["tpcb"], strict=True)]
        yield Figure(f"ledger.{name}", round(middle[name]), "transfers/s", "ledger.tpcb", round(statistics.median(ratios), 2), title)


def _proof(owner: str) -> Iterator[Figure]:
    """The whole proof of what the measurements wrote; a book that is not right is said so, and loudly."""
    from ledger.services.proof import QUESTIONS

    with psycopg.connect(owner) as db:
        begun = time.perf_counter()
        wrong = [row for question in QUESTIONS.values() for row in db.execute(question.encode()).fetchall()]
        took = time.perf_counter() - begun
    if wrong:
        raise RuntimeError(f"the book is not right after the bench: {wrong[0]}")
    yield Figure("ledger.proof", round(took, 2), "s", note=f"every question of the proof over {_count(owner):,} transfers")


# --- the server and what is in it ---


@contextmanager
def _server(data_dir: Path) -> Iterator[Path]:
    postgres.start(data_dir)
    try:
        postgres.stop(data_dir)
        conf = data_dir / "pg" / "postgresql.conf"
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -c listen_addresses= -c unix_socket_directories={postgres.socket_folder(data_dir)} -p {postgres.PORT}"
        runner = runner_for(data_dir)
        runner.run(binaries() / "pg_ctl", "-D", conf.parent, "-w", "-l", data_dir / "pg.log", "-o", options, "start")
        yield data_dir
    finally:
        postgres.stop(data_dir)


def _prepare(data_dir: Path) -> None:
    owner = postgres.url(data_dir, postgres.OWNER)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")} | {"DATA_DIR": str(data_dir)}
    migrate = [sys.executable, "-m", "django", "migrate", "ledger", "--database", "owner", "--verbosity", "0", "--skip-checks"]
    subprocess.run(migrate, env=environment, cwd=Path(__file__).resolve().parents[2], check=True)
    with psycopg.connect(owner, autocommit=True) as db:
        db.execute(sql.SQL("create database {}").format(sql.Identifier(YARDSTICK_DATABASE)))
        db.execute(PREPARE.encode())
        db.execute("vacuum analyze")
    yardstick = postgres.url(data_dir, postgres.OWNER, YARDSTICK_DATABASE)
    subprocess.run([binaries() / "pgbench", "-i", "-q", "-s", str(SCALE), yardstick], check=True, capture_output=True)


def _script(data_dir: Path, name: str, text: str) -> Path:
    path = data_dir / f"{name}.pgbench"
    path.write_text(text)
    return path


def _pgbench(url: str, script: Path | None, seconds: int) -> float:
    """Transactions a second, not counting the time to connect."""
    what = ["-f", str(script)] if script else ["-b", "tpcb-like"]
    command = [str(binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(THREADS), "-T", str(seconds), *what, url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if failed and int(failed[1]):
        raise RuntimeError(f"pgbench: {failed[0]}")
    measured = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if measured is None:
        raise RuntimeError(f"pgbench said nothing of its speed: {done.stdout}")
    return float(measured[1])


def _size(owner: str) -> int:
    with psycopg.connect(owner) as db:
        row = db.execute("select pg_total_relation_size('ledger_transfer') + pg_total_relation_size('ledger_journal')").fetchone()
    return int(row[0]) if row else 0


def _count(owner: str) -> int:
    with psycopg.connect(owner) as db:
        row = db.execute("select count(*) from ledger_transfer").fetchone()
    return int(row[0]) if row else 0
