"""The book's speed beside pgbench's TPC-B-like script and beside django-hordak: same server, same clients, short rounds in turn.

Fair is: everybody has a round first that does not count (new pages have no room for a row's next version, which slows TPC-B down for its
first seconds; plans are made); every other round goes through the list backwards, so that whoever comes later in one comes earlier in the
next; a ratio is of one round; and no checkpoint falls into any of them, for pages written first after one are written whole.

With `big`: ten million transfers besides, what it takes to prove them, and how long a balance takes to read among them.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg

from config.bench import Figure, book, crowd, loading
from config.bench.measuring import Job, Measured, percentile, pgbench, why
from config.bench.server import ROOT, SETTINGS, Server, new_database, running
from config.runner import binaries

ROUNDS, CLIENTS, SCALE = 6, 4, 50
BIG_TRANSFERS, BIG_ACCOUNTS = 10_000_000, 50_000
MINUTES_OF_BIG = BIG_TRANSFERS * 3 // 60  # the loaded transfers are three seconds apart


def run(seconds: int, *, big: bool = False) -> Iterator[Figure]:
    """Starts its own PostgreSQL, measures in turns, stops it and leaves nothing. `seconds` is for each measurement of each round."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder, running(Path(folder)) as server:
        yield _settings(seconds)
        yield _fsync(server.folder)
        hot, lazy = book.prepare(server)
        before = book.size(server)
        with ExitStack() as ending:
            jobs = [*_by_pgbench(server, hot, lazy), *_by_django(server, ending)]
            _play(jobs, seconds)
            known = {job.name: job for job in jobs}
            yield from (job.figure(known) for job in jobs)
        yield from _bytes(before, book.size(server))
        yield from _proof(server, "")
        if big:
            yield from _big(server, seconds)


def _play(jobs: list[Job], seconds: int) -> None:
    for job in jobs:
        job.turn(seconds)
        job.rounds.clear()
    for number in range(ROUNDS):
        for job in jobs if number % 2 == 0 else jobs[::-1]:
            job.turn(seconds)


def _settings(seconds: int) -> Figure:
    stated = ", ".join(f"{name}={value}" for name, value in SETTINGS.items())
    rounds = f"medians of {ROUNDS} rounds of {seconds} s, there and back, after one that does not count"
    note = f"{CLIENTS} clients of pgbench, prepared; {crowd.PROCESSES} processes of Django; {rounds}; {stated}"
    return Figure("ledger.machine", os.cpu_count(), "processors", note=note)


def _fsync(folder: Path) -> Figure:
    """One page written and made durable, as a commit does."""
    times = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(300):
            file.seek(0)
            file.write(bytes(8192))
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - begun) * 1000)
    ordered = sorted(times)
    middle = round(percentile(ordered, 50), 3)
    return Figure("ledger.fsync", middle, "ms", note="fdatasync of one 8 kB page", p50_ms=middle, p99_ms=round(percentile(ordered, 99), 3))


# --- what is measured in turn ---


def _by_pgbench(server: Server, hot: int, lazy: int) -> list[Job]:
    yardstick = new_database(server, "yardstick")
    subprocess.run([binaries() / "pgbench", "-i", "-q", "-s", str(SCALE), yardstick], check=True, capture_output=True, text=True)
    web, each = server.url(), book.IN_A_SET
    posting = pgbench(server, web, book.ONE_LAZY % lazy, name="lazy")
    locked = pgbench(server, web, book.ONE_LOCKED % hot, name="hot")
    return [
        Job("ledger.tpcb", pgbench(server, yardstick, "", name="tpcb"), f"pgbench's TPC-B-like script, scale {SCALE}"),
        Job("ledger.single", pgbench(server, web, book.SINGLE, name="single"), "one transfer with its journal, a transaction each", "ledger.tpcb"),
        Job(
            "ledger.set", pgbench(server, web, book.SET, each=each, name="set"), f"sets of {each}, a journal each; times are of a set", "ledger.tpcb"
        ),
        Job("ledger.hot_locked", locked, "every transfer touches one account, whose lock goes before the disk is waited for", "ledger.single"),
        Job("ledger.hot_lazy", _rolled_up(server, posting), "the same, a lazy account, rolled up every second meanwhile", "ledger.single"),
    ]


def _rolled_up(server: Server, posting: Callable[[int], Measured]) -> Callable[[int], Measured]:
    """Posting to a lazy account while its lines are added up once a second, as the timer does every few."""

    def measure(seconds: int) -> Measured:
        over = threading.Event()
        with psycopg.connect(server.url(), autocommit=True) as db:
            roller = threading.Thread(target=_roll_up, args=(db, over))
            roller.start()
            try:
                return posting(seconds)
            finally:
                over.set()
                roller.join()
                db.execute("select ledger_roll_up(null, 10000000)")

    return measure


def _roll_up(db: "psycopg.Connection[tuple[object, ...]]", over: threading.Event) -> None:
    while not over.wait(1):
        db.execute("select ledger_roll_up(null, 100000)")


def _by_django(server: Server, ending: ExitStack) -> list[Job]:
    """Crowds wait for their turn all along; one that can't be had becomes a job that says so."""
    makers: dict[str, Callable[[], crowd.Crowd]] = {
        "hordak": lambda: crowd.hordak(server, new_database(server, "hordak")),
        "single": lambda: crowd.ours(server, "single"),
        "set": lambda: crowd.ours(server, "set"),
    }
    titles = {"hordak": "django-hordak's transfer_to", "single": "post", "set": f"post_many, sets of {book.IN_A_SET}"}
    jobs = []
    for what, make in makers.items():
        name = f"ledger.django_{what}"
        title = f"{titles[what]}, {crowd.PROCESSES} processes through Django"
        job = Job(name, _nothing, title, "" if what == "hordak" else "ledger.django_hordak")
        try:
            group = make()
            ending.callback(group.end)
            job.measure = group.measure
        except (RuntimeError, OSError, subprocess.SubprocessError, psycopg.Error) as error:
            job.failure = f"it could not be started: {why(error)}"
        jobs.append(job)
    return jobs


def _nothing(seconds: int) -> Measured:
    raise RuntimeError(f"nothing to measure for {seconds} s")


# --- what is left behind ---


def _bytes(before: tuple[int, int, int, int], after: tuple[int, int, int, int]) -> Iterator[Figure]:
    transfers, journals, of_transfers, of_journals = (later - earlier for earlier, later in zip(before, after, strict=True))
    if transfers and journals:
        yield Figure("ledger.bytes_transfer", round(of_transfers / transfers), "bytes", note="a transfer, with all its indexes")
        yield Figure("ledger.bytes_journal", round(of_journals / journals), "bytes", note="a journal's row, with all its indexes")


def _proof(server: Server, size: str) -> Iterator[Figure]:
    """The whole proof of what was written; a book that is not right is said so, and loudly."""
    command = [sys.executable, "-m", "config.bench.django_process", "prove"]
    done = subprocess.run(command, env=server.environment(), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        yield Figure(f"ledger.proof{size}", None, "s", note=f"not measured: {done.stderr.strip().splitlines()[-1][:300]}")
        return
    claims = [json.loads(line) for line in done.stdout.splitlines()]
    if wrong := [sentence for claim in claims for sentence in claim["wrong"]]:
        raise RuntimeError(f"the book is not right after the bench: {wrong[0]}")
    transfers = book.size(server)[0]
    for name, words in (("sums", "balances equal"), ("running", "every running balance")):
        [took] = [claim["seconds"] for claim in claims if claim["claims"].startswith(words)]
        yield Figure(f"ledger.proof_{name}{size}", round(took, 2), "s", note=f"over {transfers:,} transfers")
    yield Figure(f"ledger.proof{size}", round(sum(claim["seconds"] for claim in claims), 2), "s", note=f"all of it, over {transfers:,} transfers")


def _big(server: Server, seconds: int) -> Iterator[Figure]:
    begun = time.perf_counter()
    try:
        loading.fill(server, BIG_TRANSFERS, BIG_ACCOUNTS)
        server.ask(book.FETCH)
    except psycopg.Error as error:
        yield Figure("ledger.big", None, "s", note=f"not measured: {why(error)}")
        return
    yield Figure("ledger.big", round(time.perf_counter() - begun), "s", note=f"to load {BIG_TRANSFERS:,} transfers, and to read them into memory")
    for name, script in (("balance", book.BALANCE), ("as_of", book.AS_OF)):
        text = script.format(last=BIG_ACCOUNTS - 1, minutes=MINUTES_OF_BIG)
        reading = pgbench(server, server.url(), text, clients=1, name=name)
        job = Job(f"ledger.{name}", reading, "")
        for _ in range(2):  # the first makes the plans
            job.turn(seconds * 2)
        if job.failure:
            yield Figure(f"ledger.{name}", None, "ms p99", note=f"not measured: {job.failure}")
            continue
        last, note = job.rounds[-1], f"one client, {BIG_ACCOUNTS:,} accounts, the book in memory"
        yield Figure(f"ledger.{name}", last.p99_ms, "ms p99", note=note, p50_ms=last.p50_ms, p99_ms=last.p99_ms)
    yield from _proof(server, "_big")
