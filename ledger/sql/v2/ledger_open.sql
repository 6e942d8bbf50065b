-- Opens an account on first use and returns its number. Kind and floor come from the code, never from the caller.
-- Whoever closes a period waits for openings in flight, and they for it, so no account is ever without its council's closed days.
create or replace function ledger_open(p_code text, p_council text, p_owner text, p_unit text) returns bigint
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_id bigint;
    v_terms record;
begin
    select kind, floor into v_terms from public.ledger_terms(p_code);
    if v_terms.kind is null then
        raise exception 'no account code %', p_code using errcode = '22023';
    end if;
    if p_council !~ '^[A-Z][0-9]{8}$' or p_owner !~ '^[A-Za-z0-9:/._-]{0,120}$' or p_unit not in ('GBP', 'TIME')
        or (p_unit = 'TIME') <> (p_code in ('TIME', 'TIME_ISSUED')) or num_nulls(p_council, p_owner, p_unit) > 0 then
        raise exception 'not an account: % % % %', p_code, p_council, p_owner, p_unit using errcode = '22023';
    end if;
    v_id := public.ledger_account_number(p_code, p_council, p_owner, p_unit);
    if not exists (select 1 from public.ledger_account a where a.id = v_id) then
        perform pg_advisory_xact_lock_shared(7302, hashtext(p_council));
        insert into public.ledger_account (id, code, council, owner, unit, balance, version, floor, mode, opened_at, closed_until)
        select v_id, p_code, p_council, p_owner, p_unit, 0, 0, v_terms.floor, 0, clock_timestamp(),
            ((select max(p.through) from public.ledger_period p where p.council = p_council) + 1)::timestamp at time zone 'Europe/London'
        on conflict do nothing;
    end if;
    perform 1 from public.ledger_account a
    where a.id = v_id and a.code = p_code and a.council = p_council and a.owner = p_owner and a.unit = p_unit;
    if not found then
        raise exception 'account number % already means another account', v_id using errcode = '23505';
    end if;
    return v_id;
end
$$;
