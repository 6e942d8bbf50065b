"""What the measurements post: the book they begin with, and pgbench's scripts."""

from config.bench.server import Server
from ledger.services import early

ACCOUNTS, PAIRS, SETS, IN_A_SET = 20_000, 50_000, 500, 100
# Both without a floor and of nobody, so that every transfer of a script can debit the same one. OUT is made lazy.
HOT, LAZY = "CLEAR", "OUT"

# Keys rise with time, as the ones of ledger.services.journals.new_key do.
# The statements below are put together from the numbers above and nothing else.
# ruff: noqa: S608
SINGLE = f"""\\set n random(1, {PAIRS})
select ledger_post(uuidv7(), 'bench', 'E09000028', b.debit, b.credit, 5,
    now(), 'bench', '', '', null, null) from bench_pair b where b.n = :n;
"""


def _to_one_account(column: str = "", then: str = "") -> str:
    return f"""\\set n random(1, {PAIRS})
select ledger_post(uuidv7(), 'bench', 'E09000028', %s, b.credit, 5,
    now(), 'bench', '', '', null, null){column} from bench_pair b where b.n = :n;
{then}"""


# As the services post to an account of the platform's own: a lazy one; and one whose lock is let go before the disk is waited for, and then it is.
ONE_LAZY = _to_one_account()
ONE_LOCKED = _to_one_account(f", {early.lets_go('true')}", f"{early.ON_DISK};\n")
SET = f"""\\set n random(1, {SETS})
select count(*) filter (where p.outcome = 'posted') from bench_set b, ledger_post_many(
    (select array_agg(uuidv7()) from generate_series(1, {IN_A_SET})), array_fill('bench'::text, array[{IN_A_SET}]),
    array_fill('E09000028'::text, array[{IN_A_SET}]), array_fill(now(), array[{IN_A_SET}]), array_fill('bench'::text, array[{IN_A_SET}]),
    array_fill(''::text, array[{IN_A_SET}]), array_fill(''::text, array[{IN_A_SET}]), array_fill(null::uuid, array[{IN_A_SET}]),
    array_fill(null::uuid, array[{IN_A_SET}]), (select array_agg(g) from generate_series(1, {IN_A_SET}) g), b.debits, b.credits,
    array_fill(5::bigint, array[{IN_A_SET}]), false) p where b.n = :n;
"""
# Every account is opened and paid into through the book's own functions, so that it can be proved afterwards.
PREPARE = f"""
create table bench_account as
    select n, ledger_open('SHARE', 'E09000028', 'member:' || n || '/portion:1', 'GBP') as id from generate_series(1, {ACCOUNTS}) n;
create unique index on bench_account (n);
select count(*) from (select array_agg(id) as ids, count(*)::int as many from bench_account group by n / 1000) s,
    ledger_open('BANK', 'E09000028', '', 'GBP') bank, ledger_post_many(array[uuidv7()], array['bench'], array['E09000028'],
    array[now()], array['bench'], array[''], array[''], array[null::uuid], array[null::uuid], array_fill(1, array[many]),
    array_fill(bank, array[many]), ids, array_fill(1000000000::bigint, array[many]), false);
create table bench_pair as
    select p.n, a.id as debit, b.id as credit from (
        select n, x, 1 + (x + floor(random() * ({ACCOUNTS} - 1))::int) % {ACCOUNTS} as y
        from (select n, 1 + floor(random() * {ACCOUNTS})::int as x from generate_series(1, greatest({PAIRS}, {SETS * IN_A_SET})) n) r) p
    join bench_account a on a.n = p.x join bench_account b on b.n = p.y;
create unique index on bench_pair (n);
create table bench_set as
    select 1 + (n - 1) / {IN_A_SET} as n, array_agg(debit) as debits, array_agg(credit) as credits from bench_pair group by 1;
create unique index on bench_set (n);
"""
# Reads the book into PostgreSQL's own memory. Without it a machine that gives back what it holds of files reads most of it from the disk.
FETCH = """
create extension if not exists pg_prewarm;
select sum(pg_prewarm(oid::regclass)) from pg_class where relname ~ '^(ledger|bench)_' and relkind in ('r', 'i');
"""
BALANCE = """\\set n random(0, {last})
select a.balance from bench_loaded b join ledger_account a on a.id = b.id where b.n = :n;
"""
AS_OF = """\\set n random(0, {last})
\\set m random(1, {minutes})
select a.balance from bench_loaded b, ledger_balance_at(b.id, '2025-01-02'::timestamptz + :m * interval '1 minute') a where b.n = :n;
"""


def prepare(server: Server) -> tuple[int, int]:
    """Fills the book with what the scripts need; returns the numbers of the hot account and of the lazy one."""
    server.ask(PREPARE)
    [(hot, lazy)] = server.ask(f"select ledger_open('{HOT}', 'E09000028', '', 'GBP'), ledger_open('{LAZY}', 'E09000028', '', 'GBP')")
    server.ask(f"select ledger_set_mode({lazy}, 1::smallint)")
    server.ask("vacuum analyze")
    return hot, lazy


def size(server: Server) -> tuple[int, int, int, int]:
    """Transfers, journals, and the bytes of each table with all its indexes."""
    [found] = server.ask(
        "select (select count(*) from ledger_transfer), (select count(*) from ledger_journal), "
        "pg_total_relation_size('ledger_transfer'), pg_total_relation_size('ledger_journal')"
    )
    transfers, journals, of_transfers, of_journals = found
    return transfers, journals, of_transfers, of_journals
