-- What a seal seals: one leaf a journal, by number. A leaf is the journal's number (8 bytes), SHA-256 of what it says (32), how many
-- accounts follow (2) and their numbers, debit and credit line by line (8 each): kept so that a journal taken out later can still be
-- named with its accounts. What a journal says is one JSON list, so that anybody can make it again with a page of Python
-- (docs/recipes/check-a-seal.md). Running balances are left out: they follow from amounts and versions, and the proof works them out.
create or replace function ledger_seal_leaves(p_first bigint, p_last bigint) returns bytea
language sql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
    select coalesce(string_agg(
        int8send(j.id)
        || sha256(convert_to(json_build_array(
            j.id, j.key, encode(j.request_hash, 'hex'), j.kind, j.council, j.actor, j.reason, j.about,
            (extract(epoch from j.effective_at) * 1000000)::bigint, (extract(epoch from j.recorded_at) * 1000000)::bigint,
            j.reverses, j.group_key, t.lines)::text, 'UTF8'))
        || int2send((2 * coalesce(t.n, 0))::int2) || coalesce(t.accounts, ''::bytea), ''::bytea order by j.id), ''::bytea)
    from public.ledger_journal j left join (
        select l.journal_id, count(*) as n,
               json_agg(json_build_array(l.line, l.debit_id, l.credit_id, l.pence, l.debit_version, l.credit_version) order by l.line) as lines,
               string_agg(int8send(l.debit_id) || int8send(l.credit_id), ''::bytea order by l.line) as accounts
        from public.ledger_transfer l where l.journal_id between p_first and p_last group by l.journal_id) t on t.journal_id = j.id
    where j.id between p_first and p_last
$$;
