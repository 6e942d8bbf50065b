-- Posts one journal. A journal of one transfer, by far the commonest, is done here by single-row statements; any other goes the way
-- of sets. Same steps, same outcomes as ledger_post_many (a test plays both against one model).
--
-- A lazy account (mode 1) is not locked and not changed: its side of the line has no balance, and instead of a version its position,
-- 2^62 + journal * 2048 + line. Who posts to one holds its council's lock 7301 together with all others who do; ledger_roll_up,
-- ledger_set_mode and ledger_close_period hold it alone.
create or replace function ledger_post(
    p_key uuid, p_kind text, p_council text, p_debits bigint[], p_credits bigint[], p_pence bigint[], p_effective_at timestamptz,
    p_actor text, p_reason text, p_about text, p_reverses uuid, p_group uuid,
    out outcome text, out journal bigint, out account bigint, out available bigint
)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    debit constant bigint := p_debits[1]; credit constant bigint := p_credits[1]; amount constant bigint := p_pence[1];
    d_row tid; d_bal bigint; d_ver bigint; d_floor bigint; d_mode smallint; d_council text; d_unit text; d_last timestamptz; d_closed timestamptz;
    c_row tid; c_bal bigint; c_ver bigint; c_mode smallint; c_council text; c_unit text; c_last timestamptz; c_closed timestamptz;
    hash bytea; why text; now_at timestamptz;
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
    if p_reverses is not null then
        perform pg_advisory_xact_lock(7303, hashtext(p_reverses::text));
    end if;

    -- lock, by number; where the first is not found the second is not touched yet, or it would be locked out of turn
    if debit < credit then
        select a.ctid, a.balance, a.version, a.floor, a.mode, a.council, a.unit, a.last_at, a.closed_until
        into d_row, d_bal, d_ver, d_floor, d_mode, d_council, d_unit, d_last, d_closed
        from public.ledger_account a where a.id = debit and a.mode = 0 for no key update;
    end if;
    if debit >= credit or d_row is not null then
        select a.ctid, a.balance, a.version, a.mode, a.council, a.unit, a.last_at, a.closed_until
        into c_row, c_bal, c_ver, c_mode, c_council, c_unit, c_last, c_closed
        from public.ledger_account a where a.id = credit and a.mode = 0 for no key update;
    end if;
    if debit >= credit and c_row is not null then
        select a.ctid, a.balance, a.version, a.floor, a.mode, a.council, a.unit, a.last_at, a.closed_until
        into d_row, d_bal, d_ver, d_floor, d_mode, d_council, d_unit, d_last, d_closed
        from public.ledger_account a where a.id = debit and a.mode = 0 for no key update;
    end if;
    if d_row is null or c_row is null then  -- lazy, or not in the book
        if greatest(debit, credit) >= 4611686018427387904 then
            if current_setting('transaction_isolation') <> 'read committed' then
                raise exception 'lazy accounts are posted to in read committed' using errcode = '25001';
            end if;
            perform pg_advisory_xact_lock_shared(7301, hashtext(p_council));
        end if;
        if d_row is null then
            select a.balance, a.mode, a.council, a.unit, a.closed_until into d_bal, d_mode, d_council, d_unit, d_closed
            from public.ledger_account a where a.id = debit and a.mode = 1;
        end if;
        if c_row is null then
            select a.balance, a.mode, a.council, a.unit, a.closed_until into c_bal, c_mode, c_council, c_unit, c_closed
            from public.ledger_account a where a.id = credit and a.mode = 1;
        end if;
        if d_mode = 1 and c_mode is null then
            select a.ctid, a.balance, a.version, a.mode, a.council, a.unit, a.last_at, a.closed_until
            into c_row, c_bal, c_ver, c_mode, c_council, c_unit, c_last, c_closed
            from public.ledger_account a where a.id = credit and a.mode = 0 for no key update;
        elsif c_mode = 1 and d_mode is null then
            select a.ctid, a.balance, a.version, a.floor, a.mode, a.council, a.unit, a.last_at, a.closed_until
            into d_row, d_bal, d_ver, d_floor, d_mode, d_council, d_unit, d_last, d_closed
            from public.ledger_account a where a.id = debit and a.mode = 0 for no key update;
        end if;
        if d_row is null and c_row is null then  -- nothing is locked: the sealer must see us before a journal's number is drawn
            perform pg_current_xact_id();
        end if;
        if d_mode is null or c_mode is null then
            if (select count(*) from public.ledger_account a where a.id in (debit, credit)) = 2 then
                raise exception 'an account changed its mode meanwhile' using errcode = '40001';
            end if;
            outcome := 'unknown_account';
            return;
        end if;
    end if;

    -- refusals
    if p_reverses is not null then
        select r.why, r.account, r.available into why, account, available
        from public.ledger_reversible(p_reverses, p_debits, p_credits, p_pence, '{}', '{}', '{}') r;
    end if;
    outcome := case
        when why is not null then why
        when amount < 1 or amount > 1000000000000 then 'amount'
        when debit = credit then 'same_account'
        when d_council <> p_council or c_council <> p_council then 'council'
        when d_unit <> c_unit then 'unit'
        when p_effective_at < d_closed then 'period_closed'
        when d_bal - amount < d_floor then 'not_enough'
        when d_bal - amount < -1000000000000000000 or c_bal + amount > 1000000000000000000 then 'too_large'
    end;

    -- key and hash (what ledger_request_hash says, written out for one transfer): the insert itself asks whether the key is taken,
    -- by a journal in the book or by one being posted now
    hash := sha256(convert_to(concat_ws(E'\x1f', p_kind, p_council, debit, credit, amount, coalesce(p_reverses::text, ''),
                                        coalesce(p_group::text, ''), p_about), 'UTF8'));
    if outcome is null then
        -- Taken after the locks, and never before what the accounts last heard even where the machine's clock was put back: along an
        -- account's versions the recorded times only rise.
        now_at := greatest(clock_timestamp(), d_last, c_last);
        insert into public.ledger_journal (key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at, reverses, group_key)
        values (p_key, hash, p_kind, p_council, p_actor, p_reason, p_about, p_effective_at, now_at, p_reverses, p_group)
        on conflict (key) do nothing returning id into journal;
    end if;
    if journal is null then  -- refused, unless it is a repeat of what was posted earlier: then the first outcome stands
        select j.id, case when j.request_hash = hash then 'replayed' else 'key_reused' end into journal, why
        from public.ledger_journal j where j.key = p_key;
        if found then
            outcome := why; account := null; available := null;
        elsif outcome is null then
            raise exception 'a key was taken meanwhile' using errcode = '40001';
        elsif outcome not in ('reverses_unknown', 'not_a_reversal', 'over_reversed', 'period_closed') then
            account := case when outcome = 'council' and d_council = p_council then credit else debit end;
            available := case when outcome = 'not_enough' then d_bal - d_floor end;
        end if;
        return;
    end if;

    -- write
    if d_mode = 0 and c_mode = 0 then
        insert into public.ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
        values (journal, 1, debit, credit, amount, d_bal - amount, d_ver + 1, c_bal + amount, c_ver + 1);
    else
        insert into public.ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
        values (journal, 1, debit, credit, amount,
                case d_mode when 0 then d_bal - amount end, case d_mode when 0 then d_ver + 1 else 4611686018427387904 + journal * 2048 + 1 end,
                case c_mode when 0 then c_bal + amount end, case c_mode when 0 then c_ver + 1 else 4611686018427387904 + journal * 2048 + 1 end);
    end if;
    -- by where the rows lie: they are locked, so nobody moves them
    update public.ledger_account a
    set balance = case a.id when debit then d_bal - amount else c_bal + amount end, version = a.version + 1, last_at = now_at
    where a.ctid = any (array[d_row, c_row]);
    outcome := 'posted';
end
$$;
