-- PostgreSQL lets everybody execute a new function; the book's functions are for whom grants.sql names.
revoke all on function ledger_open(text, text, text, text) from public;
revoke all on function ledger_account_number(text, text, text, text) from public;
revoke all on function ledger_terms(text) from public;
revoke all on function ledger_request_hash(text, text, bigint[], bigint[], bigint[], uuid, uuid, text) from public;
revoke all on function ledger_append_only() from public;
revoke all on function ledger_post(uuid, text, text, bigint[], bigint[], bigint[], timestamptz, text, text, text, uuid, uuid) from public;
revoke all on function ledger_post_many(
    uuid[], text[], text[], timestamptz[], text[], text[], text[], uuid[], uuid[], integer[], bigint[], bigint[], bigint[], boolean) from public;
