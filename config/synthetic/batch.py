"""Rows on their way into the database by COPY: kept for one council at a time, written table by table, what others point at first."""

import json
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

from django.db import connection, models
from psycopg import sql

ASK_FOR = 10_000  # numbers of a sequence at once
Model = type[models.Model]


class Numbers:
    """The next primary keys of each table, from its own sequence, so that whoever writes beside us gets others."""

    def __init__(self) -> None:
        self._next: dict[Model, Iterator[int]] = {}

    def one(self, model: Model) -> int:
        """A key for a row of this table."""
        if model not in self._next:
            self._next[model] = chain.from_iterable(map(_ask, repeat(model)))
        return next(self._next[model])


def _ask(model: Model) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [model._meta.db_table, ASK_FOR])
        return [number for (number,) in cursor.fetchall()]


class Batch:
    """Rows of a few thousand people. `add` gives each its key at once, so that later ones can point at it."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._rows: dict[Model, list[dict[str, Any]]] = {}

    def add(self, model: Model, **values: Any) -> int:
        """One row by the names of its columns; what is not said is the model's own default. Returns its key."""
        key = values["id"] = values.get("id") or self.key(model)
        self._rows.setdefault(model, []).append(values)
        return int(key)

    def key(self, model: Model) -> int:
        """A key for a row that is added later, as its `id`."""
        return self._numbers.one(model)

    def link(self, model: Model, **values: Any) -> None:
        """One row that nothing points at."""
        self._rows.setdefault(model, []).append(values)

    def count(self) -> int:
        """How many rows wait."""
        return sum(map(len, self._rows.values()))

    def copy(self) -> int:
        """Writes them all in the order in which their tables were first named; returns how many."""
        copied = self.count()
        with connection.cursor() as cursor:
            for model, rows in self._rows.items():
                _copy(cursor, model, rows)
        self._rows = {model: [] for model in self._rows}
        return copied


def _copy(cursor: Any, model: Model, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    said = set().union(*map(dict.keys, rows))
    fields = [field for field in model._meta.concrete_fields if field.attname in said or not _is_left_to_the_database(field)]
    names = [field.attname for field in fields]
    documents = [field.attname for field in fields if isinstance(field, models.JSONField)]
    usual = {field.attname: field.get_default() for field in fields}
    into = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(field.column or "") for field in fields)
    )
    with cursor.copy(into) as copy:
        for row in rows:
            whole = usual | row
            for name in documents:
                whole[name] = json.dumps(whole[name])
            copy.write_row([whole[name] for name in names])


def _is_left_to_the_database(field: "models.Field[Any, Any]") -> bool:
    return field.primary_key or field.db_default is not models.NOT_PROVIDED or getattr(field, "generated", False)
