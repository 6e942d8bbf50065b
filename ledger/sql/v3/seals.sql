-- Leaves are hashes: there is nothing in them to compress.
alter table ledger_seal alter column leaves set storage external;
create trigger ledger_seal_append_only before update or delete or truncate on ledger_seal
    for each statement execute function ledger_append_only();
revoke all on function ledger_seal_leaves(bigint, bigint) from public;
revoke all on function ledger_seal(integer, interval, interval) from public;
