"""The functions that run are the functions in the files."""

import re
import uuid

import pytest
from django.db import connection

from ledger import sql

pytestmark = pytest.mark.django_db
FUNCTIONS = {name: text for name, text in sql.newest().items() if name.startswith("ledger_")}


def _live() -> dict[str, tuple[str, bool, tuple[str, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname, prosrc, prosecdef, coalesce(proconfig, '{}') from pg_proc "
            "where pronamespace = 'public'::regnamespace and proname like 'ledger%%'"
        )
        return {name: (body, definer, tuple(config)) for name, body, definer, config in cursor.fetchall()}


def test_every_function_of_the_book_has_a_file_and_every_file_is_loaded():
    assert set(_live()) == set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_live_body_is_the_files(name):
    body, definer, config = _live()[name]
    text = FUNCTIONS[name]
    head, written, _ = text.split("$$")
    assert body == written
    assert definer == ("security definer" in head)
    assert sorted(config) == sorted(f"{key}={value}" for key, value in re.findall(r"^set (\w+) = (.+)$", head, re.MULTILINE))


def test_the_triggers_are_those_of_the_files():
    with connection.cursor() as cursor:
        cursor.execute("select tgname, tgenabled from pg_trigger where not tgisinternal and tgrelid::regclass::text like 'ledger%%'")
        live = dict(cursor.fetchall())
    assert live == dict.fromkeys(re.findall(r"create trigger (\w+)", "\n".join(sql.newest().values())), "O")


@pytest.mark.parametrize("words", ["", "week 3 of SE15: Amina’s part", "a\x1fb"], ids=["no words", "words", "a separator"])
@pytest.mark.parametrize("back", [None, uuid.UUID(int=7)], ids=["no way back", "taken back"])
def test_a_journal_of_one_transfer_has_the_hash_it_always_had(owner_cursor, back, words):
    """Journals posted before there was a shorter way to say it are still known as the same when they are sent again."""
    row = {"debit": 7, "credit": 2**62 + 9, "pence": 123_456, "back": back, "group": uuid.UUID(int=8) if words else None, "words": words}
    owner_cursor.execute(
        "select ledger_pair_hash('call', 'E09000028', %(debit)s, %(credit)s, %(pence)s, %(back)s, %(group)s, %(words)s), "
        "ledger_request_hash('call', 'E09000028', array[%(debit)s]::bigint[], array[%(credit)s]::bigint[], array[%(pence)s]::bigint[], "
        "%(back)s, %(group)s, %(words)s)",
        row,
    )
    short, whole = owner_cursor.fetchone()
    assert bytes(short) == bytes(whole)
