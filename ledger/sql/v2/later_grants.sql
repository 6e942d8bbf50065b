-- Run with the web role's name in place of {web}. What the second version lets the web role read and ask besides; an account's mode is the owner's.
revoke all on ledger_checkpoint, ledger_day, ledger_day_mark, ledger_period, ledger_standing from {web};
grant select on ledger_checkpoint, ledger_day, ledger_day_mark, ledger_period, ledger_standing to {web};
grant execute on function ledger_roll_up(text, integer) to {web};
grant execute on function ledger_balance_at(bigint, timestamptz) to {web};
grant execute on function ledger_balance_on(bigint, date) to {web};
grant execute on function ledger_keep_days(text, bigint, integer, integer) to {web};
grant execute on function ledger_close_period(text, date, text, timestamptz) to {web};
