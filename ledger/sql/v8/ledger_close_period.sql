-- Closes a council's days up to and with p_through, for good: from then on a journal of an earlier moment is refused (period_closed).
-- outcome: closed, or why not: not_after (that day is closed already), not_over (the day is not over at p_at), busy (the locks could not be had).
--
-- Nothing slips through: every account of the council is locked, so whoever posts to one has committed before or reads the new
-- closed_until after; who posts to lazy accounts only holds 7301, who opens one 7302, and both are held alone here. Whoever keeps days is
-- waited for, too, so that no line of theirs is left out. Then the sums of the days are brought up to date, and a trigger keeps those of
-- closed days as they are.
--
-- Those who post take these locks in more than one order (one transfer: 7301 first; a set: accounts first; two journals: as they come), so no
-- order would fit all. Nobody is kept waiting for long by somebody who waits: after 300 ms everything is let go, well before PostgreSQL
-- looks for a deadlock, and tried again.
create or replace function ledger_close_period(
    p_council text, p_through date, p_actor text, p_at timestamptz, out outcome text, out closed_through date
)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set lock_timeout = 300
as $$
declare
    seen_at timestamptz; tries integer := 0;
begin
    if num_nulls(p_council, p_through, p_actor, p_at) > 0 or p_council !~ '^[A-Z][0-9]{8}$' then
        raise exception 'not a period' using errcode = '22023';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'periods are closed in read committed' using errcode = '25001';
    end if;
    loop
        begin
            perform pg_advisory_xact_lock(7302, hashtext(p_council));
            insert into public.ledger_day_mark (account_id, version, position, counted)
            select a.id, 0, 4611686018427387904, 0 from public.ledger_account a where a.council = p_council
            on conflict do nothing;
            perform 1 from (select k.account_id from public.ledger_day_mark k join public.ledger_account a on a.id = k.account_id
                            where a.council = p_council for no key update of k) locked;
            perform pg_advisory_xact_lock(7301, hashtext(p_council));
            perform 1 from (select a.id from public.ledger_account a where a.council = p_council order by a.id for no key update) locked;
            exit;
        exception
            when lock_not_available or deadlock_detected then tries := tries + 1;
        end;
        if tries = 10 then
            outcome := 'busy';
            return;
        end if;
    end loop;
    select max(p.through) into closed_through from public.ledger_period p where p.council = p_council;
    outcome := case
        when p_through <= closed_through then 'not_after'
        when p_through >= (p_at at time zone 'Europe/London')::date then 'not_over'
    end;
    if outcome is not null then
        return;
    end if;
    while public.ledger_roll_up(p_council, 1000000) >= 1000000 loop null; end loop;
    while public.ledger_keep_days(p_council, 1, 1000000, 1000000) > 0 loop null; end loop;
    select greatest(clock_timestamp(), max(a.last_at)) into seen_at from public.ledger_account a where a.council = p_council;
    update public.ledger_account a
    set closed_until = (p_through + 1)::timestamp at time zone 'Europe/London', last_at = seen_at
    where a.council = p_council;
    insert into public.ledger_period (council, through, actor, closed_at, recorded_at) values (p_council, p_through, p_actor, p_at, seen_at);
    outcome := 'closed'; closed_through := p_through;
end
$$;
