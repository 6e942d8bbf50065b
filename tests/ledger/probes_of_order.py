"""What the book's functions must do in order: which line, journal, account or council comes first, what is waited for first, and how long."""

import json
import re
import struct
import time
import uuid
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from tests.ledger.probes import Db, holds, must, one, opened, post, post_many
from tests.ledger.together import Two, about

# --- alone ---


def new_council() -> str:
    return f"X{uuid.uuid4().int % 10**8:08}"


def lazy(db: Db, council: str, code: str, unit: str = "GBP") -> int:
    """A lazy account of the platform's own."""
    number = opened(db, code, "", council, unit)
    db.execute("select ledger_set_mode(%s, 1::smallint)", [number])
    return number


def beside_lazy_accounts_everything_known_of_an_account_is_its_own(db: Db) -> None:
    there = new_council()  # where a period is closed, and one account counts minutes
    money, minutes = lazy(db, there, "BANK"), lazy(db, there, "TIME_ISSUED", "TIME")
    one(db, "select outcome from ledger_close_period(%s, '2026-03-10', 'probe', '2026-03-20')", there)
    one_side, other_side = opened(db, pence=500), opened(db, pence=300)
    for a, b in ((one_side, other_side), (other_side, one_side)):
        (held, version), (other_held, other_version) = holds(db, a), holds(db, b)
        found = post_many(db, [[(a, b, 5)], [(money, b, 5)], [(a, b, held)], [(b, minutes, 5)]])
        must([row[0] for row in found] == ["posted", "council", "not_enough", "council"], found)
        must(found[2][2:] == (a, held - 5), found)
        must(holds(db, a) == (held - 5, version + 1) and holds(db, b) == (other_held + 5, other_version + 1))


def each_journal_of_a_set_is_asked_for_by_its_own_key(db: Db) -> None:
    a, b = opened(db, pence=500), opened(db)
    known, new, twice = (uuid.uuid4() for _ in range(3))
    first = post(db, [(a, b, 5)], key=known)[1]
    found = post_many(db, [[(a, b, 5)], [(a, b, 6)], [(a, b, 7)]], keys=[known, new, uuid.uuid4()])
    must([row[0] for row in found] == ["replayed", "posted", "posted"] and found[0][1] == first, found)
    found = post_many(db, [[(a, b, 8)], [(a, b, 9)], [(a, b, 9)]], keys=[uuid.uuid4(), twice, twice])
    must([row[0] for row in found] == ["posted", "posted", "replayed"] and found[1][1] == found[2][1], found)


def the_first_line_that_can_not_be_taken_back_is_named(db: Db) -> None:
    a, b, c = opened(db, pence=500), opened(db), opened(db)
    for low, high in ((b, c), (c, b)):
        key = uuid.uuid4()
        post(db, [(a, low, 5), (a, high, 5)], key=key)
        too_much, unknown = (low, a, 6), (high, low, 1)
        must(post(db, [too_much, unknown], reverses=key) == ("over_reversed", None, low, 5))
        must(post(db, [unknown, too_much], reverses=key) == ("not_a_reversal", None, high, None))


def what_is_rolled_up_first(db: Db) -> None:
    """So that a call that may take few lines leaves none behind: each account's lines by number, accounts and councils by theirs."""
    db.execute("select ledger_roll_up(null, 1000000)")
    lower, higher = sorted((new_council(), new_council()))
    left, right = (sorted(lazy(db, council, code) for code in ("BANK", "CLEAR")) for council in (lower, higher))
    for council, (low, high) in ((higher, right), (lower, left)):
        share = opened(db, council=council)
        for debit, credit, pence in ((high, share, 100), (low, share, 1), (share, low, 2), (low, share, 4), (share, low, 8)):
            must(post(db, [(debit, credit, pence)], council=council)[0] == "posted")
    steps = [(low, balance) for low, _ in (left, right) for balance in (-1, 1, -3, 5)]
    steps[4:4], steps[9:] = [(left[1], -100)], [(right[1], -100)]
    for account, balance in steps:
        must(one(db, "select ledger_roll_up(null, 1)") == 1)
        must(holds(db, account)[0] == balance, (account, holds(db, account), balance))


def what_is_counted_first(db: Db) -> None:
    council = new_council()
    low, high = sorted((opened(db, council=council, pence=500), opened(db, council=council, pence=500)))
    for pence in (1, 2, 4):
        must(post(db, [(low, high, pence)], council=council)[0] == "posted")
    days = "select coalesce(sum(net), 0)::bigint, coalesce(sum(lines), 0)::bigint from ledger_day where account_id = %s"
    for account, nets in ((low, (500, 499, 497, 493)), (high, (500, 501, 503, 507))):
        for lines, net in enumerate(nets, start=1):
            must(one(db, "select ledger_keep_days(%s, 1, 1, 1)", council) == 1)
            must(db.execute(days.encode(), [account]).fetchone() == (net, lines), (account, net))


def what_was_held_in_each_of_its_lives(db: Db) -> None:
    """Locked, lazy, rolled up twice, locked, lazy again."""
    council = new_council()
    account, share = opened(db, "CLEAR", "", council), opened(db, council=council)
    asked: list[tuple[Any, int]] = []

    def so_far(pence: int, *, mode: int | None = None) -> None:
        if mode is not None:
            db.execute("select ledger_set_mode(%s, %s::smallint)", [account, mode])
        must(post(db, [(account, share, pence)], council=council)[0] == "posted")
        db.execute("select ledger_roll_up(%s, 1000)", [council])
        asked.append((one(db, "select clock_timestamp()"), (asked[-1][1] if asked else 0) - pence))

    so_far(1)
    so_far(2, mode=1)
    so_far(4)
    so_far(8, mode=0)
    so_far(16, mode=1)
    for moment, held in asked:
        must(one(db, "select balance from ledger_balance_at(%s, %s)", account, moment) == held, (moment, held))


def what_is_sealed_first(db: Db) -> None:
    """Not how it waits for others: that is taken out here, for it would wait for whoever else is on the server."""
    text, gone = re.subn(
        r"if current_setting.*?end if;|while pg_snapshot_xmin.*?end loop;",
        "",
        one(db, "select pg_get_functiondef('ledger_seal'::regproc)"),
        flags=re.S,
    )
    assert gone == 2, "it waits in other words now"
    db.execute(text.encode())
    while one(db, "select ledger_seal(1, '0', '0')"):
        pass
    db.execute(_MANY_JOURNALS)
    (first, last), last_of_all = _numbers(db, 1000), _numbers(db, 1001)[1]
    sealed = [one(db, "select ledger_seal(5000, '1 hour', '0')")]  # the first has waited so long, the others not
    sealed.append(one(db, "select ledger_seal(1, '0', '0')"))
    post(db, [(opened(db, "BANK", ""), opened(db), 5)])
    sealed.append(one(db, "select ledger_seal(1, '0', '0')"))
    must(None not in sealed, sealed)
    rows = db.execute("select first_journal, last_journal, journals from ledger_seal where number = any (%s) order by number", [sealed]).fetchall()
    must(rows[0][0] <= first and [row[1:] for row in rows[:2]] == [(last, 1000), (last_of_all, 1)], rows)


_MANY_JOURNALS = """
    insert into ledger_journal (key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at)
    select gen_random_uuid(), sha256('x'), 'probe', 'X00000000', '', '', '', now(), now() - case g when 1 then interval '2 hours' else '0' end
    from generate_series(1, 1001) g
"""


def _numbers(db: Db, count: int) -> tuple[int, int]:
    """The first and the last of so many of the journals just made."""
    numbers = [row[0] for row in db.execute("select id from ledger_journal where council = 'X00000000' order by id").fetchall()]
    return numbers[0], numbers[count - 1]


def what_a_seal_says_is_in_order(db: Db) -> None:
    a, b, c = opened(db, pence=500), opened(db), opened(db)
    journals = [post(db, moves)[1] for moves in ([(a, b, 9), (b, c, 4), (c, a, 1)], [(a, c, 5)])]
    first, last = journals
    leaves, place = bytes(one(db, "select ledger_seal_leaves(%s, %s)", first, last)), 0
    for journal in journals:
        row = db.execute(_JOURNAL, [journal]).fetchone()
        assert row is not None
        lines = db.execute(_LINES, [journal]).fetchall()
        accounts = [account for line in lines for account in line[1:3]]
        digest = sha256(json.dumps([*row, lines], ensure_ascii=False).encode()).digest()
        leaf = struct.pack(f">q32sh{len(accounts)}q", journal, digest, len(accounts), *accounts)
        must(leaves[place : place + len(leaf)] == leaf, journal)
        place += len(leaf)


_JOURNAL = """
    select id, key::text, encode(request_hash, 'hex'), kind, council, actor, reason, about, (extract(epoch from effective_at) * 1000000)::bigint,
           (extract(epoch from recorded_at) * 1000000)::bigint, reverses::text, group_key::text
    from ledger_journal where id = %s
"""
_LINES = "select line, debit_id, credit_id, pence, debit_version, credit_version from ledger_transfer where journal_id = %s order by line"

QUICK: list[Callable[[Db], None]] = [
    beside_lazy_accounts_everything_known_of_an_account_is_its_own,
    each_journal_of_a_set_is_asked_for_by_its_own_key,
    the_first_line_that_can_not_be_taken_back_is_named,
    what_is_rolled_up_first,
    what_is_counted_first,
    what_was_held_in_each_of_its_lives,
    what_a_seal_says_is_in_order,
    what_is_sealed_first,
]


# --- two at once ---


@about("ledger_post_many")
def what_is_taken_back_and_whose_councils_are_waited_for_by_number(two: Two) -> None:
    """Held by others, one after the other: whoever waits for one holds none that comes after it."""
    two.other.execute("set enable_sort = off")  # so that only who asks for an order gets one
    a, b = opened(two.watch, pence=500), opened(two.watch)
    keys = [uuid.UUID(int=number) for number in range(1, 7)]  # of no journal
    councils = [f"X9000000{number}" for number in range(6)]
    between = [(lazy(two.watch, council, "BANK"), lazy(two.watch, council, "CLEAR")) for council in councils]
    _by_number(two, 7303, keys, lambda db: post_many(db, [[(a, b, 1)]] * 6, takes_back=keys))
    _by_number(two, 7301, councils, lambda db: post_many(db, [[(*pair, 1)] for pair in between], councils=councils))


def _by_number(two: Two, kind: int, names: list[Any], act: Callable[[Db], Any]) -> None:
    numbers = sorted(one(two.watch, "select hashtext(%s)", str(name)) for name in names)
    for place, number in enumerate(numbers):
        two.one.execute("begin")
        two.one.execute("select pg_advisory_xact_lock(%s, %s)", [kind, number])
        with two.meanwhile(act) as result:
            for later in numbers[place + 1 :]:
                must(one(two.watch, "select pg_try_advisory_xact_lock(%s, %s)", kind, later) is True, f"lock {kind} {later} before {number}")
            two.one.execute("commit")
        must(not isinstance(result[0], Exception), result)


@about("ledger_close_period", "ledger_set_mode")
def who_waits_where_others_post_begins_again(two: Two) -> None:
    council = new_council()
    low = lazy(two.watch, council, "BANK")
    close = "select outcome from ledger_close_period(%s, '2026-03-10', 'probe', '2026-04-01')"
    acts: list[tuple[Callable[[Db], Any], str]] = [
        (lambda db: one(db, close, council), "closed"),
        (lambda db: one(db, "select ledger_set_mode(%s, 0::smallint)", low), ""),
    ]
    for act, answer in acts:
        two.one.execute("begin")
        two.one.execute("select from ledger_account where id = %s for no key update", [low])
        with two.meanwhile(act) as result:
            _must_begin_again(two)
            two.one.execute("commit")
        must(result == [answer], result)


def _must_begin_again(two: Two) -> None:
    begun, deadline = set(), time.monotonic() + 2
    while len(begun) < 2 and time.monotonic() < deadline:
        begun.add(one(two.watch, "select waitstart from pg_locks where pid = %s and not granted", two.other.info.backend_pid))
        begun.discard(None)
    must(len(begun) == 2, "it goes on waiting")
