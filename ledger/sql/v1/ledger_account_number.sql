-- An account's number is made from its name, so a number kept by a process can never come to mean another account, whatever was
-- rolled back or restored in between. The platform's own accounts, touched by every journal, get the high numbers: accounts are
-- locked in order of number, so the busiest are locked last and for the shortest time.
create or replace function ledger_account_number(p_code text, p_council text, p_owner text, p_unit text) returns bigint
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select (('x' || left(encode(sha256(convert_to(
        p_code || E'\x1f' || p_council || E'\x1f' || p_owner || E'\x1f' || p_unit, 'UTF8')), 'hex'), 16))::bit(64)::bigint & 4611686018427387903)
        | case when p_owner = '' then 4611686018427387904 else 0 end
$$;
