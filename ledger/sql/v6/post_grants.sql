-- Run with the web role's name in place of {web}.
grant execute on function ledger_post(uuid, text, text, bigint, bigint, bigint, timestamptz, text, text, text, uuid, uuid) to {web};
