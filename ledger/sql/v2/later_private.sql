-- PostgreSQL lets everybody execute a new function; the book's functions are for whom grants.sql names.
revoke all on function ledger_reversible(uuid, bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]) from public;
revoke all on function ledger_closed_day_stays() from public;
revoke all on function ledger_lazy_has_no_floor() from public;
revoke all on function ledger_roll_up(text, integer) from public;
revoke all on function ledger_set_mode(bigint, smallint) from public;
revoke all on function ledger_balance_at(bigint, timestamptz) from public;
revoke all on function ledger_balance_on(bigint, date) from public;
revoke all on function ledger_keep_days(text, bigint, integer, integer) from public;
revoke all on function ledger_close_period(text, date, text, timestamptz) from public;
