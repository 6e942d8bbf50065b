"""What the book's functions and triggers must do, asked of PostgreSQL directly. Each probe raises when a function does something else.

These run in one transaction that is never committed; those that need two at once are in `together.py`.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from ledger.services.line import read
from tests.ledger.book import AT, LAMBETH, SOUTHWARK

Db = psycopg.Connection[Any]
MOST, FULL = 10**12, 10**18


_POST = "select ledger_post(%s, 'probe', %s, %s::bigint, %s::bigint, %s::bigint, %s, '', '', %s, %s, null)"
_POST_MANY = (
    "select outcome, journal, account, available from ledger_post_many("
    "%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], "
    "%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s) order by item"
)


class Wrong(AssertionError):
    """The book did something else than it must."""


def must(is_so: bool, what: object = "") -> None:
    if not is_so:
        raise Wrong(what)


def one(db: Db, question: str, *values: Any) -> Any:
    """The only column of the only row."""
    row = db.execute(question.encode(), values).fetchone()
    return row[0] if row else None


def opened(db: Db, code: str = "SHARE", owner: str | None = None, council: str = SOUTHWARK, unit: str = "GBP", pence: int = 0) -> int:
    """A new account (an owner nobody had), with so much in it."""
    owner = f"member:1/{uuid.uuid4()}" if owner is None else owner
    number = int(one(db, "select ledger_open(%s, %s, %s, %s)", code, council, owner, unit))
    if pence:
        bank = opened(db, "BANK", "", council)
        must(post(db, [(bank, number, pence)], council=council)[0] == "posted", "paying in")
    return number


def post(db: Db, moves: list[tuple[int, int, int]], *, key: Any = None, council: str = SOUTHWARK, many: bool = False, **more: Any) -> tuple[Any, ...]:
    """One journal, alone or as a set of one: outcome, journal, account, available."""
    if many or len(moves) != 1:
        return tuple(post_many(db, [moves], keys=[key], council=council, **more)[0])
    row = db.execute(_POST, [key or uuid.uuid4(), council, *moves[0], more.get("at", AT), more.get("about", ""), more.get("reverses")]).fetchone()
    assert row is not None
    return read(row[0].encode())


def post_many(
    db: Db, journals: list[list[tuple[int, int, int]]], *, keys: Any = None, council: str = SOUTHWARK, linked: bool = False, **more: Any
) -> Any:
    """A set: a row for each."""
    n = len(journals)
    keys = [key or uuid.uuid4() for key in keys or [None] * n]
    flat = [(item, *move) for item, moves in enumerate(journals, start=1) for move in moves]
    items = more.get("items") or [line[0] for line in flat]
    values = [keys, ["probe"] * n, more.get("councils") or [council] * n, [more.get("at", AT)] * n, [""] * n, [""] * n, [more.get("about", "")] * n]
    takes_back = more.get("takes_back") or [more.get("reverses")] * n
    values += [takes_back, [None] * n, items, *([line[side] for line in flat] for side in (1, 2, 3)), linked]
    return db.execute(_POST_MANY.encode(), values).fetchall()


def holds(db: Db, account: int) -> tuple[int, int]:
    """Balance and version."""
    row = db.execute("select balance, version from ledger_account where id = %s", [account]).fetchone()
    assert row is not None
    return row[0], row[1]


def in_order(one_account: int, other: int) -> tuple[int, int]:
    """The lower number first: it is locked first."""
    return min(one_account, other), max(one_account, other)


def either_way(first: Callable[[], int], second: Callable[[], int]) -> Iterator[tuple[int, int]]:
    """Two accounts of which the first is locked first, then two of which the second is. Both are opened anew until they lie so: looking for one on
    a given side of another can take thousands, when that one lies near an end."""
    for falling in (False, True):
        one_account, other = first(), second()
        while (other < one_account) != falling:
            one_account, other = first(), second()
        yield one_account, other


def refused(db: Db, sqlstate: str, act: Callable[[], object]) -> None:
    """It must raise just this."""
    try:
        with db.transaction():
            act()
    except psycopg.Error as error:
        must(error.sqlstate == sqlstate, f"{error.sqlstate} {error} where {sqlstate} should be")
        return
    raise Wrong(f"nothing was refused where {sqlstate} should be")


def both_ways(probe: Callable[[Db, bool], None]) -> Callable[[Db], None]:
    def run(db: Db) -> None:
        for many in (False, True):
            probe(db, many)

    run.__name__ = probe.__name__
    return run


@both_ways
def money_moves(db: Db, many: bool) -> None:
    a, b = opened(db, pence=500), opened(db)
    must(post(db, [(a, b, 200)], many=many)[0] == "posted")
    must((holds(db, a), holds(db, b)) == ((300, 2), (200, 1)))


@both_ways
def not_enough(db: Db, many: bool) -> None:
    one_side, other_side = in_order(opened(db, pence=500), opened(db, pence=500))
    for a, b in ((one_side, other_side), (other_side, one_side)):
        must(post(db, [(a, b, 501)], many=many) == ("not_enough", None, a, 500))
        must((holds(db, a), holds(db, b)) == ((500, 1), (500, 1)))


@both_ways
def silly_amounts(db: Db, many: bool) -> None:
    bank, a = opened(db, "BANK", ""), opened(db)
    for pence in (0, -5, MOST + 1):
        must(post(db, [(bank, a, pence)], many=many)[0] == "amount")


@both_ways
def to_itself(db: Db, many: bool) -> None:
    a = opened(db, pence=500)
    must(post(db, [(a, a, 5)], many=many)[0] == "same_account")


@both_ways
def over_a_border(db: Db, many: bool) -> None:
    for here, there in either_way(lambda: opened(db, pence=500), lambda: opened(db, council=LAMBETH, pence=500)):
        must(post(db, [(here, there, 5)], many=many)[:3] == ("council", None, there))
        must(post(db, [(there, here, 5)], many=many)[:3] == ("council", None, there))


@both_ways
def another_unit(db: Db, many: bool) -> None:
    for money, minutes in either_way(lambda: opened(db, pence=500), lambda: opened(db, "TIME", unit="TIME")):
        must(post(db, [(money, minutes, 5)], many=many)[0] == "unit")


@both_ways
def more_than_fits(db: Db, many: bool) -> None:
    low, high, a = opened(db, "CLEAR", ""), opened(db), opened(db, pence=500)
    db.execute("update ledger_account set balance = case id when %s then %s else %s end where id in (%s, %s)", [low, -FULL + 3, FULL - 3, low, high])
    for _ in ("locked", "lazy"):
        must(post(db, [(low, a, 5)], many=many)[0] == "too_large")
        must(post(db, [(a, high, 5)], many=many)[0] == "too_large")
        db.execute("select ledger_set_mode(%s, 1::smallint)", [low])
    db.execute("select ledger_set_mode(%s, 0::smallint)", [low])


@both_ways
def the_same_key(db: Db, many: bool) -> None:
    a, b, key = opened(db, pence=500), opened(db), uuid.uuid4()
    first = post(db, [(a, b, 400)], key=key, many=many)
    must(post(db, [(a, b, 400)], key=key, many=many)[:2] == ("replayed", first[1]))
    must(post(db, [(a, b, 50)], key=key, many=many)[:2] == ("key_reused", first[1]))
    must(holds(db, b) == (400, 1))


@both_ways
def taking_back(db: Db, many: bool) -> None:
    a, b, c, key = opened(db, pence=500), opened(db), opened(db), uuid.uuid4()
    post(db, [(a, b, 400)], key=key, many=many)
    must(post(db, [(b, a, 5)], reverses=uuid.uuid4(), many=many)[0] == "reverses_unknown")
    must(post(db, [(b, c, 5)], reverses=key, many=many)[0] == "not_a_reversal")
    must(post(db, [(b, a, 300)], reverses=key, many=many)[0] == "posted")
    must(post(db, [(b, a, 101)], reverses=key, many=many)[0] == "over_reversed")
    must(post(db, [(b, a, 100)], reverses=key, many=many)[0] == "posted")


@both_ways
def after_closing(db: Db, many: bool) -> None:
    here = f"X{uuid.uuid4().int % 10**8:08}"
    a, b = opened(db, council=here, pence=500), opened(db, council=here, pence=500)

    def close(day: str) -> Any:
        return one(db, "select outcome from ledger_close_period(%s, %s, 'probe', '2026-03-20')", here, day)

    must([close(day) for day in ("2026-03-10", "2026-03-10", "2026-03-20")] == ["closed", "not_after", "not_over"])
    must(post(db, [(a, b, 5)], council=here, many=many) == ("period_closed", None, None, None))
    must(post(db, [(b, a, 5)], council=here, many=many) == ("period_closed", None, None, None))
    must(one(db, "select closed_until is not null from ledger_account where id = %s", opened(db, council=here)) is True)
    refused(db, "42501", lambda: db.execute("update ledger_day set net = net + 1 where account_id = %s", [a]))
    refused(db, "42501", lambda: db.execute("delete from ledger_day where account_id = %s", [a]))


def only_whole_sets(db: Db) -> None:
    a, b = opened(db, pence=500), opened(db)
    must(post_many(db, [[]])[0][0] == "empty")
    refused(db, "22023", lambda: post_many(db, [[(a, b, 1)], [(a, b, 1)]], items=[2, 1]))
    refused(db, "22023", lambda: post_many(db, [[(a, b, 1)]], items=[1, 1]))
    refused(db, "22023", lambda: post_many(db, [[(a, b, 1)]], about=None))
    refused(db, "23502", lambda: post(db, [(a, b, 1)], about=None))


def sets(db: Db) -> None:
    a, b, key = opened(db, pence=500), opened(db), uuid.uuid4()
    found = post_many(db, [[(a, b, 300)], [(a, b, 300)], [(a, b, 100)]], keys=[key, key, key])
    must([row[0] for row in found] == ["posted", "replayed", "key_reused"])
    found = post_many(db, [[(a, b, 50)], [(a, b, 10), (a, b, 900)], [(a, b, 20)]])
    must([row[0] for row in found] == ["posted", "not_enough", "posted"])
    must((holds(db, a), holds(db, b)) == ((130, 4), (370, 3)))
    found = post_many(db, [[(a, b, 50)], [(a, b, 900)], [(a, b, 20)]], linked=True)
    must([row[0] for row in found] == ["linked", "not_enough", "linked"])
    must(holds(db, a) == (130, 4))
    found = post_many(db, [[(a, b, 5)], [(a, b, 5)]], councils=[SOUTHWARK, LAMBETH])
    must([row[0] for row in found] == ["posted", "council"])
    c, d = opened(db, council=LAMBETH, pence=500), opened(db, council=LAMBETH)
    found = post_many(db, [[(a, b, 5)], [(c, d, 5)]], councils=[SOUTHWARK, LAMBETH])
    must([row[0] for row in found] == ["posted", "posted"])
    found = post_many(db, [[(a, b, 5)], [(c, d, 5)]])
    must([row[0] for row in found] == ["posted", "council"])


def names(db: Db) -> None:
    ask = "select ledger_open(%s, %s, %s, %s)"
    for bad in (
        ("SHARES", SOUTHWARK, "x", "GBP"),
        ("SHARE", "SOUTHWARK", "x", "GBP"),
        ("SHARE", SOUTHWARK, "Ann Other", "GBP"),
        ("TIME", SOUTHWARK, "x", "GBP"),
    ):
        refused(db, "22023", lambda bad=bad: db.execute(ask, bad))
    taken = opened(db)
    with db.transaction(force_rollback=True):
        db.execute("set local session_replication_role = replica")
        db.execute("update ledger_account set owner = 'member:2' where id = %s", [taken])
        mine = one(db, "select owner from ledger_account where id = %s", taken)
        must(mine == "member:2")
        number = one(db, "select id from (select ledger_account_number('SHARE', %s, 'member:77', 'GBP') as id) x", SOUTHWARK)
        db.execute("update ledger_account set id = %s where id = %s", [number, taken])
        refused(db, "23505", lambda: db.execute(ask, ("SHARE", SOUTHWARK, "member:77", "GBP")))


def kinds(db: Db) -> None:
    from ledger.codes import CODES

    for code, terms in CODES.items():
        row = db.execute("select kind, floor from ledger_terms(%s)", [code]).fetchone()
        must(row == (terms.kind.value, terms.floor), code)


def nothing_written_is_changed(db: Db) -> None:
    a = opened(db, pence=500)
    for table in ("ledger_journal", "ledger_transfer", "ledger_checkpoint", "ledger_period", "ledger_seal"):
        column = one(db, "select attname from pg_attribute where attrelid = %s::regclass and attnum = 1", table)
        for act in (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table} cascade"):
            refused(db, "42501", lambda act=act: db.execute(act.encode()))
    for column in ("id", "code", "council", "owner", "unit", "floor", "opened_at"):
        refused(db, "42501", lambda column=column: db.execute(f"update ledger_account set {column} = {column} where id = {a}".encode()))
    for act in ("delete from ledger_account", "truncate ledger_account cascade"):
        refused(db, "42501", lambda act=act: db.execute(act.encode()))


def laziness(db: Db) -> None:
    (platform, locked), theirs, floored = in_order(opened(db, "LOSS", ""), opened(db, "CLEAR", "")), opened(db), opened(db, "FLOAT", "")
    for number in (theirs, floored):
        refused(db, "22023", lambda number=number: db.execute("select ledger_set_mode(%s, 1::smallint)", [number]))
        refused(db, "23514", lambda number=number: db.execute("update ledger_account set mode = 1, rolled_to = 1 where id = %s", [number]))
    refused(db, "22023", lambda: db.execute("select ledger_set_mode(5, 1::smallint)"))
    refused(db, "22023", lambda: db.execute("select ledger_set_mode(%s, 7::smallint)", [platform]))
    refused(db, "22023", lambda: db.execute("select ledger_close_period('Southwark', '2026-03-01', 'probe', now())"))
    db.execute("select ledger_set_mode(%s, 1::smallint)", [platform])
    a = opened(db, pence=500)
    for many in (False, True):
        must(post(db, [(platform, a, 7)], many=many)[0] == "posted")
        must(post(db, [(a, platform, 3)], many=many)[0] == "posted")
        must(post(db, [(platform, locked, 1)], many=many)[0] == "posted")
    must(holds(db, platform)[1] == 0)
    must(one(db, "select ledger_roll_up(%s, 1000)", SOUTHWARK) == 6)
    must(holds(db, platform) == (-10, 6))


@both_ways
def beside_a_lazy_account(db: Db, many: bool) -> None:
    here = f"X{uuid.uuid4().int % 10**8:08}"
    lazy, a, there = opened(db, "LOSS", "", council=here), opened(db, council=here, pence=500), opened(db, pence=500)
    minutes = opened(db, "TIME", council=here, unit="TIME")
    db.execute("update ledger_account set balance = 500 where id = %s", [minutes])
    db.execute("select ledger_set_mode(%s, 1::smallint)", [lazy])
    must(post(db, [(a, lazy, 501)], council=here, many=many) == ("not_enough", None, a, 500))
    for one_side, other_side in ((lazy, there), (there, lazy)):
        for council in (here, SOUTHWARK):
            must(post(db, [(one_side, other_side, 5)], council=council, many=many)[0] == "council")
    for one_side, other_side in ((lazy, minutes), (minutes, lazy)):
        must(post(db, [(one_side, other_side, 5)], council=here, many=many)[0] == "unit")
    one(db, "select outcome from ledger_close_period(%s, '2026-03-10', 'probe', '2026-03-20')", here)
    for one_side, other_side in ((lazy, a), (a, lazy)):
        must(post(db, [(one_side, other_side, 5)], council=here, many=many) == ("period_closed", None, None, None))


def a_group(db: Db) -> None:
    a, b, group = opened(db, pence=500), opened(db), uuid.uuid4()
    key = uuid.uuid4()
    one(db, "select ledger_post(%s, 'probe', %s, %s::bigint, %s::bigint, 5::bigint, %s, '', '', '', null, %s)", key, SOUTHWARK, a, b, AT, group)
    must(one(db, "select group_key from ledger_journal where key = %s", key) == group)


QUICK: list[Callable[[Db], None]] = [
    money_moves,
    not_enough,
    silly_amounts,
    to_itself,
    over_a_border,
    another_unit,
    more_than_fits,
    the_same_key,
    taking_back,
    only_whole_sets,
    sets,
    names,
    kinds,
    nothing_written_is_changed,
    laziness,
    beside_a_lazy_account,
    a_group,
    after_closing,
]
