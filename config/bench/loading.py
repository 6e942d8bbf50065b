"""Fills a book with millions of consistent transfers in minutes, as the owner and with the guards off: for throwaway databases only.

Every account is paid 1,000,000 pence. Then come rounds: in nine of ten, each account gives to one and gets from another, farther off each
round; in the tenth BANK pays each 7 pence, so that one account is as busy as BANK is. So every balance and version is known beforehand and
each table is filled by one INSERT. Indexes, checks and triggers are made again afterwards as they were.
"""

from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg import sql

from config.bench.server import Server

COUNCIL = "E09000028"

# The statements are put together from numbers and nothing else.
# ruff: noqa: S608
ACCOUNTS = """
create table bench_loaded as
    select n, ledger_open('SHARE', 'E09000028', 'member:' || n || '/portion:2', 'GBP') as id from generate_series(0, {accounts} - 1) n;
create unique index on bench_loaded (n);
select ledger_open('BANK', 'E09000028', '', 'GBP');
select p.outcome
from (select array_agg(id order by n) as ids, count(*)::int as many from bench_loaded group by n / 1000 order by n / 1000) s,
    ledger_account_number('BANK', 'E09000028', '', 'GBP') bank, ledger_post_many(array[uuidv7()], array['bench_load'], array['E09000028'],
    array['2025-01-01'::timestamptz], array['bench'], array[''], array[''], array[null::uuid], array[null::uuid], array_fill(1, array[many]),
    array_fill(bank, array[many]), ids, array_fill(1000000::bigint, array[many]), false) p;
"""
# k counts transfers: round r is k / A, and i the account's place in it. h: rounds of BANK's before this one.
ROWS = """
with steps as (
    select k, k / {accounts} as r, k % {accounts} as i, (k / {accounts}) / 10 as h,
           (k / {accounts}) % 10 = 9 as is_bank, 1 + ((k / {accounts}) * 7919) % ({accounts} - 1) as s, 1 + (k / {accounts}) % 97 as p
    from generate_series(0::bigint, {transfers} - 1) k)
"""
TRANSFERS = (
    "insert into ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version) "
    + ROWS
    + """, sides as (select *, (i + s) % {accounts} as j, 1 + 2 * (r - h) + h as v, 1000000 + 7 * h as held from steps)
    select {first} + k, 1, {bank}, c.id, 7, -({bank_held} + 7 * ({accounts} * h + i + 1)), {bank_version} + {accounts} * h + i + 1, held + 7, v + 1
    from sides join bench_loaded c on c.n = i where is_bank
    union all
    select {first} + k, 1, d.id, c.id, p, case when i >= s then held else held - p end, case when i >= s then v + 2 else v + 1 end,
           case when j >= s then held + p else held end, case when j >= s then v + 1 else v + 2 end
    from sides join bench_loaded d on d.n = i join bench_loaded c on c.n = j where not is_bank
    order by 1"""
)
JOURNALS = (
    "insert into ledger_journal (id, key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at) "
    + ROWS
    + """select {first} + k, uuidv7(),
        ledger_request_hash('bench', 'E09000028', array[case when is_bank then {bank} else d.id end],
                            array[case when is_bank then d.id else c.id end], array[case when is_bank then 7 else p end], null, null, ''),
        'bench', 'E09000028', 'bench', '', '',
        '2025-01-02'::timestamptz + k * interval '3 seconds', '2025-01-02'::timestamptz + k * interval '3 seconds'
    from steps join bench_loaded d on d.n = i join bench_loaded c on c.n = (i + s) % {accounts} order by k"""
)
SETTLE = """
update ledger_journal set recorded_at = '2025-01-01' where kind = 'bench_load';
update ledger_account a set last_at = '2025-01-02'::timestamptz + {transfers} * interval '3 seconds',
    balance = 1000000 + 7 * ({rounds} / 10), version = 1 + 2 * ({rounds} - {rounds} / 10) + {rounds} / 10 from bench_loaded b where b.id = a.id;
update ledger_account set balance = balance - 7 * {accounts}::bigint * ({rounds} / 10), version = version + {accounts}::bigint * ({rounds} / 10)
    where id = {bank};
select setval('ledger_journal_id_seq', {first} + {transfers});
"""


def fill(server: Server, transfers: int, accounts: int) -> None:
    """Adds that many transfers over so many new accounts; `transfers` is a multiple of `accounts`, which is one of 1,000."""
    server.ask(ACCOUNTS.format(accounts=accounts))
    [(bank, held, version)] = server.ask(f"select id, balance, version from ledger_account where code = 'BANK' and council = '{COUNCIL}'")
    [(first,)] = server.ask("select max(id) + 1 from ledger_journal")
    numbers = {"accounts": accounts, "transfers": transfers, "rounds": transfers // accounts, "first": first}
    numbers |= {"bank": bank, "bank_held": -held, "bank_version": version}
    with psycopg.connect(server.url(owner=True), autocommit=True) as db:
        again = [*_take_off(db, "ledger_journal"), *_take_off(db, "ledger_transfer")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda text: _unguarded(server, text.format(**numbers)), [TRANSFERS, JOURNALS]))
        _unguarded(server, SETTLE.format(**numbers))
        list(pool.map(lambda text: _unguarded(server, text), again))
    server.ask("vacuum (analyze) ledger_account, ledger_journal, ledger_transfer")


def _unguarded(server: Server, statement: str) -> None:
    with psycopg.connect(server.url(owner=True), autocommit=True) as db:
        db.execute("set session_replication_role = replica")
        db.execute("set maintenance_work_mem = '512MB'")
        for part in filter(str.strip, statement.split(";\n")):
            db.execute(part.encode())


def _take_off(db: "psycopg.Connection[tuple[object, ...]]", table: str) -> list[str]:
    """Drops the table's indexes and checks, but for keys that other tables point at; returns what makes them again."""
    constraints = db.execute(
        "select c.conname, pg_get_constraintdef(c.oid) from pg_constraint c where c.conrelid = %s::regclass and c.contype in ('p', 'u', 'c') "
        "and not exists (select 1 from pg_constraint f where f.contype = 'f' and f.conindid = c.conindid)",
        [table],
    ).fetchall()
    again = []
    for name, definition in constraints:
        db.execute(sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(str(name))))
        again.append(f'alter table {table} add constraint "{name}" {definition}')
    indexes = db.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = %s::regclass "
        "and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)",
        [table],
    ).fetchall()
    for name, definition in indexes:
        db.execute(sql.SQL("drop index {}").format(sql.Identifier(str(name))))
        again.append(str(definition))
    return again
