-- Whether these transfers may take back (part of) an earlier journal: null, or why not, with the account that would give and what may
-- still be taken back. Each pair must be a pair of the original the other way round, and all that takes it back, in the book and
-- earlier in this set (p_set_*), may come to at most what the original moved between those two.
-- The + 0 keep the planner to the few lines of those journals: an account's own lines may be millions.
-- Whoever calls it holds the lock on the original's key, so that two who take back the same money come one after the other.
create or replace function ledger_reversible(
    p_reverses uuid, p_debits bigint[], p_credits bigint[], p_pence bigint[],
    p_set_debits bigint[], p_set_credits bigint[], p_set_pence bigint[],
    out why text, out account bigint, out available bigint
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
as $$
declare
    original constant bigint := (select j.id from public.ledger_journal j where j.key = p_reverses);
begin
    if original is null then
        why := 'reverses_unknown';
        return;
    end if;
    select case when moved.pence is null then 'not_a_reversal' else 'over_reversed' end, asked.debit,
           case when moved.pence is null then null else moved.pence - coalesce(back.pence, 0) end
    into why, account, available
    from (select x.debit, x.credit, sum(x.pence) as pence, min(x.o) as o
          from unnest(p_debits, p_credits, p_pence) with ordinality x(debit, credit, pence, o) group by 1, 2) asked
    left join lateral (
        select sum(t.pence) as pence from public.ledger_transfer t
        where t.journal_id = original and t.debit_id + 0 = asked.credit and t.credit_id + 0 = asked.debit) moved on true
    left join lateral (
        select sum(b.pence) as pence from (
            select t.pence from public.ledger_journal r join public.ledger_transfer t on t.journal_id = r.id
            where r.reverses = p_reverses and t.debit_id + 0 = asked.debit and t.credit_id + 0 = asked.credit
            union all
            select x.pence from unnest(p_set_debits, p_set_credits, p_set_pence) x(debit, credit, pence)
            where x.debit = asked.debit and x.credit = asked.credit) b) back on true
    where moved.pence is null or moved.pence - coalesce(back.pence, 0) < asked.pence
    order by asked.o limit 1;
end
$$;
