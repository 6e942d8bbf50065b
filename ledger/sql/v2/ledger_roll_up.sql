-- Adds what lazy accounts' lines have moved since the last time to the accounts themselves, and keeps one checkpoint a batch. At most
-- p_most lines a call, of one council or (null) of all; answers how many. Safe to run side by side and to
-- be killed: a batch is one transaction, under the account's lock.
--
-- How far may it go? A journal's number is drawn before it is committed, so a lower number may become visible after a higher one, and a
-- line passed by would never be counted. Whoever posts to a lazy account therefore holds the lock 7301 of its council, shared, from before
-- it draws its number until it has committed or failed. Held alone for an instant, that lock says: every number drawn so far in this
-- council is decided, and every later one will be higher. The lock goes back at once, by leaving the block through an exception (that
-- returns it whatever happens), so posting waits only for that instant; the adding up needs no lock on anybody else. Where somebody
-- keeps their transaction open it is left for the next time.
create or replace function ledger_roll_up(p_council text, p_most integer) returns bigint
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set lock_timeout = 500
as $$
declare
    where_at text; one bigint; highest bigint; seen_at timestamptz; done bigint := 0;
    held record; batch record;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'rolling up needs to see what was just committed' using errcode = '25001';
    end if;
    for where_at in
        select distinct a.council from public.ledger_account a where a.mode = 1 and (p_council is null or a.council = p_council) order by 1
    loop
        highest := null;
        begin
            perform pg_advisory_xact_lock(7301, hashtext(where_at));
            select 4611686018427387904 + (case when s.is_called then s.last_value else s.last_value - 1 end) * 2048 + 2047, clock_timestamp()
            into highest, seen_at from public.ledger_journal_id_seq s;
            raise exception 'decided' using errcode = 'P7301';
        exception
            when sqlstate 'P7301' then null;
            when lock_not_available then null;
        end;
        continue when highest is null;
        for one in select a.id from public.ledger_account a where a.council = where_at and a.mode = 1 order by a.id loop
            exit when done >= p_most;
            select a.balance, a.version, a.rolled_to into held from public.ledger_account a
            where a.id = one and a.mode = 1 for no key update skip locked;
            continue when not found or held.rolled_to >= highest;
            select sum(l.signed)::bigint as net, count(*) as lines, max(l.position) as position into batch from (
                select * from (
                    (select -t.pence as signed, t.debit_version as position from public.ledger_transfer t
                     where t.debit_id = one and t.debit_version > held.rolled_to and t.debit_version <= highest
                     order by t.debit_version limit p_most - done)
                    union all
                    (select t.pence, t.credit_version from public.ledger_transfer t
                     where t.credit_id = one and t.credit_version > held.rolled_to and t.credit_version <= highest
                     order by t.credit_version limit p_most - done)) both_sides
                order by position limit p_most - done) l;
            continue when batch.lines = 0;
            -- a full batch may have stopped short of what was decided: then it says nothing of a moment
            insert into public.ledger_checkpoint (account_id, position, version, balance, net, lines, at)
            values (one, batch.position, held.version + batch.lines, held.balance + batch.net, batch.net, batch.lines,
                    case when done + batch.lines < p_most then seen_at end);
            update public.ledger_account a
            set balance = a.balance + batch.net, version = a.version + batch.lines, rolled_to = batch.position, last_at = greatest(a.last_at, seen_at)
            where a.id = one;
            done := done + batch.lines;
        end loop;
    end loop;
    return done;
end
$$;
