"""What the book's functions must do when two ask at once, or one comes late. Each probe raises when they do something else.

Each works on accounts nobody had before, or looks at what it changed itself: a mutant before it may have left something.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors

from tests.ledger.book import SOUTHWARK
from tests.ledger.probes import Db, Wrong, holds, must, one, opened, post, refused

SECONDS = 10.0
# By another connection: PostgreSQL tidying the table is nobody that a probe is about.
BLOCKED = """
    select exists (select from unnest(pg_blocking_pids(%s)) b join pg_stat_activity a on a.pid = b where a.backend_type = 'client backend')
"""
# Whoever plans under these reads a table from its beginning. Our functions forbid that too, and where all ways are forbidden the cheapest is taken:
# what that is would otherwise follow from how large the table was when it was last analysed.
AS_THEY_LIE = "set enable_indexscan = off; set enable_bitmapscan = off; set random_page_cost = 1000000; set seq_page_cost = 0"


def reopen(db: Db) -> None:
    """As if no period had ever been closed and nothing had waited to be rolled up: for the next thing to be tried."""
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        db.execute("delete from ledger_period; update ledger_account set closed_until = null where closed_until is not null")
    db.execute("select ledger_roll_up(null, 100000)")


class Two:
    """Two connections to one database that is thrown away; what is left open in one is met by the other."""

    def __init__(self, url: str) -> None:
        self.url = url
        ends = f"-c statement_timeout={2 * SECONDS:.0f}s"  # whatever a mutant makes wait for ever is found, and does not hold up the rest
        self.one, self.other, self.watch = (psycopg.connect(url, autocommit=True, options=ends) for _ in range(3))
        self._begun: list[threading.Thread] = []
        reopen(self.watch)

    def close(self) -> None:
        """Whoever still waits on the other connection ends first: a connection closed under a thread takes the next one's socket along."""
        self.one.close()
        for thread in self._begun:
            thread.join(SECONDS / 10)
            if thread.is_alive():
                self.watch.execute("select pg_terminate_backend(%s)", [self.other.info.backend_pid])
                thread.join()
        self.other.close()
        self.watch.close()

    @contextmanager
    def meanwhile(self, act: Callable[[Db], Any], *, waits: bool = True) -> Iterator[list[Any]]:
        """`act` begins on the other connection and waits for a lock while the block runs; then its result, or its error, is in the list."""
        result: list[Any] = []

        def run() -> None:
            try:
                result.append(act(self.other))
            except psycopg.Error as error:
                result.append(error)

        thread = threading.Thread(target=run)
        self._begun.append(thread)
        thread.start()
        self._until_it_waits(result, thread, waits)
        yield result
        thread.join(SECONDS)
        must(not thread.is_alive(), "it waits for ever")

    def _until_it_waits(self, result: list[Any], thread: threading.Thread, waits: bool) -> None:
        pid = self.other.info.backend_pid
        deadline = time.monotonic() + SECONDS
        while thread.is_alive() and time.monotonic() < deadline:
            if one(self.watch, BLOCKED, pid):
                return
            time.sleep(0.001)
        must(not waits, f"nobody waited: {result}")


def platform(db: Db, *, lazy: int = 0) -> list[int]:
    """The platform's own accounts without a floor, by number; the first few of them lazy."""
    codes = ("BANK", "CLEAR", "OUT", "LOSS", "FEE_COST", "SUSPENSE")
    numbers = sorted(opened(db, code, "") for code in codes)
    for place, number in enumerate(numbers):
        db.execute("select ledger_set_mode(%s, %s::smallint)", [number, int(place < lazy)])
    return numbers


def about(*functions: str) -> Callable[[Callable[[Two], None]], Callable[[Two], None]]:
    """Which functions a probe looks at."""

    def mark(probe: Callable[[Two], None]) -> Callable[[Two], None]:
        TOGETHER.append((probe, frozenset(functions)))
        return probe

    return mark


TOGETHER: list[tuple[Callable[[Two], None], frozenset[str]]] = []


@about("ledger_post", "ledger_post_many")
def whoever_comes_second_sees_what_the_first_did(two: Two) -> None:
    lazy, *_, high = platform(two.watch, lazy=1)
    spare = sorted(opened(two.watch, pence=500) for _ in range(3))
    low, middle, top = spare
    for held, moves in (
        (low, (low, top)),
        (top, (top, low)),
        (low, (top, low)),
        (top, (low, top)),
        (high, (lazy, high)),
        (high, (high, lazy)),
        (low, (low, lazy)),
        (low, (lazy, low)),
    ):
        for many in (False, True):
            before = _gap(two.watch, held)
            with two.one.transaction(force_rollback=False):
                must(post(two.one, [(middle, held, 1)])[0] == "posted")
                with two.meanwhile(lambda db, moves=moves, many=many: post(db, [(*moves, 1)], many=many)) as result:
                    two.one.execute("commit")
            must(len(result) == 1 and not isinstance(result[0], Exception) and result[0][0] == "posted", (held, moves, many, result))
            must(_gap(two.watch, held) == before, (held, moves, many, "does not add up"))


@about("ledger_post", "ledger_post_many")
def locks_are_taken_by_number(two: Two) -> None:
    numbers = sorted((f"member:1/{uuid.uuid4()}" for _ in range(6)), key=lambda owner: -int(_number(two.watch, owner)))
    accounts = [opened(two.watch, owner=owner, pence=500) for owner in numbers]
    two.other.execute(AS_THEY_LIE)
    for upwards in (True, False):
        for many in (False, True):
            low, high = _lie_the_wrong_way_round(two.watch, accounts)
            moves = (low, high) if upwards else (high, low)
            with two.one.transaction(force_rollback=True):
                two.one.execute("select 1 from ledger_account where id = %s for no key update", [low])
                with two.meanwhile(lambda db, moves=moves, many=many: post(db, [(*moves, 1)], many=many)):
                    _must_be_free(two.watch, [high])
                    two.one.execute("rollback")


def _lie_the_wrong_way_round(db: Db, accounts: list[int]) -> tuple[int, int]:
    """Two of them, the lower number first, of which the higher comes by first to whoever takes rows as they lie. Each post moves rows."""
    lying = [row[0] for row in db.execute("select id from ledger_account where id = any (%s) order by ctid", [accounts])]
    pairs = [(low, high) for place, high in enumerate(lying) for low in lying[place + 1 :] if low < high]
    assert pairs, "all lie in the order of their numbers"
    return pairs[0]


def _must_be_free(db: Db, higher: list[int]) -> None:
    """All of them: where a row lies in its page is nobody's choice, and whoever takes rows as they lie may come by the right one first."""
    free = one(db, "select count(*) from (select 1 from ledger_account where id = any (%s) for no key update skip locked) locked", higher)
    must(free == len(higher), "locks out of order")


def _gap(db: Db, account: int) -> tuple[int, int]:
    """By how much its balance and its version are not what its transfers say; an earlier mutant may have left something."""
    legs = "select -pence as signed from ledger_transfer where debit_id = %s union all select pence from ledger_transfer where credit_id = %s"
    row = db.execute(f"select coalesce(sum(signed), 0)::bigint, count(*) from ({legs}) l".encode(), [account, account]).fetchone()
    assert row is not None
    balance, version = holds(db, account)
    return balance - row[0], version - row[1]


def _number(db: Db, owner: str) -> Any:
    return one(db, "select ledger_account_number('SHARE', %s, %s, 'GBP')", SOUTHWARK, owner)


@about("ledger_post", "ledger_post_many")
def the_same_money_is_taken_back_once_also_where_nothing_is_locked(two: Two) -> None:
    first, second, *_ = platform(two.watch, lazy=2)
    for many in (False, True):
        key = uuid.uuid4()
        post(two.watch, [(first, second, 400)], key=key)
        two.one.execute("begin")
        must(post(two.one, [(second, first, 300)], reverses=key, many=many)[0] == "posted")
        with two.meanwhile(lambda db, key=key, many=many: post(db, [(second, first, 300)], reverses=key, many=many)) as result:
            two.one.execute("commit")
        must(result[0][0] == "over_reversed", result)


@about("ledger_post", "ledger_post_many")
def a_change_of_mode_in_between_is_told(two: Two) -> None:
    *_, lazy = numbers = platform(two.watch)
    a = opened(two.watch, pence=500)
    for many in (False, True):
        two.watch.execute("select ledger_set_mode(%s, 1::smallint)", [lazy])
        two.one.execute("begin")
        two.one.execute("select ledger_set_mode(%s, 0::smallint)", [lazy])
        before = _gap(two.watch, lazy)
        with two.meanwhile(lambda db, many=many: post(db, [(a, lazy, 5)], many=many)) as result:
            two.one.execute("commit")
        if many:
            must(isinstance(result[0], errors.SerializationFailure), (numbers, result))
        else:  # asks for the mode only when nobody is changing it
            must(result[0][0] == "posted" and _gap(two.watch, lazy) == before, (numbers, result))


@about("ledger_post_many")
def a_key_taken_in_between_is_told(two: Two) -> None:
    (a, b, c, d), key = [opened(two.watch, pence=500) for _ in range(4)], uuid.uuid4()
    two.one.execute("begin")
    must(post(two.one, [(a, b, 5)], key=key)[0] == "posted")
    with two.meanwhile(lambda db: post(db, [(c, d, 5), (c, d, 1)], key=key, many=True)) as result:
        two.one.execute("commit")
    must(isinstance(result[0], errors.SerializationFailure), result)


@about("ledger_post", "ledger_post_many")
def a_key_taken_in_between_is_known(two: Two) -> None:
    a, b, c, d = [opened(two.watch, pence=500) for _ in range(4)]
    for many in (False, True):
        key = uuid.uuid4()
        two.one.execute("begin")
        journal = post(two.one, [(a, b, 5)], key=key)[1]
        with two.meanwhile(lambda db, key=key, many=many: post(db, [(c, d, 5)], key=key, many=many)) as result:
            two.one.execute("commit")
        must(result[0][:2] == ("key_reused", journal), result)
        must(holds(two.watch, c)[0] == 500, "a refused journal moved money")


@about("ledger_post", "ledger_post_many", "ledger_roll_up", "ledger_close_period", "ledger_seal")
def an_old_view_of_the_book_is_refused(two: Two) -> None:
    lazy, *_ = platform(two.watch, lazy=1)
    a = opened(two.watch, pence=500)
    acts: list[Callable[[], Any]] = [
        lambda: post(two.one, [(lazy, a, 5)]),
        lambda: post(two.one, [(lazy, a, 5)], many=True),
        lambda: two.one.execute("select ledger_roll_up(%s, 1000)", [SOUTHWARK]),
        lambda: two.one.execute("select ledger_close_period(%s, '2026-03-01', 'probe', now())", [SOUTHWARK]),
        lambda: two.one.execute("select ledger_seal(1, interval '0', interval '0')"),
    ]
    for act in acts:
        two.one.execute("begin isolation level repeatable read")
        refused(two.one, "25001", act)
        two.one.execute("rollback")


@about("ledger_roll_up")
def two_who_roll_up_do_not_meet(two: Two) -> None:
    lazy, *_ = platform(two.watch, lazy=1)
    two.watch.execute("select ledger_roll_up(%s, 1000)", [SOUTHWARK])
    post(two.watch, [(lazy, opened(two.watch), 5)])
    two.one.execute("begin")
    must(one(two.one, "select ledger_roll_up(%s, 1000)", SOUTHWARK) == 1)
    two.other.execute("set lock_timeout = '200ms'")
    _answers(two.other, "select ledger_roll_up(%s, 1000)", 0)
    two.one.execute("commit")


def _answers(db: Db, question: str, answer: int) -> None:
    try:
        must(one(db, question, SOUTHWARK) == answer)
    except psycopg.Error as error:
        raise Wrong(str(error)) from error


@about("ledger_set_mode")
def a_mode_changes_between_two_posts(two: Two) -> None:
    account, *_ = platform(two.watch)
    a = opened(two.watch, pence=500)
    two.one.execute("begin")
    must(post(two.one, [(account, a, 5)])[0] == "posted")
    with two.meanwhile(lambda db: db.execute("select ledger_set_mode(%s, 1::smallint)", [account])):
        two.one.execute("commit")
    kept = one(two.watch, "select balance from ledger_checkpoint where account_id = %s order by position desc limit 1", account)
    must(kept == holds(two.watch, account)[0], "the checkpoint says what was before")
    two.one.execute("begin")
    must(post(two.one, [(account, a, 5)])[0] == "posted")
    with two.meanwhile(lambda db: db.execute("select ledger_set_mode(%s, 0::smallint)", [account])) as result:
        time.sleep(1.2)  # much longer than a roll-up is patient
        must(result == [], "it did not wait for who posts")
        two.one.execute("commit")
    must(holds(two.watch, account)[0] == kept - 5, "a line was left out")


@about("ledger_close_period", "ledger_open")
def closing_waits_for_who_posts_and_opens_and_they_for_it(two: Two) -> None:
    first, second, *_ = platform(two.watch, lazy=2)
    numbers = sorted((f"member:1/{uuid.uuid4()}" for _ in range(6)), key=lambda owner: -int(_number(two.watch, owner)))
    *higher, low = [opened(two.watch, owner=owner, pence=500) for owner in numbers]

    def close(db: Db) -> Any:
        return one(db, "select outcome from ledger_close_period(%s, '2026-03-10', 'probe', '2026-04-01')", SOUTHWARK)

    # who posts: the closer waits, holding nothing that the poster may yet want
    two.other.execute(AS_THEY_LIE)
    two.one.execute("begin; set local lock_timeout = '2s'")
    two.one.execute("select 1 from ledger_account where id = %s for no key update", [low])
    with two.meanwhile(close) as result:
        _must_be_free(two.watch, higher)
        try:
            opened(two.one)
        except psycopg.Error as error:
            two.one.execute("rollback")
            raise Wrong("an opening waits for the closer, who waits for it") from error
        two.one.execute("commit")
    must(result == ["closed"], result)
    reopen(two.watch)
    # who has opened, who posts to lazy accounts only, and has not committed: the closer waits, and much longer than a roll-up is patient
    for act, seconds in ((lambda: opened(two.one), 0.0), (lambda: post(two.one, [(first, second, 5)]), 1.2)):
        two.one.execute("begin")
        act()
        with two.meanwhile(close) as result:
            time.sleep(seconds)
            must(result == [], "it did not wait")
            two.one.execute("commit")
        must(result == ["closed"], result)
        reopen(two.watch)
    two.one.execute("begin")
    close(two.one)
    with two.meanwhile(opened) as result:
        two.one.execute("commit")
    must(one(two.watch, "select closed_until is not null from ledger_account where id = %s", result[0]) is True)


@about("ledger_close_period")
def closing_looks_again_for_what_was_opened_while_it_waited(two: Two) -> None:
    here = f"X{uuid.uuid4().int % 10**8:08}"
    opened(two.watch, council=here)
    two.other.execute(AS_THEY_LIE)
    for db in (two.watch, two.one):
        db.execute("begin")
    opened(two.watch, "SHARE", council=here)
    names = sorted(
        ("BANK", "CLEAR", "OUT", "LOSS"), key=lambda code: -int(one(two.one, "select ledger_account_number(%s, %s, '', 'GBP')", code, here))
    )
    *higher, low = [opened(two.one, code, "", here) for code in names]
    close = "select outcome from ledger_close_period(%s, '2026-03-10', 'probe', '2026-04-01')"
    with psycopg.connect(two.url, autocommit=True) as fourth, two.meanwhile(lambda db: one(db, close, here)) as result:
        two.one.execute("commit; begin")
        must(post(two.one, [(low, low, 5)], council=here)[0] == "same_account")  # holds it
        two.watch.execute("commit")
        deadline = time.monotonic() + SECONDS
        while (
            two.one.info.backend_pid not in one(two.watch, "select pg_blocking_pids(%s)", two.other.info.backend_pid) and time.monotonic() < deadline
        ):
            time.sleep(0.001)
        _must_be_free(fourth, higher)
        two.one.execute("rollback; begin")
    must(result == ["closed"], result)


@about("ledger_close_period")
def what_was_posted_while_it_waited_is_in_the_days_it_closes(two: Two) -> None:
    here = f"X{uuid.uuid4().int % 10**8:08}"
    opened(two.watch, council=here)
    for db in (two.watch, two.one):
        db.execute("begin")
    opened(two.watch, "SHARE", council=here)
    bank, clear = opened(two.one, "BANK", "", here), opened(two.one, "CLEAR", "", here)
    close = "select outcome from ledger_close_period(%s, '2026-03-10', 'probe', '2026-04-01')"
    with two.meanwhile(lambda db: one(db, close, here)) as result:
        two.one.execute("commit; begin")
        must(post(two.one, [(bank, clear, 5)], council=here)[0] == "posted")
        two.watch.execute("commit")
        deadline = time.monotonic() + SECONDS
        while (
            two.one.info.backend_pid not in one(two.watch, "select pg_blocking_pids(%s)", two.other.info.backend_pid) and time.monotonic() < deadline
        ):
            time.sleep(0.001)
        two.one.execute("commit")
    must(result == ["closed"], result)
    must(one(two.watch, "select count(*) from ledger_day where account_id in (%s, %s)", bank, clear) == 2, "a line is missing in a closed day")


@about("ledger_post", "ledger_post_many", "ledger_roll_up")
def a_lazy_line_that_comes_late_is_counted(two: Two) -> None:
    lazy, *_ = platform(two.watch, lazy=1)
    a = opened(two.watch, pence=500)
    two.other.execute("set statement_timeout = '2s'")  # rolling up leaves for the next time what it can't have soon
    for many in (False, True):
        before = holds(two.watch, lazy)[0]
        two.one.execute("begin")
        must(post(two.one, [(lazy, a, 5)], many=many)[0] == "posted")
        must(post(two.watch, [(lazy, opened(two.watch), 7)], many=many)[0] == "posted")
        two.other.execute("select ledger_roll_up(%s, 1000)", [SOUTHWARK])
        two.one.execute("commit")
        two.other.execute("select ledger_roll_up(%s, 1000)", [SOUTHWARK])
        must(holds(two.watch, lazy)[0] == before - 12, "a line was passed by")
