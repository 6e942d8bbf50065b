-- The second line behind ledger_set_mode: a floor can be kept only by who holds the account while posting.
create or replace function ledger_lazy_has_no_floor() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.mode = 0 and new.rolled_to is null or new.mode = 1 and new.floor is null and new.owner = '' and new.rolled_to is not null then
        return new;
    end if;
    raise exception '% can not be of mode %', new.code, new.mode using errcode = '23514';
end
$$;
