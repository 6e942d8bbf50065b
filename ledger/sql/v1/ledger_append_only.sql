-- The second line: nothing written is changed or taken away, not even by the owner, while triggers are on.
create or replace function ledger_append_only() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = '42501';
end
$$;
