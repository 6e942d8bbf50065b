"""What the web login may do to the book, asked of PostgreSQL itself."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from psycopg import errors

from ledger import models
from ledger.services.accounts import number
from tests.ledger.book import pay_in, share

TABLES = ["ledger_account", "ledger_journal", "ledger_transfer"]

FORBIDDEN = [
    "insert into ledger_account (id, code, council, owner, unit, balance, version, mode, opened_at) "
    "values (1, 'BANK', 'E09000028', 'x', 'GBP', 5, 0, 0, now())",
    "insert into ledger_journal (key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at) "
    "values (gen_random_uuid(), '', 'x', 'E09000028', '', '', '', now(), now())",
    "insert into ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version) "
    "values (1, 2, 5, 1, 9, 1, 9, 1, 9)",
    "update ledger_account set balance = 5",
    "update ledger_journal set about = 'x'",
    "update ledger_transfer set pence = 5",
    *[f"delete from {table}" for table in TABLES],
    *[f"truncate {table}" for table in TABLES],
    *[f"alter table {table} disable trigger all" for table in TABLES],
    *[f"alter table {table} add column x integer" for table in TABLES],
    *[f"drop table {table} cascade" for table in TABLES],
    *[f"select 1 from {table} for update" for table in TABLES],
    "drop trigger ledger_transfer_append_only on ledger_transfer",
    "create or replace function ledger_post(uuid, text, text, bigint[], bigint[], bigint[], timestamptz, text, text, text, uuid, uuid) "
    "returns integer language sql as 'select 1'",
    "create trigger x before insert on ledger_transfer for each row execute function ledger_append_only()",
    "select nextval('ledger_journal_id_seq')",
    "select setval('ledger_journal_id_seq', 1)",
    "set session_replication_role = replica",
    "set role " + settings.DATABASES["owner"].get("USER", "postgres"),
    "copy ledger_transfer from program 'true'",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_web_login_is_refused_by_postgresql(statement):
    pay_in(100)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(refusal.value.__cause__, (errors.InsufficientPrivilege, errors.WrongObjectType)), refusal.value


@pytest.mark.django_db
def test_the_web_login_may_read_the_book_and_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user = %s, rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user",
            [connection.settings_dict["USER"]],
        )
        assert cursor.fetchone() == (True, False, False, False)
        cursor.execute("select count(*) from pg_class where relname like 'ledger%%' and pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)
        for table in TABLES:
            for right in ("insert", "update", "delete", "truncate", "references", "trigger"):
                cursor.execute("select has_table_privilege(%s, %s), has_any_column_privilege(%s, 'update')", [table, right, table])
                assert cursor.fetchone() == (False, False), (table, right)
    assert models.Transfer.objects.count() == 0


@pytest.mark.django_db
def test_functions_of_the_book_are_closed_to_everybody_else():
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a where proname like 'ledger%%' and a.grantee = 0"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "select proname from pg_proc where proname like 'ledger_%%' and prosecdef "
            "and proconfig::text not like '%%search_path=pg_catalog, public, pg_temp%%'"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["delete from {}", "truncate {} cascade", "update {} set {}"])
def test_even_the_owner_can_not_change_what_is_written(owner_cursor, table, statement):
    pay_in(100)
    change = "pence = 1" if table == "ledger_transfer" else "council = 'E09000022'"
    with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
        owner_cursor.execute(statement.format(table, change))


LINE = (
    "insert into ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version) "
    "select journal_id, {line}, {debit}, {credit}, {pence}, 0, {version}, 0, 9 from ledger_transfer"
)


def _line(*, line: int = 2, debit: str = "debit_id", credit: str = "credit_id", pence: int = 5, version: int = 9) -> str:
    return LINE.format(line=line, debit=debit, credit=credit, pence=pence, version=version)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        f"update ledger_account set balance = -1 where id = {number(share())}",
        f"update ledger_account set balance = 2000000000000000000 where id = {number(share())}",
        _line(pence=0),
        _line(pence=-5),
        _line(credit="debit_id"),
        _line(line=1),
        _line(version=1),
    ],
)
def test_a_check_is_the_second_line_behind_the_functions(owner_cursor, statement):
    pay_in(100)
    with pytest.raises((errors.CheckViolation, errors.UniqueViolation)):
        owner_cursor.execute(statement)


def test_two_logins_are_in_use():
    assert connections["default"].settings_dict["USER"] != connections["owner"].settings_dict["USER"]
