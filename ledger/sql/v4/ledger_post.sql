-- Posts one journal of one transfer, by far the commonest, by single-row statements. Any other journal is a set of its own
-- (ledger_post_many). Same steps, same outcomes (a test plays both against one model).
--
-- A lazy account (mode 1) is not locked and not changed: its side of the line has no balance, and instead of a version its position,
-- 2^62 + journal * 2048 + line. Who posts to one holds its council's lock 7301 together with all others who do; ledger_roll_up,
-- ledger_set_mode and ledger_close_period hold it alone.
create or replace function ledger_post(
    p_key uuid, p_kind text, p_council text, p_debit bigint, p_credit bigint, p_pence bigint, p_effective_at timestamptz,
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
    -- what is no amount is 0 from here on, so that adding it up can't fail
    amount constant bigint := case when p_pence < 1 or p_pence > 1000000000000 then 0 else p_pence end;
    -- each side: where its row lies (null: lazy, not locked); what it holds and its version, both after this transfer
    d_row tid; d_bal bigint; d_ver bigint; d_floor bigint; d_lazy boolean; d_council text; d_unit text; d_last timestamptz; d_closed timestamptz;
    c_row tid; c_bal bigint; c_ver bigint; c_lazy boolean; c_council text; c_unit text; c_last timestamptz;
    hash bytea; why text; now_at timestamptz;
begin
    if num_nulls(p_key, p_kind, p_council, p_effective_at, p_actor, p_reason, p_about, p_debit, p_credit, amount) > 0 then
        raise exception 'not a journal' using errcode = '22023';
    end if;
    if p_reverses is not null then
        perform pg_advisory_xact_lock(7303, hashtext(p_reverses::text));
    end if;

    -- lock, by number; where the first is not found the second is not touched yet, or it would be locked out of turn
    if p_debit < p_credit then
        select a.ctid, a.balance - amount, a.version + 1, a.floor, a.council, a.unit, a.last_at, a.closed_until
        into d_row, d_bal, d_ver, d_floor, d_council, d_unit, d_last, d_closed
        from public.ledger_account a where a.id = p_debit and a.mode = 0 for no key update;
        if d_row is not null then
            select a.ctid, a.balance + amount, a.version + 1, a.council, a.unit, a.last_at
            into c_row, c_bal, c_ver, c_council, c_unit, c_last
            from public.ledger_account a where a.id = p_credit and a.mode = 0 for no key update;
        end if;
    else
        select a.ctid, a.balance + amount, a.version + 1, a.council, a.unit, a.last_at
        into c_row, c_bal, c_ver, c_council, c_unit, c_last
        from public.ledger_account a where a.id = p_credit and a.mode = 0 for no key update;
        if c_row is not null then
            select a.ctid, a.balance - amount, a.version + 1, a.floor, a.council, a.unit, a.last_at, a.closed_until
            into d_row, d_bal, d_ver, d_floor, d_council, d_unit, d_last, d_closed
            from public.ledger_account a where a.id = p_debit and a.mode = 0 for no key update;
        end if;
    end if;
    if d_row is null or c_row is null then  -- lazy, or not in the book
        if greatest(p_debit, p_credit) >= 4611686018427387904 then
            if current_setting('transaction_isolation') <> 'read committed' then
                raise exception 'lazy accounts are posted to in read committed' using errcode = '25001';
            end if;
            perform pg_advisory_xact_lock_shared(7301, hashtext(p_council));
        end if;
        if d_row is null then
            select true, a.balance - amount, a.council, a.unit, a.closed_until into d_lazy, d_bal, d_council, d_unit, d_closed
            from public.ledger_account a where a.id = p_debit and a.mode = 1;
        end if;
        if c_row is null then
            select true, a.balance + amount, a.council, a.unit into c_lazy, c_bal, c_council, c_unit
            from public.ledger_account a where a.id = p_credit and a.mode = 1;
        end if;
        if d_lazy and c_row is null and c_lazy is null then
            select a.ctid, a.balance + amount, a.version + 1, a.council, a.unit, a.last_at
            into c_row, c_bal, c_ver, c_council, c_unit, c_last
            from public.ledger_account a where a.id = p_credit and a.mode = 0 for no key update;
        elsif c_lazy and d_row is null and d_lazy is null then
            select a.ctid, a.balance - amount, a.version + 1, a.floor, a.council, a.unit, a.last_at, a.closed_until
            into d_row, d_bal, d_ver, d_floor, d_council, d_unit, d_last, d_closed
            from public.ledger_account a where a.id = p_debit and a.mode = 0 for no key update;
        end if;
        if d_row is null and c_row is null then  -- nothing is locked: the sealer must see us before a journal's number is drawn
            perform pg_current_xact_id();
        end if;
        if (d_row is null and d_lazy is null) or (c_row is null and c_lazy is null) then
            if (select count(*) from public.ledger_account a where a.id in (p_debit, p_credit)) = 2 then
                raise exception 'an account changed its mode meanwhile' using errcode = '40001';
            end if;
            outcome := 'unknown_account';
            return;
        end if;
    end if;

    -- refusals
    if p_reverses is not null then
        select r.why, r.account, r.available into why, account, available
        from public.ledger_reversible(p_reverses, array[p_debit], array[p_credit], array[p_pence], '{}', '{}', '{}') r;
    end if;
    outcome := case
        when why is not null then why
        when amount = 0 then 'amount'
        when p_debit = p_credit then 'same_account'
        when d_council <> p_council or c_council <> p_council then 'council'
        when d_unit <> c_unit then 'unit'
        when p_effective_at < d_closed then 'period_closed'
        when d_bal < d_floor then 'not_enough'
        when d_bal < -1000000000000000000 or c_bal > 1000000000000000000 then 'too_large'
    end;

    -- key and hash: the insert itself asks whether the key is taken, by a journal in the book or by one being posted now
    hash := public.ledger_pair_hash(p_kind, p_council, p_debit, p_credit, amount, p_reverses, p_group, p_about);
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
            account := case when outcome = 'council' and d_council = p_council then p_credit else p_debit end;
            available := case when outcome = 'not_enough' then d_bal + amount - d_floor end;
        end if;
        return;
    end if;

    -- write
    if d_row is not null and c_row is not null then
        insert into public.ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
        values (journal, 1, p_debit, p_credit, amount, d_bal, d_ver, c_bal, c_ver);
    else
        insert into public.ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
        values (journal, 1, p_debit, p_credit, amount,
                case when d_lazy then null else d_bal end, coalesce(d_ver, 4611686018427387904 + journal * 2048 + 1),
                case when c_lazy then null else c_bal end, coalesce(c_ver, 4611686018427387904 + journal * 2048 + 1));
    end if;
    -- by where the rows lie: they are locked, so nobody moves them
    update public.ledger_account a
    set balance = case a.id when p_debit then d_bal else c_bal end, version = a.version + 1, last_at = now_at
    where a.ctid = any (array[d_row, c_row]);
    outcome := 'posted';
end
$$;
