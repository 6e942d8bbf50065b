revoke all on function ledger_pair_hash(text, text, bigint, bigint, bigint, uuid, uuid, text) from public;
