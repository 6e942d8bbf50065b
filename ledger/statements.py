"""A statement: what some accounts held, what happened to them line by line, and what they then held. In order of recording."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ledger.codes import CODES, natural
from ledger.services.accounts import Account

MOST_LINES = 500  # a page
_TICK = timedelta(microseconds=1)  # the database's: up to, and not with, a moment is as recorded one tick before it


@dataclass(frozen=True, slots=True)
class Line:
    """What one transfer did to one of the accounts. `balance_pence`: what they all held together after it. `other_code`: of the other side."""

    key: uuid.UUID
    line: int
    kind: str
    recorded_at: datetime
    effective_at: datetime
    about: str
    reason: str
    account: Account
    other_code: str
    pence: int
    balance_pence: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Of all `accounts` together, from `since` and up to (not with) `until`, by when it was recorded.

    `opening_pence` + the pence of all lines of all pages = `closing_pence`. `brought_pence`: before the first line of this page.
    `cursor`: asks for the next page; "" on the last.
    """

    accounts: tuple[Account, ...]
    since: datetime
    until: datetime
    opening_pence: int
    closing_pence: int
    brought_pence: int
    lines: tuple[Line, ...]
    cursor: str


class NotACursor(ValueError):
    """A cursor that no statement gave."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page ended. `journal`, `line` and `side` (1 credit, 0 debit) are of its last line; `pence` is credits less debits."""

    recorded_at: datetime
    journal: int
    line: int
    side: int
    pence: int

    def __str__(self) -> str:
        return "~".join((self.recorded_at.isoformat(), str(self.journal), str(self.line), str(self.side), str(self.pence)))

    @classmethod
    def read(cls, cursor: str) -> "_Place":
        try:
            moment, *numbers = cursor.split("~")
            place = cls(datetime.fromisoformat(moment), *map(int, numbers))
        except (TypeError, ValueError) as error:
            raise NotACursor(cursor) from error
        if place.recorded_at.tzinfo is None or not (0 <= place.journal < 2**51 and 0 <= place.line < 2048 and abs(place.pence) < 2**62):
            raise NotACursor(cursor)
        return place


_ENDS = """
    select x.id, a.balance, b.balance
    from unnest(%s::bigint[]) x(id) cross join lateral ledger_balance_at(x.id, %s) a cross join lateral ledger_balance_at(x.id, %s) b
"""
# One side of one account's lines in order, never more than a page of them: by version from its first after the page before, by position
# where they are a lazy account's.
_SIDE = """
    (select t.journal_id, t.line, {sign} * t.pence as signed, {side} as side, b.id, t.{other}_id as other
     from ledger_transfer t
     where t.{own}_id = b.id and t.{own}_version > b.low and t.{own}_version <= b.high
     and (t.journal_id, t.line, {side}) > (%(journal)s, %(line)s, %(side)s)
     order by t.{own}_version limit %(most)s)
    union all
    (select t.journal_id, t.line, {sign} * t.pence, {side}, b.id, t.{other}_id
     from ledger_transfer t join ledger_journal j on j.id = t.journal_id
     where t.{own}_id = b.id and t.{own}_version > b.low_place and t.{own}_version <= b.high_place
     and (t.journal_id, t.line, {side}) > (%(journal)s, %(line)s, %(side)s) and j.recorded_at >= %(since)s and j.recorded_at < %(until)s
     order by t.{own}_version limit %(most)s)
"""
_LINES = f"""
    with bounds as materialized (
        select x.id, a.version as low, b.version as high, greatest(o.place, 4611686018427387904 + %(journal)s * 2048 + %(line)s - 1) as low_place,
               coalesce(b.next_place, 9223372036854775807) as high_place
        from unnest(%(ids)s::bigint[]) x(id) cross join lateral ledger_balance_at(x.id, %(from)s) a
        cross join lateral ledger_balance_at(x.id, %(to)s) b cross join lateral ledger_balance_at(x.id, %(before)s) o)
    select j.key, l.line, j.kind, j.recorded_at, j.effective_at, j.about, j.reason, l.id, o.code, l.signed, l.journal_id, l.side
    from bounds b cross join lateral (
        {_SIDE.format(own="debit", other="credit", sign="-1", side=0)} union all {_SIDE.format(own="credit", other="debit", sign="1", side=1)}) l
    join ledger_journal j on j.id = l.journal_id join ledger_account o on o.id = l.other
    order by l.journal_id, l.line, l.side limit %(most)s
"""  # noqa: S608 - put together from the text above and nothing else


def statement(accounts: Iterable[Account], *, since: datetime, until: datetime, cursor: str = "", limit: int = 100) -> Statement:
    """What happened to these accounts together. Pence are in their natural sign where all of them grow by debits (money at Stripe);
    else what is owed counts up, and what is owed to us counts down. At most `limit` lines; two queries, however many lines there are.

    Raises ValueError for a limit below 1 or above 500, accounts of two units, or `until` before `since`; NotACursor.
    """
    names = {account.number: account for account in accounts}
    if not 1 <= limit <= MOST_LINES or until < since or len({account.unit for account in names.values()}) > 1:
        raise ValueError("not a statement")
    sign = -1 if names and all(CODES[account.code].kind.grows_by_debit for account in names.values()) else 1
    with connection.cursor() as db:
        db.execute(_ENDS, [list(names), since - _TICK, until - _TICK])
        stood = db.fetchall()
        opening, closing = sum(row[1] for row in stood), sum(row[2] for row in stood)
        place = _Place.read(cursor) if cursor else _Place(since, 0, 0, 0, opening)
        db.execute(_LINES, _page(place, since, until, list(names), limit + 1))
        rows = db.fetchall()
    lines, held = [], place.pence
    for key, line, kind, recorded_at, effective_at, about, reason, own, other, signed, journal, side in rows[:limit]:
        held += signed
        lines.append(Line(key, line, kind, recorded_at, effective_at, about, reason, names[own], other, sign * signed, sign * held))
        place_after = _Place(recorded_at, journal, line, side, held)
    return Statement(
        accounts=tuple(names.values()),
        since=since,
        until=until,
        opening_pence=sign * opening,
        closing_pence=sign * closing,
        brought_pence=sign * place.pence,
        lines=tuple(lines),
        cursor=str(place_after) if len(rows) > limit else "",
    )


def _page(place: _Place, since: datetime, until: datetime, ids: list[int], most: int) -> dict[str, Any]:
    return {
        "ids": ids,
        "since": since,
        "until": until,
        "before": since - _TICK,
        "from": max(since, place.recorded_at) - _TICK,
        "to": until - _TICK,
        "journal": place.journal,
        "line": place.line,
        "side": place.side,
        "most": most,
    }


def ends(accounts: Iterable[Account], *, since: datetime, until: datetime) -> dict[Account, tuple[int, int]]:
    """What each account held at `since` and at `until`, as recorded before those moments, in its natural sign. One query."""
    names = {account.number: account for account in accounts}
    with connection.cursor() as db:
        db.execute(_ENDS, [list(names), since - _TICK, until - _TICK])
        rows = db.fetchall()
    return {names[own]: (natural(names[own].code, first), natural(names[own].code, last)) for own, first, last in rows}
