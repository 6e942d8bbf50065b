"""Every guard of money in the database, taken away one at a time. Read from the catalogue, so that a new guard is a new mutant by itself."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.ledger.rows import WRITTEN_BY_DJANGO

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True)
class Mutant:
    """`name` says what is gone; `statement` takes it away."""

    name: str
    statement: str


# --- what is written in functions ---

_LOCK = re.compile(r"\s+for no key update(?: of \w+(?:, \w+)?| skip locked)?")
_ORDER = re.compile(r" order by \w+\.id(?= for no key update)")
_ORDER_OF_WAITS = re.compile(r" order by 1(?=\) \w;)")
# Any other order, and what is ordered by it. It is turned round: rows mostly come in the right order without being asked to, as it happens.
_TURNED = re.compile(r"((?:\w+\(\S+ )?order by (?!1\) \w;)[\w.]++)( desc)?(?! for no key update)")
_PATIENCE = re.compile(r"^ SET lock_timeout TO .*\n", re.MULTILINE)
_WAITS = re.compile(r"pg_advisory_xact_lock(?:_shared)?\((\d+), (?:[^()]|\([^()]*\))*\)")
_ARM = re.compile(r"^ *when (?!why is not null).* then '(\w+)'\n", re.MULTILINE)
_WHY = re.compile(r"(?<=why := )'(\w+)'")
_REUSED = re.compile(r"case when [^']* then 'replayed' else 'key_reused' end")
_CONDITION = re.compile(r"^ +and ([^\n;]+)|(?<=if )(c_bal <= \d+)(?= then)", re.MULTILINE)
_RAISE = re.compile(r"raise exception '([^']*)'[^;]*;")
_SIMPLE: list[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str], str]] = [
    ("lock", _LOCK, lambda found: "", ""),
    ("order of locks", _ORDER, lambda found: "", ""),
    ("order of waits", _ORDER_OF_WAITS, lambda found: "", ""),
    ("turned", _TURNED, lambda found: found[1] + ("" if found[2] else " desc"), r"\1"),
    ("lock_timeout", _PATIENCE, lambda found: "", ""),
    ("waits", _WAITS, lambda found: f"hashtext('{found[1]}')", r"\1"),
    ("arm", _ARM, lambda found: "", r"\1"),
    ("arm", _WHY, lambda found: "null", r"\1"),
    ("arm key_reused", _REUSED, lambda found: "'replayed'", ""),
    ("says", _RAISE, lambda found: "null;", r"\1"),
]


def texts(cursor: Cursor) -> list[tuple[str, str]]:
    """The book's functions by name, as they could be created again."""
    cursor.execute(
        "select p.proname, pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname = 'public' and p.proname like 'ledger%' and p.prokind = 'f' order by 1"
    )
    return cursor.fetchall()


def of_functions(cursor: Cursor) -> Iterator[Mutant]:
    """Each lock, each order, each reason to refuse, each exception of the book's functions."""
    for name, text in texts(cursor):
        seen: dict[str, int] = {}
        for kind, pattern, instead, detail in _SIMPLE:
            for found in pattern.finditer(text):
                what = f"{kind} {found.expand(detail)}".strip()
                seen[what] = seen.get(what, 0) + 1
                number = f" {seen[what]}" if seen[what] > 1 else ""
                yield Mutant(f"{name}: {what}{number}", text[: found.start()] + instead(found) + text[found.end() :])
        if name in ("ledger_post", "ledger_post_many"):
            for number, found in enumerate(_CONDITION.finditer(text), start=1):
                instead = "true" if found[2] else ""
                yield Mutant(f"{name}: condition {number} {found[1] or found[2]}", text[: found.start()] + instead + text[found.end() :])
        if name == "ledger_post":
            yield Mutant("ledger_post: order of locks", text.replace("elsif p_debit < p_credit then", "elsif true then"))
        if name == "ledger_post_many":
            yield Mutant("ledger_post_many: linked", text.replace("if p_linked and fallen then", "if false then"))


# --- what hangs on tables ---

# Tables in which money is written down; what stands in the rooms' other tables is theirs to test.
MONEY = ("ledger_%", "payments_%", "pooling_%")


def of_tables(cursor: Cursor) -> Iterator[Mutant]:
    """Each trigger, CHECK, unique constraint or index, and each key that points into the book. Not what Django makes by itself: primary
    keys, foreign keys between rows, and that a column is not below zero."""
    cursor.execute(
        """
        select c.conname, 'alter table ' || c.conrelid::regclass || ' drop constraint ' || quote_ident(c.conname) || ' cascade'
        from pg_constraint c
        where c.conrelid <> 0 and c.conrelid::regclass::text like any (%(tables)s) and c.contype in ('c', 'u')
           or c.contype = 'f' and c.confrelid = 'ledger_journal'::regclass
        union all
        select c.conname, 'alter domain ' || c.contypid::regtype || ' drop constraint ' || quote_ident(c.conname)
        from pg_constraint c where c.contypid <> 0 and c.contypid::regtype::text like 'ledger%%'
        union all
        select i.indexrelid::regclass::text, 'drop index ' || i.indexrelid::regclass
        from pg_index i where i.indisunique and not i.indisprimary and i.indrelid::regclass::text like any (%(tables)s)
          and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('u', 'p'))
        union all
        select t.tgname, 'drop trigger ' || t.tgname || ' on ' || t.tgrelid::regclass
        from pg_trigger t where not t.tgisinternal and t.tgrelid::regclass::text like any (%(tables)s)
        order by 1
        """,
        {"tables": list(MONEY)},
    )
    for name, statement in cursor.fetchall():
        if not name.endswith(WRITTEN_BY_DJANGO):
            yield Mutant(name, statement)
