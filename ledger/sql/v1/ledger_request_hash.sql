-- What a journal asks for, hashed. When, who and why in words are left out on purpose: a repeat of the same event a minute later,
-- or by another worker, is the same event; the first telling's time, actor and reason stand. `about` is last because it is free text.
create or replace function ledger_request_hash(
    p_kind text, p_council text, p_debits bigint[], p_credits bigint[], p_pence bigint[], p_reverses uuid, p_group uuid, p_about text
) returns bytea
language sql stable parallel safe
as $$
    select sha256(convert_to(
        p_kind || E'\x1f' || p_council || E'\x1f' || array_to_string(p_debits, ',') || E'\x1f' || array_to_string(p_credits, ',')
        || E'\x1f' || array_to_string(p_pence, ',') || E'\x1f' || coalesce(p_reverses::text, '') || E'\x1f' || coalesce(p_group::text, '')
        || E'\x1f' || p_about, 'UTF8'))
$$;
