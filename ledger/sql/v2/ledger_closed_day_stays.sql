-- The second line behind closing a period: the sums of a closed day are final, and no day's are ever taken away.
create or replace function ledger_closed_day_stays() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'the sums of a day stay' using errcode = '42501';
    end if;
    if exists (select 1 from public.ledger_account a
               where a.id = new.account_id and (new.day::timestamp at time zone 'Europe/London') < a.closed_until) then
        raise exception 'the day % is closed', new.day using errcode = '42501';
    end if;
    return new;
end
$$;
