-- Makes an account lazy (1) or locked (0); the owner's alone. Only the platform's own accounts without a floor may be lazy: a floor can
-- be kept only by who holds the account. Between two modes a checkpoint says where the account stood. Locks as in ledger_close_period: those who
-- post take them in more than one order, so after 300 ms they are let go and tried again.
create or replace function ledger_set_mode(p_account bigint, p_mode smallint) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set lock_timeout = 300
as $$
declare
    held public.ledger_account;
    rolled bigint; tries integer := 0;
begin
    select * into held from public.ledger_account a where a.id = p_account;
    if held.id is null or p_mode is null or p_mode not in (0, 1) then
        raise exception 'no such account or mode' using errcode = '22023';
    end if;
    if held.floor is not null or held.owner <> '' then
        raise exception '% has a floor or an owner: it can not be lazy', held.code using errcode = '22023';
    end if;
    loop
        begin
            perform pg_advisory_xact_lock(7301, hashtext(held.council));
            select * into held from public.ledger_account a where a.id = p_account for no key update;
            exit;
        exception
            when lock_not_available or deadlock_detected then
                tries := tries + 1;
                if tries = 10 then
                    raise;
                end if;
        end;
    end loop;
    if held.mode = p_mode then
        return;
    end if;
    if p_mode = 0 then
        loop
            rolled := public.ledger_roll_up(held.council, 1000000);
            exit when rolled < 1000000;
        end loop;
        select * into held from public.ledger_account a where a.id = p_account;
    end if;
    insert into public.ledger_checkpoint (account_id, position, version, balance, net, lines, at)
    select held.id, 4611686018427387904 + (case when s.is_called then s.last_value else 0 end) * 2048 + 2047, held.version, held.balance, 0, 0,
           greatest(clock_timestamp(), held.last_at)
    from public.ledger_journal_id_seq s
    on conflict do nothing;
    update public.ledger_account a
    set mode = p_mode, last_at = greatest(clock_timestamp(), a.last_at),
        rolled_to = case p_mode when 1 then (select max(c.position) from public.ledger_checkpoint c where c.account_id = p_account) end
    where a.id = p_account;
end
$$;
