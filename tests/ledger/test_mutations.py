"""Every guard of money in the database, taken away alone: something must notice. A guard nobody would miss is named below, with the reason."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from tests.conftest import Clone
from tests.ledger import mutants, probes, probes_of_order, rows, together, together_closing
from tests.ledger.mutants import Mutant

# Whoever is alone never notices these.
NEEDS_TWO = re.compile(r": (order of )?(lock|waits)")

QUICK = [*probes.QUICK, *probes_of_order.QUICK]

# Mutants of functions that nobody can tell from the original, and why.
NO_DIFFERENCE: dict[str, str] = {
    "ledger_close_period: says periods are closed in read committed": "ledger_roll_up, which it calls, says the same",
    "ledger_roll_up: says decided": "the council's lock is then kept to the end of the transaction: slower, never wrong",
}

# Guards whose work another one does as well: taking one of them away changes nothing anybody can see.
SAID_TWICE: dict[str, str] = {}


assert together_closing.CLOSE  # its probes are known to `together`


@pytest.fixture
def owner(django_db_setup: Any) -> Iterator[psycopg.Cursor[Any]]:
    """As the owner, in a transaction that is never committed: what is taken away there is back afterwards."""
    with psycopg.connect(django_db_setup.owner_url) as db, db.cursor() as cursor:
        yield cursor
        db.rollback()


def test_every_check_unique_and_key_into_the_book_keeps_out_a_row_that_nothing_else_does(owner: psycopg.Cursor[Any]) -> None:
    found = {guard.name: _survives(owner, guard) for guard in mutants.of_tables(owner) if "trigger" not in guard.statement}
    survivors = {name: why for name, why in found.items() if why and name not in SAID_TWICE}
    assert survivors == {}, "\n".join(f"{name}: {why}" for name, why in survivors.items())
    assert [name for name in SAID_TWICE if not found.get(name)] == [], "these are missed after all, or gone: take them off the list"


def test_every_lock_order_refusal_and_trigger_of_the_book_is_missed_by_a_probe(
    owner: psycopg.Cursor[Any], clone_database: Callable[[str], Clone], django_db_setup: Clone
) -> None:
    for probe in QUICK:
        with owner.connection.transaction(force_rollback=True):
            probe(owner.connection)
    every = [*mutants.of_functions(owner), *(guard for guard in mutants.of_tables(owner) if "drop trigger" in guard.statement)]
    by = [*QUICK]
    quick = {mutant.name: not NEEDS_TWO.search(mutant.name) and _found_quickly(owner, mutant, by) for mutant in every}
    owner.connection.rollback()
    slow = [mutant for mutant in every if not quick[mutant.name] and mutant.name not in NO_DIFFERENCE]
    url = clone_database("mutant").owner_url
    _leave_untidied(url)
    originals = dict(mutants.texts(owner))
    survivors = [mutant.name for mutant in slow if not _found_together(url, mutant, originals)]
    assert survivors == [], f"taken away, and no probe notices: {survivors}"
    assert [probe.__name__ for probe, _ in together.TOGETHER if _together(url, probe)] == [], "what one mutant left fooled the next"
    assert [name for name in NO_DIFFERENCE if quick.get(name, True)] == [], "these are noticed after all, or gone: take them off the list"


def test_no_order_of_the_book_is_passed_by(owner: psycopg.Cursor[Any]) -> None:
    """Nor one written in other words than the mutants are looked for by."""
    written = {name: len(re.findall(r"\border\s+by\b", text, re.IGNORECASE)) for name, text in mutants.texts(owner)}
    made = Counter(mutant.name.partition(":")[0] for mutant in mutants.of_functions(owner) if re.search(r": (order of|turned) ", mutant.name))
    made["ledger_post"] -= 1  # which of two accounts it locks first is written in "for no key update of d, c"
    assert {name: count for name, count in written.items() if count} == {name: count for name, count in made.items() if count}


def _leave_untidied(url: str) -> None:
    """A probe knows where rows lie and what waits for it; vacuuming in between would change both."""
    with psycopg.connect(url, autocommit=True) as db:
        for (table,) in db.execute("select relname from pg_class where relname like 'ledger%' and relkind = 'r'").fetchall():
            db.execute(f"alter table {table} set (autovacuum_enabled = off)".encode())


def _found_quickly(cursor: psycopg.Cursor[Any], mutant: Mutant, by: list[Callable[[probes.Db], None]]) -> bool:
    with cursor.connection.transaction(force_rollback=True):
        cursor.execute(mutant.statement.encode())  # one that can't even be made is our mistake, not a find
        for probe in by:
            try:
                with cursor.connection.transaction(force_rollback=True):
                    probe(cursor.connection)
            except (probes.Wrong, psycopg.Error):
                by.remove(probe)
                by.insert(0, probe)  # mostly it notices the next one, too
                return True
    return False


def _found_together(url: str, mutant: Mutant, originals: dict[str, str]) -> bool:
    """The mutant in a database that is thrown away, and afterwards the original again."""
    function = mutant.name.partition(":")[0]
    if function not in originals:
        return False
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(mutant.statement.encode())
        try:
            return any(_together(url, probe) for probe, about in together.TOGETHER if function in about)
        finally:
            db.execute(originals[function].encode())


def _together(url: str, probe: Callable[[together.Two], None]) -> str:
    """Empty when the probe finds nothing wrong."""
    with closing(together.Two(url)) as two:
        try:
            probe(two)
        except (probes.Wrong, psycopg.Error) as wrong:
            return str(wrong) or type(wrong).__name__
    return ""


_TABLES: dict[str, rows.Table] = {}
_COLUMNS = "array(select a.attname::text from pg_attribute a where a.attrelid = {table} and a.attnum = any ({numbers}))"
_WHERE = f"""
    select c.conrelid::regclass::text, {_COLUMNS.format(table="c.conrelid", numbers="c.conkey")}, c.contype
    from pg_constraint c where c.conname = %(name)s and c.conrelid <> 0
    union all
    select i.indrelid::regclass::text, {_COLUMNS.format(table="i.indrelid", numbers="i.indkey")}, 'u'
    from pg_index i where i.indexrelid::regclass::text = %(name)s and i.indexrelid not in (select conindid from pg_constraint)
    union all
    select a.attrelid::regclass::text, array[a.attname::text], 'c' from pg_constraint c join pg_attribute a on a.atttypid = c.contypid
    where c.conname = %(name)s and c.contypid <> 0 and a.attrelid::regclass::text like 'ledger%%'
"""


def _survives(cursor: psycopg.Cursor[Any], guard: Mutant) -> str:
    """Empty when a row that this guard alone refuses gets in without it; else why not."""
    cursor.execute(_WHERE.encode(), {"name": guard.name})
    found = cursor.fetchone()
    assert found is not None, guard.name
    name, columns, kind = found
    table = _TABLES.get(name) or _TABLES.setdefault(name, rows.make(cursor, name))
    if kind == "c":
        return _missed(cursor, guard, table, None, table.breaking(guard.name)[:1])
    if kind == "u":
        return _twice(cursor, guard, table, set(columns))
    return _no_such_journal(cursor, guard, table, columns[0])


def _missed(cursor: psycopg.Cursor[Any], guard: Mutant, table: rows.Table, before: Any, candidates: list[rows.Row]) -> str:
    """Inserts each (after `before`) with the guard and without."""
    for row in candidates:
        by = rows.refused_by(cursor, lambda row=row: _both(cursor, table, before, row))
        if by != guard.name:
            continue

        def without(row: rows.Row = row) -> None:
            cursor.execute(guard.statement)
            _both(cursor, table, before, row)

        if not rows.refused_by(cursor, without):
            return ""
    return f"no row is kept out by it alone ({len(candidates)} tried)"


def _both(cursor: psycopg.Cursor[Any], table: rows.Table, before: rows.Row | None, row: rows.Row) -> None:
    for one in (before, row):
        if one is not None:
            rows.insert(cursor, table.name, one)


def _twice(cursor: psycopg.Cursor[Any], guard: Mutant, table: rows.Table, columns: set[str]) -> str:
    """A row and its twin, alike in what must be unique here, and in nothing else that must be."""
    uniques = rows.uniques(cursor, table.name)
    for row in [row for row in table.breaking() if None not in (row[column] for column in columns)][:60]:
        if not _missed(cursor, guard, table, row, [rows.twin(table, row, columns, uniques)]):
            return ""
    return "no two rows are kept apart by it alone"


def _no_such_journal(cursor: psycopg.Cursor[Any], guard: Mutant, table: rows.Table, column: str) -> str:
    """A row that names a journal is made to name one that is not in the book."""
    row = next((row for row in table.breaking() if row[column] is not None), None)
    if row is None:
        return "no row names a journal there"
    keys = rows.foreign_keys(cursor, table.name) - {guard.name}

    def alone() -> None:
        for key in keys:
            cursor.execute(f"alter table {table.name} drop constraint {key}".encode())
        rows.insert(cursor, table.name, row, role="origin")

    def without() -> None:
        cursor.execute(guard.statement)
        alone()

    by = rows.refused_by(cursor, alone)
    return rows.refused_by(cursor, without) if by == guard.name else f"refused by {by or 'nobody'}"
