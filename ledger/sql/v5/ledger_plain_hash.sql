-- What ledger_pair_hash says of a journal that takes nothing back and has no group, for a third less: two empty words are one separator.
create or replace function ledger_plain_hash(p_kind text, p_council text, p_debit bigint, p_credit bigint, p_pence bigint, p_about text) returns bytea
language sql stable parallel safe
as $$
    select sha256(convert_to(concat_ws(E'\x1f', p_kind, p_council, p_debit, p_credit, p_pence, E'\x1f', p_about), 'UTF8'))
$$;
