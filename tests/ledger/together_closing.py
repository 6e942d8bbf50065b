"""Closing a council's days beside who posts, and beside who keeps days. Probes as in `tests/ledger/together.py`, which knows them."""

import uuid
from typing import Any

from tests.ledger.probes import Db, Wrong, holds, must, one, opened, post
from tests.ledger.together import Two, about

CLOSE = "select outcome from ledger_close_period(%s, '2026-03-10', 'probe', '2026-04-01')"


def _here() -> str:
    return f"X{uuid.uuid4().int % 10**8:08}"


def _accounts(db: Db, here: str) -> tuple[int, int, int, int]:
    """Two people's, the lower number first, with money in them, and two of the platform's, likewise."""
    clear, bank = sorted(opened(db, code, "", here) for code in ("CLEAR", "BANK"))
    low, high = sorted(opened(db, council=here) for _ in range(2))
    for account in (low, high):
        must(post(db, [(bank, account, 500)], council=here)[0] == "posted")
    return low, high, clear, bank


@about("ledger_close_period", "ledger_set_mode")
def who_posts_again_is_not_stopped_by_who_waits_for_them(two: Two) -> None:
    """Whatever they hold and whatever they want next: nobody is told of a deadlock, and who waits gets its turn."""
    here = _here()
    low, high, clear, bank = _accounts(two.watch, here)
    acts: list[tuple[Any, Any]] = [
        (lambda db: one(db, CLOSE, here), "closed"),
        (lambda db: one(db, "select ledger_set_mode(%s, 1::smallint)", clear), ""),
    ]
    for act, answer in acts:
        for first, second in (((high, clear), (low, clear)), ((low, high), (low, clear)), ((low, high), (high, bank))):
            two.one.execute("begin")
            must(post(two.one, [(*first, 5)], council=here)[0] == "posted")
            with two.meanwhile(act, waits=answer == "closed") as result:
                try:
                    must(post(two.one, [(*second, 5)], council=here)[0] == "posted")
                finally:
                    two.one.execute("commit")
            must(result == [answer], (first, second, result))
            _as_before(two.watch, here, clear)


def _as_before(db: Db, here: str, clear: int) -> None:
    one(db, "select ledger_set_mode(%s, 0::smallint)", clear)
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        db.execute("delete from ledger_period where council = %s", [here])
        db.execute("update ledger_account set closed_until = null where council = %s", [here])


@about("ledger_set_mode")
def a_mode_changes_after_a_set(two: Two) -> None:
    """Who posts a set to a locked account holds its row, and not the council's lock."""
    here = _here()
    low, _, clear, _ = _accounts(two.watch, here)
    two.one.execute("begin")
    must(post(two.one, [(low, clear, 5)], council=here, many=True)[0] == "posted")
    with two.meanwhile(lambda db: db.execute("select ledger_set_mode(%s, 1::smallint)", [clear])):
        two.one.execute("commit")
    kept = one(two.watch, "select balance from ledger_checkpoint where account_id = %s order by position desc limit 1", clear)
    must(kept == holds(two.watch, clear)[0] == 5, "the checkpoint says what was before")


@about("ledger_close_period")
def closing_waits_for_who_keeps_days(two: Two) -> None:
    here = _here()
    _, high, _, bank = _accounts(two.watch, here)
    post(two.watch, [(bank, high, 7)], council=here)
    two.watch.execute("insert into ledger_day_mark select id, 0, 4611686018427387904, 0 from ledger_account where council = %s", [here])
    two.one.execute("begin")
    two.one.execute("select 1 from ledger_day_mark where account_id = %s for no key update", [high])
    with two.meanwhile(lambda db: one(db, CLOSE, here)) as result:
        two.one.execute("rollback")
    must(result == ["closed"], result)
    must(one(two.watch, "select sum(lines) from ledger_day where account_id = %s", high) == 2, "a line is missing in a closed day")


@about("ledger_keep_days")
def who_keeps_the_same_days_is_passed_by(two: Two) -> None:
    here = _here()
    low, *_ = _accounts(two.watch, here)
    two.watch.execute("insert into ledger_day_mark values (%s, 0, 4611686018427387904, 0)", [low])
    two.one.execute("begin")
    two.one.execute("select 1 from ledger_day_mark where account_id = %s for no key update", [low])
    two.other.execute("set lock_timeout = '200ms'")
    try:
        kept = one(two.other, "select ledger_keep_days(%s, 1, 1000, 1000)", here)
    finally:
        two.one.execute("rollback")
    must(kept == 3, f"the same line would be counted twice: {kept}")
    if one(two.other, "select ledger_keep_days(%s, 1, 1000, 1000)", here) != 1:
        raise Wrong("a line was left out")
