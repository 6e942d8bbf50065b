-- Adds lines to the sums of their London days: for accounts with at least p_least lines not yet there, at most p_most lines of each and
-- p_accounts accounts a call; of one council or (null) of all. Answers how many lines. Safe side by side and to be killed: the account's
-- mark moves in the same transaction, under its lock. Locked lines go up to the version the account has; lazy ones as far as rolled up.
create or replace function ledger_keep_days(p_council text, p_least bigint, p_most integer, p_accounts integer) returns bigint
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    one record; mark record; upto bigint; added bigint; done bigint := 0;
begin
    for one in
        select a.id from public.ledger_account a left join public.ledger_day_mark k on k.account_id = a.id
        where (p_council is null or a.council = p_council) and a.version - coalesce(k.counted, 0) >= p_least
        order by a.id limit p_accounts
    loop
        insert into public.ledger_day_mark (account_id, version, position, counted) values (one.id, 0, 4611686018427387904, 0) on conflict do nothing;
        select k.version, k.position into mark from public.ledger_day_mark k where k.account_id = one.id for no key update skip locked;
        continue when not found;
        with held as (
            select a.version, a.mode, coalesce(a.rolled_to, (
                select max(c.position) from public.ledger_checkpoint c where c.account_id = a.id), 4611686018427387904) as rolled_to
            from public.ledger_account a where a.id = one.id
        ), lines as (
            select * from (
                select -t.pence as signed, t.journal_id, t.debit_version as place from public.ledger_transfer t, held h
                where t.debit_id = one.id and t.debit_version > mark.version and t.debit_version <= h.version
                union all
                select t.pence, t.journal_id, t.credit_version from public.ledger_transfer t, held h
                where t.credit_id = one.id and t.credit_version > mark.version and t.credit_version <= h.version
                union all
                select -t.pence, t.journal_id, t.debit_version from public.ledger_transfer t, held h
                where t.debit_id = one.id and t.debit_version > mark.position and t.debit_version <= h.rolled_to
                union all
                select t.pence, t.journal_id, t.credit_version from public.ledger_transfer t, held h
                where t.credit_id = one.id and t.credit_version > mark.position and t.credit_version <= h.rolled_to) l
            order by place limit p_most
        ), kept as (
            insert into public.ledger_day (account_id, day, net, lines)
            select one.id, (j.effective_at at time zone 'Europe/London')::date, sum(l.signed), count(*)
            from lines l join public.ledger_journal j on j.id = l.journal_id group by 2
            on conflict (account_id, day) do update set net = ledger_day.net + excluded.net, lines = ledger_day.lines + excluded.lines
            returning 1
        ), moved as (
            update public.ledger_day_mark k
            set version = greatest(k.version, (select max(l.place) from lines l where l.place < 4611686018427387904)),
                position = greatest(k.position, (select max(l.place) from lines l where l.place >= 4611686018427387904)),
                counted = k.counted + (select count(*) from lines)
            where k.account_id = one.id returning 1
        )
        select count(*) into added from lines;
        done := done + added;
    end loop;
    return done;
end
$$;
