"""Finds, for a guard of a table, a row that this guard alone keeps out. By trying many made-up rows, so that a new guard needs no new test."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import psycopg
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from psycopg import errors, sql
from psycopg.types.json import Json

Cursor = psycopg.Cursor[Any]
Row = dict[str, Any]
MOST_ROWS, AT_ONCE = 24_000, 400
WRITTEN_BY_DJANGO = "_check"  # a column that is not below zero: nobody wrote it, and mostly a CHECK somebody wrote asks for more
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Table:
    """A table, its model, what its CHECKs say, and made-up rows with the CHECKs each of them breaks."""

    model: type[models.Model]
    checks: dict[str, str]
    rows: list[tuple[Row, frozenset[str]]]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def breaking(self, *names: str) -> list[Row]:
        """Rows that break these and no other."""
        return [row for row, broken in self.rows if broken == frozenset(names)]


def make(cursor: Cursor, table: str) -> Table:
    """Made-up rows until every CHECK has one that it alone keeps out, or until it is given up."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    cursor.execute("select conname, pg_get_constraintdef(oid) from pg_constraint where contype = 'c' and conrelid = %s::regclass", [table])
    checks = {name: _condition(text) for name, text in cursor.fetchall()}
    cursor.execute(_OF_TYPES, [table])
    typed = cursor.fetchall()
    checks |= {name: _condition(text).replace("VALUE", f"{column}") for column, name, text, _ in typed}
    made = Table(model, checks, [])
    dice = Random(table)
    scratch = sql.Identifier(f"scratch_{table}")
    cursor.execute(sql.SQL("create temp table {} as select * from {} with no data").format(scratch, sql.Identifier(table)))
    for column, _, _, base in typed:
        cursor.execute(sql.SQL("alter table {} alter column {} type {}").format(scratch, sql.Identifier(column), sql.SQL(base)))
    cursor.execute(
        "select pg_get_expr(indpred, indrelid) from pg_index where indisunique and indpred is not null and indrelid = %s::regclass", [table]
    )
    options = _options(model, [*checks.values(), *(text for (text,) in cursor.fetchall())])
    wanted = {name for name in checks if not name.endswith(WRITTEN_BY_DJANGO)}
    while not made.rows or (wanted and len(made.rows) < MOST_ROWS):
        rows = [{column: dice.choice(values) for column, values in options.items()} for _ in range(AT_ONCE)]
        made.rows += list(zip(rows, _broken(cursor, scratch, rows, checks), strict=True))
        found = {next(iter(broken)) for _, broken in made.rows if len(broken) == 1}
        if any(not broken for _, broken in made.rows):
            wanted -= found
    return made


# Limits that are a column's type's.
_OF_TYPES = """
    select a.attname, c.conname, pg_get_constraintdef(c.oid), format_type(t.typbasetype, null)
    from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_constraint c on c.contypid = t.oid
    where a.attrelid = %s::regclass
"""


def _condition(text: str) -> str:
    return re.sub(r"^CHECK \((.*)\)$", r"\1", text, flags=re.DOTALL)


def _options(model: type[models.Model], conditions: list[str]) -> dict[str, list[Any]]:
    """For each column some values to choose from; where no condition looks at it, one will do."""
    found = {}
    for field in model._meta.local_concrete_fields:
        saying = [text for text in conditions if re.search(rf"\b{field.column}\b", text)]
        values = _values(field, saying)
        nothing = [None] * (len(values) * 2 // 3 or 1) if field.null else []
        found[field.column] = [*values, *nothing] if saying or field.null else values[:1]
    return found


def _values(field: Any, saying: list[str]) -> list[Any]:
    """What the column's type takes, the odd and the ordinary alike."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if field.choices:
        return [value for value, _ in field.choices]
    if isinstance(target, models.UUIDField):
        return [uuid.UUID(int=number) for number in (1, 2, 3)]
    if isinstance(target, models.BooleanField):
        return [False, True]
    if isinstance(target, models.DateTimeField):
        return [AT + timedelta(days=days) for days in (0, -2, 2)]
    if isinstance(target, models.DateField):
        return [date(2026, 3, 2) + timedelta(days=days) for days in (0, -2, 2)]
    if isinstance(target, models.IntegerField):
        limits = [int(number) for text in saying for number in re.findall(r"-?\d{2,}", text)]
        return [1, 0, 0, 0, 1, 2, 5, -1, *(limit + step for limit in limits for step in (-1, 1))]
    if isinstance(target, models.JSONField):
        return [Json({})]
    if isinstance(target, models.BinaryField):
        return [b"x"]
    if isinstance(target, ArrayField):
        return [[]]
    # A condition may name another column's words: only what this one can hold.
    named = {word for text in saying for word in re.findall(r"'([a-z_]+)'", text) if len(word) <= (target.max_length or len(word))}
    return ["x", "", *named]


def _broken(cursor: Cursor, scratch: sql.Identifier, rows: list[Row], checks: dict[str, str]) -> list[frozenset[str]]:
    columns = list(rows[0])
    cursor.execute(sql.SQL("truncate {}").format(scratch))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(scratch, names)) as copy:
        for row in rows:
            copy.write_row([row[column] for column in columns])
    judged = sql.SQL(", ").join(sql.SQL("coalesce({}, true)").format(sql.SQL(f"({text})")) for text in checks.values())  # type: ignore[arg-type]
    cursor.execute(sql.SQL("select {} from {} order by ctid").format(judged or sql.SQL("true"), scratch))
    return [frozenset(name for name, holds in zip(checks, verdict, strict=False) if not holds) for verdict in cursor.fetchall()]


def insert(cursor: Cursor, table: str, row: Row, *, role: str = "replica") -> None:
    """As a replica neither triggers nor foreign keys are looked at; CHECKs and unique indexes are."""
    cursor.execute(f"set local session_replication_role = {role}".encode())
    names, marks = sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join([sql.Placeholder()] * len(row))
    cursor.execute(sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(table), names, marks), list(row.values()))
    cursor.execute("set local session_replication_role = origin")


_UNIQUES = """
    select i.indexrelid::regclass::text,
           array(select a.attname::text from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey))
    from pg_index i where i.indisunique and i.indrelid = %s::regclass
"""


def uniques(cursor: Cursor, table: str) -> dict[str, set[str]]:
    """Every unique index of a table with its columns, the primary key's too."""
    cursor.execute(_UNIQUES, [table])
    return {name: set(columns) for name, columns in cursor.fetchall()}


def foreign_keys(cursor: Cursor, table: str) -> set[str]:
    """Every foreign key of a table."""
    cursor.execute("select conname::text from pg_constraint where contype = 'f' and conrelid = %s::regclass", [table])
    return {name for (name,) in cursor.fetchall()}


def twin(table: Table, row: Row, kept: set[str], uniques: dict[str, set[str]]) -> Row:
    """The same row once more, other in its key and in everything that must be unique but for what one unique index covers."""
    other = {column for columns in uniques.values() for column in columns} - kept
    key = table.model._meta.pk
    assert key is not None
    changed = dict(row)
    for field in table.model._meta.local_concrete_fields:
        value = row[field.column]
        if field.column in kept or field.choices or value is None or not (field.column in other or field.primary_key):
            continue
        changed[field.column] = uuid.uuid4() if isinstance(value, uuid.UUID) else value + 20_000 if isinstance(value, int) else f"2{value}"[:9]
    return changed


def refused_by(cursor: Cursor, act: Any) -> str:
    """The name of the guard that refused it; empty when nothing did."""
    try:
        with cursor.connection.transaction(force_rollback=True):
            act()
            cursor.execute("set constraints all immediate")
    except (errors.CheckViolation, errors.UniqueViolation, errors.ForeignKeyViolation) as refusal:
        return refusal.diag.constraint_name or "?"
    return ""
