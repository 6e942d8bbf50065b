revoke all on function ledger_plain_hash(text, text, bigint, bigint, bigint, text) from public;
