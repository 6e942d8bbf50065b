"""The tables that the migrations made are the tables that the models describe, however the migrations got there.

What PostgreSQL is told in SQL (the book's tables, keys into them, grants) is proven where it is written.
"""

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connections

# The ledger's own tables are SQL; a key into the book is added in SQL because its column is a plain number to Django.
ROOMS = {"audit", "marketplace", "payments", "people", "places", "pooling", "providers", "vocabulary"}
IN_SQL = re.compile(r"FOREIGN KEY \w+ REFERENCES (public\.)?ledger_journal")
# How PostgreSQL writes a condition down depends on whether its column was altered since.
CASTS = re.compile(r"::(text|character varying)(\[\])?|[()]")
TABLES = "c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname = any(%(tables)s)"
COLUMNS = f"""
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid)
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where {TABLES} and a.attnum > 0 and not a.attisdropped
"""
CONSTRAINTS = f"""
    select c.relname, k.conname, pg_get_constraintdef(k.oid), k.condeferrable, k.condeferred
    from pg_constraint k join pg_class c on c.oid = k.conrelid where {TABLES} and k.contype <> 't'
"""
INDEXES = f"""
    select c.relname, i.relname, replace(pg_get_indexdef(i.oid), current_schema() || '.', '')
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid where {TABLES}
"""


def _found(question: str, schema: str, tables: list[str]) -> set[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"set local search_path = {schema}, public")
        cursor.execute(question, {"tables": tables})
        return {tuple(CASTS.sub("", part) if isinstance(part, str) else part for part in row) for row in cursor.fetchall()}


@pytest.mark.django_db(databases=["default", "owner"])
def test_what_was_migrated_is_what_the_models_say() -> None:
    models = [model for model in apps.get_models() if not model._meta.proxy and model._meta.app_label in ROOMS]
    tables = [model._meta.db_table for model in models]
    assert len(tables) > 100
    with connections["owner"].cursor() as cursor:
        cursor.execute("create schema drawn")
        cursor.execute("set local search_path = drawn, public")
    with connections["owner"].schema_editor(atomic=False) as editor:
        for model in models:
            editor.create_model(model)
    for question in (COLUMNS, CONSTRAINTS, INDEXES):
        drawn, migrated = (_found(question, schema, tables) for schema in ("drawn", "public"))
        assert drawn - migrated == set()
        assert {row for row in migrated - drawn if not IN_SQL.search(str(row))} == set()
