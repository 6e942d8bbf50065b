-- Kind and floor of each account code: the same table as ledger/codes.py (a test compares them).
create or replace function ledger_terms(p_code text, out kind text, out floor bigint)
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when p_code in ('BANK', 'CLEAR', 'OUT', 'RECEIVABLE') then 'asset'
        when p_code in ('PENDING', 'DUE', 'REFUND', 'WALLET', 'SHARE', 'RESERVE', 'HOLD', 'DISPUTE', 'LEAVING', 'TIME') then 'liability'
        when p_code = 'FLOAT' then 'equity'
        when p_code = 'FEE_INCOME' then 'income'
        when p_code in ('FEE_COST', 'LOSS') then 'expense'
        when p_code = 'TIME_ISSUED' then 'contra'
        when p_code = 'SUSPENSE' then 'either'
    end,
    case when p_code in ('PENDING', 'DUE', 'REFUND', 'WALLET', 'SHARE', 'RESERVE', 'HOLD', 'DISPUTE', 'LEAVING', 'TIME', 'FLOAT') then 0::bigint end
$$;
