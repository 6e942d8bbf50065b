revoke all on function ledger_post(uuid, text, text, bigint, bigint, bigint, timestamptz, text, text, text, uuid, uuid) from public;
