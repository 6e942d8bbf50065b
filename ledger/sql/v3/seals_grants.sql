-- Run with the web role's name in place of {web}. It may ask for the next range to be sealed, never say what is in it.
revoke all on ledger_seal from {web};
grant select on ledger_seal to {web};
grant execute on function ledger_seal_leaves(bigint, bigint) to {web};
grant execute on function ledger_seal(integer, interval, interval) to {web};
