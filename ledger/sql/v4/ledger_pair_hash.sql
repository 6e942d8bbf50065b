-- What ledger_request_hash says of a journal of one transfer, in half the work. PostgreSQL puts it in place where it is asked, so it
-- costs no call. None of what must be there may be null: concat_ws would leave it out.
create or replace function ledger_pair_hash(
    p_kind text, p_council text, p_debit bigint, p_credit bigint, p_pence bigint, p_reverses uuid, p_group uuid, p_about text
) returns bytea
language sql stable parallel safe
as $$
    select sha256(convert_to(concat_ws(E'\x1f', p_kind, p_council, p_debit, p_credit, p_pence, coalesce(p_reverses::text, ''),
                                       coalesce(p_group::text, ''), p_about), 'UTF8'))
$$;
