-- Posts one journal. A journal of one transfer, by far the commonest, is done here by single-row statements; any other goes the way
-- of sets. Same steps, same outcomes as ledger_post_many (a test plays both against one model).
create or replace function ledger_post(
    p_key uuid, p_kind text, p_council text, p_debits bigint[], p_credits bigint[], p_pence bigint[], p_effective_at timestamptz,
    p_actor text, p_reason text, p_about text, p_reverses uuid, p_group uuid,
    out outcome text, out journal bigint, out account bigint, out available bigint
)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
    debit constant bigint := p_debits[1]; credit constant bigint := p_credits[1]; amount constant bigint := p_pence[1];
    d_bal bigint; d_ver bigint; d_floor bigint; d_council text; d_unit text;
    c_bal bigint; c_ver bigint; c_council text; c_unit text;
    hash bytea; why text;
begin
    if cardinality(p_pence) is distinct from 1 or cardinality(p_debits) is distinct from 1 or cardinality(p_credits) is distinct from 1 then
        select m.outcome, m.journal, m.account, m.available into outcome, journal, account, available
        from public.ledger_post_many(array[p_key], array[p_kind], array[p_council], array[p_effective_at], array[p_actor], array[p_reason],
            array[p_about], array[p_reverses], array[p_group], array_fill(1, array[cardinality(p_pence)]), p_debits, p_credits, p_pence, false) m;
        return;
    end if;
    if num_nulls(p_key, p_kind, p_council, p_effective_at, p_actor, p_reason, p_about, debit, credit, amount) > 0 then
        raise exception 'not a journal' using errcode = '22023';
    end if;

    -- lock, by number; where the first is not there the second is not touched, or it would be locked out of turn later
    if debit < credit then
        select a.balance, a.version, a.floor, a.council, a.unit into d_bal, d_ver, d_floor, d_council, d_unit
        from public.ledger_account a where a.id = debit for no key update;
        if d_bal is null then
            outcome := 'unknown_account';
            return;
        end if;
    end if;
    select a.balance, a.version, a.council, a.unit into c_bal, c_ver, c_council, c_unit
    from public.ledger_account a where a.id = credit for no key update;
    if debit >= credit and c_bal is not null then
        select a.balance, a.version, a.floor, a.council, a.unit into d_bal, d_ver, d_floor, d_council, d_unit
        from public.ledger_account a where a.id = debit for no key update;
    end if;
    if d_bal is null or c_bal is null then
        outcome := 'unknown_account';
        return;
    end if;

    -- refusals
    outcome := case
        when p_reverses is not null and not exists (select 1 from public.ledger_journal j where j.key = p_reverses) then 'reverses_unknown'
        when amount < 1 or amount > 1000000000000 then 'amount'
        when debit = credit then 'same_account'
        when d_council <> p_council or c_council <> p_council then 'council'
        when d_unit <> c_unit then 'unit'
        when d_bal - amount < d_floor then 'not_enough'
        when d_bal - amount < -1000000000000000000 or c_bal + amount > 1000000000000000000 then 'too_large'
    end;

    -- key and hash: the insert itself asks whether the key is taken, by a journal in the book or by one being posted now
    hash := public.ledger_request_hash(p_kind, p_council, p_debits, p_credits, p_pence, p_reverses, p_group, p_about);
    if outcome is null then
        insert into public.ledger_journal (key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at, reverses, group_key)
        values (p_key, hash, p_kind, p_council, p_actor, p_reason, p_about, p_effective_at, clock_timestamp(), p_reverses, p_group)
        on conflict (key) do nothing returning id into journal;
    end if;
    if journal is null then  -- refused, unless it is a repeat of what was posted earlier: then the first outcome stands
        select j.id, case when j.request_hash = hash then 'replayed' else 'key_reused' end into journal, why
        from public.ledger_journal j where j.key = p_key;
        if found then
            outcome := why;
        elsif outcome is null then
            raise exception 'a key was taken meanwhile' using errcode = '40001';
        elsif outcome <> 'reverses_unknown' then
            account := case when outcome = 'council' and d_council = p_council then credit else debit end;
            available := case when outcome = 'not_enough' then d_bal - d_floor end;
        end if;
        return;
    end if;

    -- write
    insert into public.ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
    values (journal, 1, debit, credit, amount, d_bal - amount, d_ver + 1, c_bal + amount, c_ver + 1);
    update public.ledger_account a
    set balance = case a.id when debit then d_bal - amount else c_bal + amount end, version = a.version + 1
    where a.id = debit or a.id = credit;
    outcome := 'posted';
end
$$;
