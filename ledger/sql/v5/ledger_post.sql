-- Posts one journal of one transfer, by far the commonest, in as few statements as it takes when nothing is in its way. Whatever else it is (a
-- refusal, a repeat, an account that is not open, something taken back) is a set of one: ledger_post_many says what, and is the law. What is
-- asked of the accounts stands in the statement that locks them, so that it is asked again of a row that had to be waited for. Words are
-- compared by "is not distinct from", which no index and no other join can be tempted by.
--
-- The answer is a row of outcome, journal, account and available as PostgreSQL writes one, "(posted,12,,)": a word is less work to give back.
--
-- A lazy account (mode 1) is not locked and not changed: its side of the line has no balance, and instead of a version its position,
-- 2^62 + journal * 2048 + line. Who posts to one holds its council's lock 7301 together with all others who do; ledger_roll_up,
-- ledger_set_mode and ledger_close_period hold it alone. Only accounts of nobody's, whose numbers begin at 2^62, can be lazy.
create or replace function ledger_post(
    p_key uuid, p_kind text, p_council text, p_debit bigint, p_credit bigint, p_pence bigint, p_effective_at timestamptz,
    p_actor text, p_reason text, p_about text, p_reverses uuid, p_group uuid
) returns text
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    -- each side: where its row lies (null: lazy, not locked); what it holds and its version, both after this transfer
    d_row tid; d_bal bigint; d_ver bigint; c_row tid; c_bal bigint; c_ver bigint;
    lazy boolean; hash bytea; now_at timestamptz; journal bigint; answer text;
begin
    if true  -- what may not be null the columns say
        and p_reverses is null
        and p_group is null
        and p_pence between 1 and 1000000000000
        and least(p_debit, p_credit) < 4611686018427387904
    then
        hash := public.ledger_plain_hash(p_kind, p_council, p_debit, p_credit, p_pence, p_about);
        if greatest(p_debit, p_credit) >= 4611686018427387904 then
            if pg_advisory_xact_lock_shared(7301, hashtext(p_council)) is not null then  -- always: to ask so is less work than to perform
                lazy := exists (select from public.ledger_account a where a.id = greatest(p_debit, p_credit) and a.mode = 1);
            end if;
        end if;
        -- lock, by number
        if lazy then
            if current_setting('transaction_isolation') = 'read committed' then
                if p_debit < p_credit then
                    select d.ctid, d.balance - p_pence, d.version + 1, c.balance + p_pence, d.last_at
                    into d_row, d_bal, d_ver, c_bal, now_at
                    from public.ledger_account d, public.ledger_account c
                    where d.id = p_debit and c.id = p_credit
                        and d.council is not distinct from p_council
                        and c.council is not distinct from p_council
                        and d.unit is not distinct from c.unit
                        and (p_effective_at < d.closed_until) is not true
                        and d.balance - p_pence >= coalesce(d.floor, -1000000000000000000)
                    for no key update of d;
                else
                    select c.ctid, c.balance + p_pence, c.version + 1, d.balance - p_pence, c.last_at
                    into c_row, c_bal, c_ver, d_bal, now_at
                    from public.ledger_account d, public.ledger_account c
                    where d.id = p_debit and c.id = p_credit
                        and d.council is not distinct from p_council
                        and c.council is not distinct from p_council
                        and d.unit is not distinct from c.unit
                        and (p_effective_at < d.closed_until) is not true
                        and d.balance - p_pence >= -1000000000000000000
                    for no key update of c;
                end if;
            end if;
        elsif p_debit < p_credit then
            select d.ctid, d.balance - p_pence, d.version + 1, c.ctid, c.balance + p_pence, c.version + 1, greatest(d.last_at, c.last_at)
            into d_row, d_bal, d_ver, c_row, c_bal, c_ver, now_at
            from public.ledger_account d, public.ledger_account c
            where d.id = p_debit and c.id = p_credit
                and d.council is not distinct from p_council
                and c.council is not distinct from p_council
                and d.unit is not distinct from c.unit
                and (p_effective_at < d.closed_until) is not true
                and d.balance - p_pence >= coalesce(d.floor, -1000000000000000000)
            for no key update of d, c;
        else
            select d.ctid, d.balance - p_pence, d.version + 1, c.ctid, c.balance + p_pence, c.version + 1, greatest(d.last_at, c.last_at)
            into d_row, d_bal, d_ver, c_row, c_bal, c_ver, now_at
            from public.ledger_account d, public.ledger_account c
            where d.id = p_debit and c.id = p_credit
                and d.id <> c.id
                and d.council is not distinct from p_council
                and c.council is not distinct from p_council
                and d.unit is not distinct from c.unit
                and (p_effective_at < d.closed_until) is not true
                and d.balance - p_pence >= coalesce(d.floor, -1000000000000000000)
            for no key update of c, d;
        end if;
        if c_bal <= 1000000000000000000 then  -- unknown, where nothing was locked
            -- The insert itself asks whether the key is taken, by a journal in the book or by one being posted now. The time is taken after the
            -- locks, and never before what the accounts last heard even where the machine's clock was put back: along an account's
            -- versions the recorded times only rise.
            insert into public.ledger_journal (key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at)
            values (p_key, hash, p_kind, p_council, p_actor, p_reason, p_about, p_effective_at, greatest(clock_timestamp(), now_at))
            on conflict (key) do nothing returning id, recorded_at into journal, now_at;
            if journal is not null then
                if lazy then
                    insert into public.ledger_transfer
                        (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
                    values (journal, 1, p_debit, p_credit, p_pence,
                            case when d_row is not null then d_bal end, coalesce(d_ver, 4611686018427387904 + journal * 2048 + 1),
                            case when c_row is not null then c_bal end, coalesce(c_ver, 4611686018427387904 + journal * 2048 + 1));
                else
                    insert into public.ledger_transfer
                        (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
                    values (journal, 1, p_debit, p_credit, p_pence, d_bal, d_ver, c_bal, c_ver);
                end if;
                -- by where the rows lie: they are locked, so nobody moves them
                update public.ledger_account a
                set balance = case a.id when p_debit then d_bal else c_bal end, version = a.version + 1, last_at = now_at
                where a.ctid = any (array[d_row, c_row]);
                return '(posted,' || journal || ',,)';
            end if;
        end if;
    end if;

    select row(m.outcome, m.journal, m.account, m.available)::text into answer
    from public.ledger_post_many(array[p_key], array[p_kind], array[p_council], array[p_effective_at], array[p_actor], array[p_reason],
                                 array[p_about], array[p_reverses], array[p_group], array[1], array[p_debit], array[p_credit],
                                 array[p_pence], false) m;
    return answer;
end
$$;
