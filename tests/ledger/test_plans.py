"""How PostgreSQL carries out each statement of the posting functions: the same way in an empty book, in a small one, and in a larger one whose
statistics are old or new. A change of shape is a change of speed somewhere: it is written down here only when it is meant."""

import json
import re
import uuid
from typing import Any

import psycopg
import pytest

from ledger.services.accounts import Account, account_id
from ledger.services.journals import post, post_many
from tests.ledger.book import AT, BANK, SOUTHWARK, hold, journal, make_lazy, pay_in, share

pytestmark = pytest.mark.django_db(transaction=True)

LISTEN = """
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_format = 'json';
    set auto_explain.log_level = 'notice';
"""
SINGLE = """select left(ledger_post(gen_random_uuid(), 'plan', %(council)s, %(debit)s, %(credit)s, 1, %(at)s, '', '', '', %(back)s, null), 8)"""
SET = """select outcome from ledger_post_many(array[gen_random_uuid(), gen_random_uuid()], array['plan', 'plan'], array[%(council)s, %(council)s],
    array[%(at)s, %(at)s]::timestamptz[], array['', ''], array['', ''], array['', ''], array[%(back)s, %(back)s]::uuid[], array[null, null]::uuid[],
    array[1, 2], array[%(debit)s, %(debit)s]::bigint[], array[%(credit)s, %(credit)s]::bigint[], array[1, 1]::bigint[], false)"""
SHAPES = {
    "single": [
        "LockRows (Nested Loop (Index Scan ledger_account_pkey, Index Scan ledger_account_pkey))",
        "ModifyTable Insert ledger_journal (Result)",
        "ModifyTable Insert ledger_transfer (Result)",
        "ModifyTable Update ledger_account (Tid Scan ledger_account)",
    ],
    "single, lazy": [
        "Result (Index Scan ledger_account_pkey)",
        "LockRows (Nested Loop (Index Scan ledger_account_pkey, Index Scan ledger_account_pkey))",
        "ModifyTable Insert ledger_journal (Result)",
        "ModifyTable Insert ledger_transfer (Result)",
        "ModifyTable Update ledger_account (Tid Scan ledger_account)",
    ],
    "single, taking back": [
        "Aggregate (Subquery Scan (LockRows (Index Scan ledger_account_pkey)))",
        "Aggregate (Sort (Nested Loop (Function Scan, Index Scan ledger_journal_key_key)))",
        "Result (Index Scan ledger_journal_key_key)",
        "Limit (Sort (Nested Loop (Nested Loop (Aggregate (Function Scan), Aggregate (Index Scan "
        "ledger_transfer_pkey)), Aggregate (Append (Subquery Scan (Nested Loop (Index Scan ledger_journal_reverses, "
        "Index Scan ledger_transfer_pkey)), Function Scan)))))",
        "ModifyTable Insert ledger_journal (Function Scan)",
        "ModifyTable Insert ledger_transfer (Function Scan)",
        "ModifyTable Update ledger_account (Tid Scan ledger_account)",
    ],
    "set": [
        "Aggregate (Subquery Scan (LockRows (Index Scan ledger_account_pkey)))",
        "ModifyTable Insert ledger_journal (Function Scan)",
        "ModifyTable Insert ledger_transfer (Function Scan)",
        "ModifyTable Update ledger_account (Tid Scan ledger_account)",
    ],
    "set, lazy": [
        "Aggregate (Subquery Scan (LockRows (Index Scan ledger_account_pkey)))",
        "Subquery Scan (Unique (Sort (Index Scan ledger_account_pkey)))",
        "Aggregate (Sort (Append (Function Scan, Index Scan ledger_account_pkey)))",
        "Aggregate (Sort (Nested Loop (Function Scan, Index Scan ledger_journal_key_key)))",
        "ModifyTable Insert ledger_journal (Function Scan)",
        "ModifyTable Insert ledger_transfer (Function Scan)",
        "ModifyTable Update ledger_account (Tid Scan ledger_account)",
    ],
    "set, taking back": [
        "Aggregate (Subquery Scan (LockRows (Index Scan ledger_account_pkey)))",
        "Aggregate (Sort (Nested Loop (Function Scan, Index Scan ledger_journal_key_key)))",
        "Result (Index Scan ledger_journal_key_key)",
        "Limit (Sort (Nested Loop (Nested Loop (Aggregate (Function Scan), Aggregate (Index Scan "
        "ledger_transfer_pkey)), Aggregate (Append (Subquery Scan (Nested Loop (Index Scan ledger_journal_reverses, "
        "Index Scan ledger_transfer_pkey)), Function Scan)))))",
        "Result (Index Scan ledger_journal_key_key)",
        "Limit (Sort (Nested Loop (Nested Loop (Aggregate (Function Scan), Aggregate (Index Scan "
        "ledger_transfer_pkey)), Aggregate (Append (Subquery Scan (Nested Loop (Index Scan ledger_journal_reverses, "
        "Index Scan ledger_transfer_pkey)), Function Scan)))))",
        "ModifyTable Insert ledger_journal (Function Scan)",
        "ModifyTable Insert ledger_transfer (Function Scan)",
        "ModifyTable Update ledger_account (Tid Scan ledger_account)",
    ],
}


def shape(plan: dict[str, Any]) -> str:
    """A plan's nodes from the top, those below in brackets, with the index or the table of each, and whether an index is read whole."""
    how = "whole" if "Index Name" in plan and "Index Cond" not in plan else ""
    name = " ".join(filter(None, (plan["Node Type"], plan.get("Operation"), how, plan.get("Index Name") or plan.get("Relation Name"))))
    below = ", ".join(shape(child) for child in plan.get("Plans", ()))
    return name + (f" ({below})" if below else "")


def plans_of(url: str, statement: str, debit: Account, credit: Account, back: uuid.UUID | None) -> list[str]:
    """The shapes, in order, of what is done on the book's tables; undone afterwards."""
    heard: list[str] = []

    def hear(note: psycopg.errors.Diagnostic) -> None:
        found = re.search(r"plan:\n(\{.*\})", note.message_primary or "", re.DOTALL)
        said = shape(json.loads(found[1])["Plan"]) if found else ""
        if "ledger_" in said:
            heard.append(said)

    asked = {"council": SOUTHWARK, "debit": account_id(debit), "credit": account_id(credit), "at": AT, "back": back}
    with psycopg.connect(url) as db:
        db.execute(LISTEN)
        db.add_notice_handler(hear)
        assert {row[0].strip("(,") for row in db.execute(statement, asked).fetchall()} == {"posted"}
        db.rollback()
    return heard


def every_plan(url: str, placed: uuid.UUID) -> dict[str, list[str]]:
    found = {}
    for way, statement in (("single", SINGLE), ("set", SET)):
        found[way] = plans_of(url, statement, share(), hold(), None)
        found[f"{way}, lazy"] = plans_of(url, statement, BANK, share(), None)
        found[f"{way}, taking back"] = plans_of(url, statement, hold(), share(), placed)
    return found


def test_every_statement_keeps_its_plan_as_the_book_grows(owner_cursor, django_db_setup):
    make_lazy(owner_cursor, BANK)
    pay_in(100_000)
    placed = post(journal((share(), hold(), 50_000))).key
    states = {"nearly empty": every_plan(django_db_setup.owner_url, placed)}
    owner_cursor.execute("vacuum analyze")
    states["small"] = every_plan(django_db_setup.owner_url, placed)
    owners = [share(f"member:{n}/portion:{n}") for n in range(400)]
    for _ in range(10):
        post_many([journal((BANK, owner, 5), about=f"plan:{n}", reverses=None) for n, owner in enumerate(owners)])
    states["larger, old statistics"] = every_plan(django_db_setup.owner_url, placed)
    owner_cursor.execute("vacuum analyze")
    states["larger"] = every_plan(django_db_setup.owner_url, placed)
    for state, plans in states.items():
        assert plans == SHAPES, state
