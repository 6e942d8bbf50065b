-- What an account held at the end of a London day, by when things happened for people (effective_at), as known now: the sums of the days
-- kept by ledger_keep_days, and the lines not yet in them. Late lines count on the day they say. One statement is one moment.
create or replace function ledger_balance_on(p_account bigint, p_day date) returns bigint
language sql stable
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
    select (coalesce((select sum(d.net) from public.ledger_day d where d.account_id = p_account and d.day <= p_day), 0)
        + coalesce((select sum(l.signed) from (
            select -t.pence as signed, t.journal_id from public.ledger_transfer t
            where t.debit_id = p_account and (t.debit_version > m.version and t.debit_version < 4611686018427387904)
            union all
            select t.pence, t.journal_id from public.ledger_transfer t
            where t.credit_id = p_account and (t.credit_version > m.version and t.credit_version < 4611686018427387904)
            union all
            select -t.pence, t.journal_id from public.ledger_transfer t where t.debit_id = p_account and t.debit_version > m.position
            union all
            select t.pence, t.journal_id from public.ledger_transfer t where t.credit_id = p_account and t.credit_version > m.position) l
          where (select j.effective_at from public.ledger_journal j where j.id = l.journal_id)
              < (p_day + 1)::timestamp at time zone 'Europe/London'), 0))::bigint
    from (select coalesce(max(k.version), 0) as version, coalesce(max(k.position), 4611686018427387904) as position
          from public.ledger_day_mark k where k.account_id = p_account) m
$$;
