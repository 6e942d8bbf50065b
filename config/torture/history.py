"""Many clients posting overlapping journals at once, some under the same keys, some too much, while back ends are ended under them.

What they asked and were told is judged by `judging.py`.
"""

import os
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import psycopg
from django.db import DatabaseError, InterfaceError, connection, connections
from django.utils import timezone

from config.torture import COUNCIL
from config.torture.judging import Asked, Book, Line, judge
from config.torture.stage import Stage
from ledger.services.accounts import Account
from ledger.services.journals import Journal, Posted, Refused, Transfer, post, post_many
from ledger.services.proof import prove
from ledger.services.retry import retrying

CLIENTS, ASKS = 8, 40
OPENING_PENCE = 600
BANK = Account("BANK", COUNCIL)


@dataclass
class Clients:
    """Threads that post overlapping journals, each on a connection of its own, and note everything."""

    dice: Random
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts = [Account("SHARE", COUNCIL, f"member:{n}/portion:{self.dice.getrandbits(40)}") for n in range(4)]
        self.known: list[Journal] = []

    def run(self, killer: Callable[[threading.Event], None] | None = None) -> None:
        """All of them, and beside them somebody who kills connections."""
        for account in self.accounts:
            self._ask([_journal((BANK, account, OPENING_PENCE))])
        over = threading.Event()
        clients = [threading.Thread(target=self._client, args=(Random(self.dice.random()),)) for _ in range(CLIENTS)]  # noqa: S311
        other = threading.Thread(target=killer, args=(over,)) if killer else None
        for thread in [*clients, *([other] if other else [])]:
            thread.start()
        for thread in clients:
            thread.join()
        over.set()
        if other:
            other.join()

    def _client(self, dice: Random) -> None:
        for _ in range(ASKS):
            self._ask([self._some(dice) for _ in range(dice.choice([1, 1, 1, 4]))])
        connections.close_all()

    def _some(self, dice: Random) -> Journal:
        """A move between two accounts, now and then too much; or what somebody else asked for, or another thing under its key."""
        if self.known and dice.random() < 0.2:
            old = dice.choice(self.known[-30:])
            return old if dice.random() < 0.8 else _journal(self._move(dice), key=old.key)
        moves = [self._move(dice)]
        self.known.append(_journal(*moves))
        return self.known[-1]

    def _move(self, dice: Random) -> tuple[Account, Account, int]:
        one, other = dice.sample(self.accounts, 2)
        return one, other, dice.randint(1, 500)

    def _ask(self, journals: list[Journal]) -> None:
        began = time.perf_counter_ns()
        try:
            results: Sequence[Posted | Refused] = retrying(lambda: [_post(journals[0])] if len(journals) == 1 else post_many(journals))
        except (DatabaseError, InterfaceError, psycopg.Error):
            connection.close()
            self.asked += [Asked(journal, began) for journal in journals]
            return
        ended = time.perf_counter_ns()
        self.asked += [_answered(journal, began, ended, result) for journal, result in zip(journals, results, strict=True)]


def _journal(*moves: tuple[Account, Account, int], key: uuid.UUID | None = None) -> Journal:
    return Journal(key or uuid.uuid4(), "torture", COUNCIL, tuple(Transfer(*move) for move in moves), timezone.now())


def _post(journal: Journal) -> Posted | Refused:
    try:
        return post(journal)
    except Refused as refused:
        return refused


def _answered(journal: Journal, began: int, ended: int, result: Posted | Refused) -> Asked:
    if isinstance(result, Posted):
        return Asked(journal, began, ended, "replayed" if result.replayed else "posted")
    return Asked(journal, began, ended, result.reason, result.account, result.available_pence)


_READ = """
    select j.key::text, t.pence, d.code, d.owner, t.debit_version, t.debit_after, c.code, c.owner, t.credit_version, t.credit_after
    from ledger_transfer t join ledger_journal j on j.id = t.journal_id
    join ledger_account d on d.id = t.debit_id join ledger_account c on c.id = t.credit_id
    where j.kind = 'torture' order by j.id, t.line
"""


def read_book(clients: Clients) -> Book:
    """What these clients did to the book, as it stands in the tables: asked of nobody's function."""
    journals: dict[uuid.UUID, list[tuple[Account, Account, int]]] = defaultdict(list)
    lines: dict[Account, list[Line]] = defaultdict(list)
    mine = set(clients.accounts)
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        for key, pence, d_code, d_owner, d_version, d_after, c_code, c_owner, c_version, c_after in cursor.fetchall():
            debit, credit, which = Account(d_code, COUNCIL, d_owner), Account(c_code, COUNCIL, c_owner), uuid.UUID(key)
            if not mine & {debit, credit}:
                continue  # another history's
            journals[which].append((debit, credit, pence))
            lines[debit].append(Line(which, debit, d_version, d_after, -pence))
            lines[credit].append(Line(which, credit, c_version, c_after, pence))
    return Book(journals, {account: sorted(lines[account], key=lambda line: line.version) for account in mine})


def end_connections(owner_url: str, dice: Random) -> Callable[[threading.Event], None]:
    """Somebody who ends a back end at work every few hundredths of a second."""
    busy = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and query like '%ledger_post%'"

    def kill(over: threading.Event) -> None:
        with psycopg.connect(owner_url, autocommit=True) as db:
            while not over.wait(dice.uniform(0.02, 0.08)):
                pids = [pid for (pid,) in db.execute(f"{busy} and datname = current_database() order by pid".encode())]
                if pids:
                    db.execute("select pg_terminate_backend(%s)", [dice.choice(pids)])

    return kill


def run(stage: Stage, *, rounds: int, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """`rounds` histories, each with back ends ended while it is made. What was lost or doubled cannot be as it was told: it is `impossible`."""
    impossible = 0
    totals = Counter[str]()
    for number in range(1, rounds + 1):
        dice = Random(f"{seed}/{number}")  # noqa: S311 - the same seed asks for the same things
        clients = Clients(dice)
        clients.run(end_connections(os.environ["DATABASE_OWNER_URL"], dice))
        totals.update(one.answer or "unknown" for one in clients.asked)
        found = judge(clients.asked, read_book(clients))
        impossible += len(found)
        say(f"history {number}: {len(clients.asked)} asked, {len(found)} impossible")
        for sentence in found:
            say(f"  {sentence}")
    adrift = prove()
    for sentence in adrift:
        say(f"  {sentence}")
    return {**totals, "impossible": impossible, "adrift": len(adrift)}
