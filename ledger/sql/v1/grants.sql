-- Run with the web role's name in place of {web}. What the web role may do to the book: read it, and ask these functions.
revoke all on ledger_account, ledger_journal, ledger_transfer from {web};
revoke all on sequence ledger_journal_id_seq from {web};
grant select on ledger_account, ledger_journal, ledger_transfer to {web};
grant execute on function ledger_open(text, text, text, text) to {web};
grant execute on function ledger_account_number(text, text, text, text) to {web};
grant execute on function ledger_terms(text) to {web};
grant execute on function ledger_request_hash(text, text, bigint[], bigint[], bigint[], uuid, uuid, text) to {web};
grant execute on function ledger_post(
    uuid, text, text, bigint[], bigint[], bigint[], timestamptz, text, text, text, uuid, uuid) to {web};
grant execute on function ledger_post_many(
    uuid[], text[], text[], timestamptz[], text[], text[], text[], uuid[], uuid[], integer[], bigint[], bigint[], bigint[], boolean) to {web};
