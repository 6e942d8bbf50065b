-- Half-empty pages keep balance updates on their own page and out of the indexes.
alter table ledger_account set (fillfactor = 50);

create trigger ledger_journal_append_only before update or delete or truncate on ledger_journal
    for each statement execute function ledger_append_only();
create trigger ledger_transfer_append_only before update or delete or truncate on ledger_transfer
    for each statement execute function ledger_append_only();
create trigger ledger_account_append_only before delete or truncate on ledger_account
    for each statement execute function ledger_append_only();
-- Only balance and version of an account ever change. A trigger on columns costs a balance update nothing.
create trigger ledger_account_name_stays before update of id, code, council, owner, unit, floor, mode, opened_at on ledger_account
    for each statement execute function ledger_append_only();
