"""What the web login may do to the book, asked of PostgreSQL itself. What there is to guard is read from the catalogue: a new table,
sequence or function of the ledger is covered here from the day it is made."""

from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from psycopg import errors

from ledger.services.journals import post
from tests.ledger.book import hold, journal, pay_in, share

# What the web login may ask for. Everything else of the ledger is internal: a new function is refused it until it is named here.
ASKED = {
    "ledger_account_number",
    "ledger_balance_at",
    "ledger_balance_on",
    "ledger_close_period",
    "ledger_keep_days",
    "ledger_open",
    "ledger_post",
    "ledger_post_many",
    "ledger_request_hash",
    "ledger_roll_up",
    "ledger_seal",
    "ledger_seal_leaves",
    "ledger_terms",
}
RELATIONS = """
    select c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod) from pg_class c
    join lateral (select attname, atttypid, atttypmod from pg_attribute where attrelid = c.oid and attnum > 0 order by attnum limit 1) a on true
    where c.relnamespace = 'public'::regnamespace and c.relname like 'ledger\\_%' and c.relkind = any(%s)
"""
REFUSED = (errors.InsufficientPrivilege, errors.WrongObjectType)


def ask(question: str, *given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given or None)
        return list(cursor.fetchall())


def relations(*kinds: str) -> list[tuple[str, str, str]]:
    """Name, first column and its type."""
    found = ask(RELATIONS.replace("%'", "%%'"), list(kinds))
    return [(name, column, kind) for name, _, column, kind in found]


def is_refused(statement: str) -> str:
    """Why a statement was not refused for want of a right; "" when it was. Nothing of it stays."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return "" if isinstance(error.__cause__, REFUSED) else f"{statement}: {error}"
    return f"{statement}: allowed"


def refuses(*statements: str) -> None:
    assert statements
    assert [said for said in map(is_refused, statements) if said] == []


TO_TABLES = [
    "insert into {table} default values",
    "insert into {table} select * from {table}",
    "insert into {table} select * from {table} on conflict do nothing",
    "update {table} set {column} = {column}",
    "update {table} set {column} = {column} where false",
    "delete from {table}",
    "delete from {table} where false",
    "merge into {table} using (select 1) x on false when not matched then insert default values",
    "merge into {table} using (select 1) x on true when matched then delete",
    "truncate {table}",
    "truncate {table} cascade",
    "lock {table} in row exclusive mode",
    "lock {table} in share mode",
    "lock {table} in access exclusive mode",
    "select 1 from {table} for update",
    "select 1 from {table} for no key update",
    "select 1 from {table} for share",
    "select 1 from {table} for key share",
    "copy {table} from program 'true'",
    "copy {table} to program 'true'",
    "copy {table} to '/tmp/book'",
    "alter table {table} disable trigger all",
    "alter table {table} disable trigger user",
    "alter table {table} add column extra integer",
    "alter table {table} drop column {column}",
    "alter table {table} alter column {column} drop default",
    "alter table {table} add constraint extra check (true)",
    "alter table {table} rename to elsewhere",
    "alter table {table} set schema pg_temp",
    "alter table {table} owner to current_user",
    "alter table {table} set unlogged",
    "alter table {table} no force row level security",
    "create index extra on {table} ({column})",
    "create rule extra as on insert to {table} do instead nothing",
    "create trigger extra before insert on {table} for each row execute function ledger_append_only()",
    "create policy extra on {table} using (true)",
    "create table {table}_child () inherits ({table})",
    "create table {table}_pointer (at {type} references {table})",
    "comment on table {table} is 'x'",
    "cluster {table}",
    "reindex table {table}",
    "drop table {table}",
    "drop table {table} cascade",
]


@pytest.mark.django_db
def test_no_table_of_the_book_lets_the_web_login_write_lock_change_or_drop_it():
    pay_in(100)
    tables = relations("r", "p")
    assert {"ledger_account", "ledger_journal", "ledger_transfer", "ledger_seal"} <= {name for name, _, _ in tables}
    refuses(*(statement.format(table=name, column=column, type=kind) for statement in TO_TABLES for name, column, kind in tables))


@pytest.mark.django_db
def test_copying_from_the_client_is_refused_too():
    cursor = connection.cursor().cursor
    for table, _, _ in relations("r", "p"):
        with pytest.raises(errors.InsufficientPrivilege), transaction.atomic(), cursor.copy(f"copy {table} from stdin") as into:
            into.write("1\n")


@pytest.mark.django_db
def test_no_view_index_or_sequence_of_the_book_is_the_web_logins_to_change():
    for view, column, _ in relations("v", "m"):
        refuses(f"drop view {view}", f"alter view {view} owner to current_user", f"create or replace view {view} as select 1 as {column}")
    refuses(*(f"drop index {name}" for name, _, _ in relations("i", "I")))
    sequences = [name for (name,) in ask("select relname from pg_class where relkind = 'S' and relname like 'ledger\\_%'")]
    assert "ledger_journal_id_seq" in sequences
    for name in sequences:
        refuses(f"select nextval('{name}')", f"select setval('{name}', 1)", f"select setval('{name}', 1, false)", f"select last_value from {name}",
                f"alter sequence {name} restart", f"drop sequence {name} cascade", f"alter sequence {name} owned by none")  # fmt: skip


FUNCTIONS = """
    select p.proname, p.oid::regprocedure::text, array(select format_type(t, null) from unnest(p.proargtypes) t),
           p.prorettype = 'trigger'::regtype, has_function_privilege(p.oid, 'execute'), p.prosecdef, coalesce(p.proconfig, '{}')
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname like 'ledger\\_%'
"""


@pytest.mark.django_db
def test_internal_functions_are_refused_and_the_others_are_those_named_here():
    functions = ask(FUNCTIONS)
    assert {name for name, _, _, _, may, _, _ in functions if may} == ASKED
    for name, _, kinds, is_trigger, may, _, _ in functions:
        if not may and not is_trigger:
            refuses(f"select {name}({', '.join(f'null::{kind}' for kind in kinds)})")


@pytest.mark.django_db
def test_no_function_of_the_book_can_be_replaced_or_taken_away():
    for name, signature, _, _, _, _, _ in ask(FUNCTIONS):
        refuses(f"drop function {signature}", f"alter function {signature} security invoker", f"alter function {signature} rename to elsewhere",
                f"alter function {signature} owner to current_user", f"alter function {signature} reset all",
                f"drop function {signature} cascade")  # fmt: skip
        arguments = signature.partition("(")[2]
        refuses(f"create or replace function {name}({arguments} returns integer language sql as 'select 1'")


@pytest.mark.django_db
def test_the_books_functions_look_in_no_place_where_the_web_login_may_put_something():
    """pg_temp is looked in first unless it is named: so it is named, and last."""
    for name, _, _, is_trigger, _, is_definer, config in ask(FUNCTIONS):
        if is_definer or is_trigger:
            [path] = [setting.partition("=")[2] for setting in config if setting.startswith("search_path=")]
            assert path.replace(" ", "") in {"pg_catalog,public,pg_temp", "pg_catalog,pg_temp"}, name


@pytest.mark.django_db
def test_names_put_in_front_change_nothing():
    pay_in(500)
    with connection.cursor() as cursor:
        cursor.execute("create temp table ledger_account as select * from public.ledger_account")
        cursor.execute("update pg_temp.ledger_account set balance = 1000000")
        cursor.execute("create function pg_temp.ledger_terms(text, out kind text, out floor bigint) language sql as 'select ''asset'', null::bigint'")
        cursor.execute("create function pg_temp.sha256(bytea) returns bytea language sql as 'select ''''::bytea'")
        cursor.execute("create function pg_temp.clock_timestamp() returns timestamptz language sql as 'select ''2000-01-01''::timestamptz'")
        cursor.execute("set local search_path = pg_temp, public, pg_catalog")
        cursor.execute(
            "select public.ledger_post(gen_random_uuid(), 'x', 'E09000028', %s, %s, 600, now(), '', '', '', null, null)",
            [share().number, hold().number],
        )
        # HOLD is not open yet; opening it goes by the book's own terms
        assert cursor.fetchone()[0].startswith("(unknown_account,")
        cursor.execute("select public.ledger_open('HOLD', 'E09000028', 'x', 'GBP')")
        cursor.execute("select floor from public.ledger_account where code = 'HOLD'")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "select public.ledger_post(gen_random_uuid(), 'x', 'E09000028', %s, %s, 600, now(), '', '', '', null, null)",
            [share().number, ask_number(cursor, "HOLD", "x")],
        )
        assert cursor.fetchone()[0].startswith("(not_enough,")
        cursor.execute("select min(recorded_at) > '2020-01-01' and bool_and(length(request_hash) = 32) from public.ledger_journal")
        assert cursor.fetchone() == (True,)


def ask_number(cursor, code: str, owner: str) -> int:
    cursor.execute("select id from public.ledger_account where code = %s and owner = %s", [code, owner])
    return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_web_login_can_not_become_anybody_else_or_switch_the_guards_off():
    owner = settings.DATABASES["owner"].get("USER", "postgres")
    web = connection.settings_dict["USER"]
    refuses(
        f'set role "{owner}"',
        f'set local role "{owner}"',
        f'set session authorization "{owner}"',
        f'grant "{owner}" to "{web}"',
        f'alter role "{web}" superuser',
        f'alter role "{web}" bypassrls',
        f'alter role "{owner}" password null',
        "create role extra login",
        "set session_replication_role = replica",
        "set local session_replication_role = replica",
        "select set_config('session_replication_role', 'replica', true)",
        "create function public.ledger_extra() returns integer language sql as 'select 1'",
        "create table public.ledger_extra (id integer)",
        "create table public.extra (id integer)",
        "create schema extra",
        "create event trigger extra on ddl_command_start execute function ledger_append_only()",
        "create publication extra for table ledger_transfer",
        "alter default privileges for role " + f'"{owner}"' + " grant all on tables to public",
        "alter database " + f'"{connection.settings_dict["NAME"]}"' + " set session_replication_role = replica",
        "update pg_class set relowner = 0 where false",
        "delete from pg_trigger where false",
        "select pg_read_file('postgresql.conf')",
        "select lo_export(1, '/tmp/x')",
        "checkpoint",
    )


@pytest.mark.django_db
def test_the_web_login_may_read_the_book_and_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user = %s, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = current_user",
            [connection.settings_dict["USER"]],
        )
        assert cursor.fetchone() == (True, False, False, False, False, False)
    assert ask("select relname from pg_class where relname like 'ledger%' and pg_get_userbyid(relowner) = current_user") == []
    assert ask("select r.rolname from pg_roles r where r.rolname <> current_user and pg_has_role(current_user, r.oid, 'member')") == []
    newer = ["maintain"] if ask("select current_setting('server_version_num')::int >= 170000") == [(True,)] else []
    for name, _, _ in relations("r", "p", "v", "m"):
        assert ask("select has_table_privilege(%s, 'select')", name) == [(True,)], name
        for right in ("insert", "update", "delete", "truncate", "references", "trigger", *newer):
            assert ask("select has_table_privilege(%s, %s)", name, right) == [(False,)], (name, right)
        for right in ("insert", "update", "references"):
            assert ask("select has_any_column_privilege(%s, %s)", name, right) == [(False,)], (name, right)


@pytest.mark.django_db
def test_nothing_of_the_book_is_open_to_everybody():
    open_functions = ask(
        "select proname from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a where proname like 'ledger\\_%' and a.grantee = 0"
    )
    open_relations = ask("select relname from pg_class c, aclexplode(relacl) a where relname like 'ledger\\_%' and a.grantee = 0")
    assert open_functions == open_relations == []


@pytest.mark.django_db(transaction=True)
def test_even_the_owner_can_not_change_what_is_written(owner_cursor):
    """Journals, transfers, seals and whatever else is append-only; accounts, days and marks move by their functions alone."""
    pay_in(500)
    post(journal((share(), hold(), 100)))
    owner_cursor.execute(
        "select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid "
        "where p.proname = 'ledger_append_only' and t.tgtype & 16 > 0 and t.tgattr = ''"
    )
    append_only = {name for (name,) in owner_cursor.fetchall()}
    assert {"ledger_journal", "ledger_transfer", "ledger_seal"} <= append_only
    for name, column, _ in relations("r", "p"):
        if name in append_only:
            for statement in (f"update {name} set {column} = {column}", f"delete from {name}", f"truncate {name} cascade"):
                with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
                    owner_cursor.execute(statement)
    for statement in (
        "delete from ledger_account",
        "truncate ledger_account",
        "update ledger_account set council = 'E09000022'",
        "update ledger_account set floor = null",
    ):
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            owner_cursor.execute(statement)


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
        f"update ledger_account set balance = -1 where id = {share().number}",
        f"update ledger_account set balance = 2000000000000000000 where id = {share().number}",
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
