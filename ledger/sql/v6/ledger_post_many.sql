-- Posts a set of at most 200 journals and answers one row per journal. In this order: validate, lock every account by number,
-- look the keys up, work out balances and refusals one journal after another, insert, one UPDATE per account.
--
-- A refused journal changes nothing and does not fail the others; with p_linked all fall together. Transfers are given as arrays,
-- p_item saying which journal (1..n) each belongs to, in order. Each transfer must keep both accounts' limits by itself, in order.
-- outcome: posted, replayed, or why not: not_enough, key_reused, amount, same_account, council, unit, empty, too_large,
-- reverses_unknown, not_a_reversal, over_reversed, period_closed, linked; unknown_account fails the whole call before anything is written
-- (the caller opens it and asks again).
-- Lazy accounts are neither locked nor changed: ledger_post says how. What a set takes back must have been in the book before the set.
--
-- The commonest set, of journals of one transfer each, in one council and one unit, none of which is refused, is tried first, without asking for
-- each key and each reason: where anything at all is in its way nothing of it was done, and the long way below says what.
--
-- Arrays are read by their place (generate_series): to unnest a dozen side by side writes and reads every value once more.
--
-- The planner settings nail one plan shape (index probes), so that statistics lagging behind a growing book cannot change it
-- (tests/ledger/test_plans.py).
create or replace function ledger_post_many(
    p_keys uuid[], p_kinds text[], p_councils text[], p_effective_at timestamptz[], p_actors text[], p_reasons text[], p_abouts text[],
    p_reverses uuid[], p_groups uuid[], p_item integer[], p_debits bigint[], p_credits bigint[], p_pence bigint[], p_linked boolean
) returns table (item integer, outcome text, journal bigint, account bigint, available bigint)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
as $$
declare
    n constant integer := cardinality(p_keys);
    m constant integer := cardinality(p_pence);
    ids bigint[]; places tid[]; bal bigint[]; ver bigint[]; had bigint[]; was bigint[]; flo bigint[]; cou text[]; uni text[]; clo timestamptz[]; laz boolean[];
    touched tid[];
    high constant bigint[] := array(select distinct x from unnest(p_debits || p_credits) x where x >= 4611686018427387904);
    dpos integer[]; cpos integer[];
    old_id bigint[]; old_hash bytea[]; first_item integer[];
    outcomes text[] := array_fill(null::text, array[n]);
    journals bigint[] := array_fill(null::bigint, array[n]);
    culprits bigint[] := array_fill(null::bigint, array[n]);
    found_left bigint[] := array_fill(null::bigint, array[n]);
    hashes bytea[] := array_fill(null::bytea, array[n]);
    posted_as integer[] := array_fill(null::integer, array[n]);  -- by first item of a key: which item of this set took it
    t_line integer[] := array_fill(1, array[m]);
    d_after bigint[] := array_fill(null::bigint, array[m]); d_ver bigint[] := array_fill(null::bigint, array[m]);
    c_after bigint[] := array_fill(null::bigint, array[m]); c_ver bigint[] := array_fill(null::bigint, array[m]);
    i integer; t integer := 1; t0 integer; t1 integer; u integer; d integer; c integer; amount bigint;
    why text; culprit bigint; left_over bigint; fallen boolean := false; wanted integer := 0;
    now_at timestamptz; has_lazy boolean := false; has_reverses boolean; all_known boolean; plain boolean;
begin
    if n is null or n not between 1 and 200 or m is null or m not between 0 and 2000
        or (select count(*) from unnest(array[cardinality(p_kinds), cardinality(p_councils), cardinality(p_effective_at), cardinality(p_actors),
            cardinality(p_reasons), cardinality(p_abouts), cardinality(p_reverses), cardinality(p_groups)]) s where s is distinct from n) > 0
        or cardinality(p_item) is distinct from m or cardinality(p_debits) is distinct from m or cardinality(p_credits) is distinct from m
        or array_position(p_keys, null) is not null or array_position(p_kinds, null) is not null or array_position(p_councils, null) is not null
        or array_position(p_effective_at, null) is not null or array_position(p_actors, null) is not null
        or array_position(p_reasons, null) is not null or array_position(p_abouts, null) is not null or array_position(p_item, null) is not null
        or array_position(p_debits, null) is not null or array_position(p_credits, null) is not null or array_position(p_pence, null) is not null
    then
        raise exception 'not a set of journals' using errcode = '22023';
    end if;

    -- lock: what is to be taken back, then every account of the set that is not lazy, by number
    has_reverses := array_remove(p_reverses, null) <> '{}';
    if has_reverses then
        perform pg_advisory_xact_lock(7303, r.key) from (
            select distinct hashtext(x::text) as key from unnest(p_reverses) x where x is not null order by 1) r;
    end if;
    select array_agg(a.id), array_agg(a.ctid), array_agg(a.balance), array_agg(a.version), array_agg(a.floor), array_agg(a.council),
           array_agg(a.unit), array_agg(a.closed_until), greatest(clock_timestamp(), max(a.last_at))
    into ids, places, bal, ver, flo, cou, uni, clo, now_at
    from (select l.id, l.ctid, l.balance::bigint as balance, l.version, l.floor, l.council, l.unit, l.closed_until, l.last_at from public.ledger_account l
          where l.id = any (p_debits || p_credits) and l.mode = 0 order by l.id for no key update) a;
    if high <> '{}' then
        -- then what lazy accounts ask for: read after their councils' locks are held
        perform pg_advisory_xact_lock_shared(7301, c.key) from (
            select distinct hashtext(a.council) as key from public.ledger_account a where a.id = any (high) and a.mode = 1 order by 1) c;
        has_lazy := found;
    end if;
    if has_lazy then
        if current_setting('transaction_isolation') <> 'read committed' then
            raise exception 'lazy accounts are posted to in read committed' using errcode = '25001';
        end if;
        perform pg_current_xact_id();  -- where nothing is locked: the sealer must see us before a journal's number is drawn
        now_at := greatest(now_at, clock_timestamp());  -- a line not yet rolled up is recorded after what was
        select array_agg(a.id order by a.id), array_agg(a.place order by a.id), array_agg(a.balance order by a.id),
               array_agg(a.version order by a.id), array_agg(a.floor order by a.id), array_agg(a.council order by a.id),
               array_agg(a.unit order by a.id), array_agg(a.closed order by a.id), array_agg(a.lazy order by a.id)
        into ids, places, bal, ver, flo, cou, uni, clo, laz
        from (select *, false as lazy from unnest(ids, places, bal, ver, flo, cou, uni, clo) x(id, place, balance, version, floor, council, unit, closed)
              union all
              select l.id, null, l.balance::bigint, l.version, l.floor, l.council, l.unit, l.closed_until, true
              from public.ledger_account l where l.id = any (high) and l.mode = 1) a;
    else
        laz := array_fill(false, array[coalesce(cardinality(ids), 0)]);
    end if;
    had := bal;
    was := ver;
    -- where each transfer's accounts stand in the sorted list: width_bucket is a binary search
    select array_agg(x.d), array_agg(x.c), bool_and(coalesce(ids[x.d] = p_debits[x.g] and ids[x.c] = p_credits[x.g], false)),
           bool_and(true
                    and p_item[x.g] = x.g
                    and p_pence[x.g] between 1 and 1000000000000
                    and x.d <> x.c
                    and coalesce(p_effective_at[x.g] >= clo[x.d], true)
           )
    into dpos, cpos, all_known, plain
    from (select g, width_bucket(p_debits[g], ids) as d, width_bucket(p_credits[g], ids) as c from generate_series(1, m) g) x;
    if not all_known then
        if exists (select 1 from public.ledger_account a where a.id = any (high) and not a.id = any (coalesce(ids, '{}'))) then
            raise exception 'an account changed its mode meanwhile' using errcode = '40001';
        end if;
        return query select g, 'unknown_account'::text, null::bigint, null::bigint, null::bigint from generate_series(1, n) g;
        return;
    end if;

    -- one council and one unit: two arrays are compared for less than one text in the middle of a long one is found
    plain := coalesce(plain and n = m and not has_lazy and not has_reverses
                      and p_councils = array_fill(p_councils[1], array[n])
                      and cou = array_fill(p_councils[1], array[cardinality(cou)])
                      and uni = array_fill(uni[1], array[cardinality(uni)])
    , false);
    if plain then
        for i in 1..n loop
            d := dpos[i]; c := cpos[i];
            bal[d] := bal[d] - p_pence[i]; ver[d] := ver[d] + 1; d_after[i] := bal[d]; d_ver[i] := ver[d];
            bal[c] := bal[c] + p_pence[i]; ver[c] := ver[c] + 1; c_after[i] := bal[c]; c_ver[i] := ver[c];
            plain := true
                     and bal[d] >= coalesce(flo[d], -1000000000000000000)
                     and bal[c] <= 1000000000000000000;
            exit when not plain;
        end loop;
    end if;
    if plain then
        journals := array(select nextval('public.ledger_journal_id_seq') from generate_series(1, n));
        begin
            insert into public.ledger_journal
                (id, key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at, group_key)
            select journals[g], p_keys[g],
                   case when p_groups[g] is null
                        then public.ledger_plain_hash(p_kinds[g], p_councils[g], p_debits[g], p_credits[g], p_pence[g], p_abouts[g])
                        else public.ledger_pair_hash(p_kinds[g], p_councils[g], p_debits[g], p_credits[g], p_pence[g], null, p_groups[g], p_abouts[g]) end,
                   p_kinds[g], p_councils[g], p_actors[g], p_reasons[g], p_abouts[g], p_effective_at[g], now_at, p_groups[g]
            from generate_series(1, n) g;
        exception when unique_violation then
            plain := false;  -- a key is in the book, or twice in the set
        end;
    end if;
    if plain then
        insert into public.ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
        select journals[g], 1, p_debits[g], p_credits[g], p_pence[g], d_after[g], d_ver[g], c_after[g], c_ver[g] from generate_series(1, n) g;
        update public.ledger_account a
        set balance = bal[width_bucket(a.id, ids)], version = ver[width_bucket(a.id, ids)], last_at = now_at
        where a.ctid = any (places);
        return query select g, 'posted'::text, journals[g], null::bigint, null::bigint from generate_series(1, n) g;
        return;
    end if;
    bal := had;
    ver := was;
    journals := array_fill(null::bigint, array[n]);

    -- keys: what is already in the book, and which items of this set share a key
    select array_agg(k.id), array_agg(k.request_hash), array_agg(k.g)
    into old_id, old_hash, first_item
    from (select j.id, j.request_hash, g from generate_series(1, n) g left join public.ledger_journal j on j.key = p_keys[g] order by g) k;
    if (select count(distinct x) from unnest(p_keys) x) < n then
        first_item := array(select array_position(p_keys, p_keys[g]) from generate_series(1, n) g order by g);
    end if;

    -- balances and refusals, one journal after another
    t := 1;
    for i in 1..n loop
        t0 := t;
        while t <= m and p_item[t] = i loop t := t + 1; end loop;
        t1 := t - 1;
        hashes[i] := case when t0 = t1
            then public.ledger_pair_hash(p_kinds[i], p_councils[i], p_debits[t0], p_credits[t0], p_pence[t0], p_reverses[i], p_groups[i], p_abouts[i])
            else public.ledger_request_hash(p_kinds[i], p_councils[i], p_debits[t0:t1], p_credits[t0:t1], p_pence[t0:t1],
                                            p_reverses[i], p_groups[i], p_abouts[i]) end;
        if t1 < t0 then
            why := 'empty';
        elsif old_id[i] is not null then
            outcomes[i] := case when old_hash[i] = hashes[i] then 'replayed' else 'key_reused' end;
            journals[i] := old_id[i];
            fallen := fallen or outcomes[i] = 'key_reused';
            continue;
        elsif posted_as[first_item[i]] is not null then
            u := posted_as[first_item[i]];
            outcomes[i] := case when hashes[u] = hashes[i] then 'replayed' else 'key_reused' end;
            journals[i] := journals[u];
            fallen := fallen or outcomes[i] = 'key_reused';
            continue;
        end if;
        if has_reverses and why is null and p_reverses[i] is not null then
            -- a journal of this set is not yet in the book, so what takes it back is refused as unknown
            select r.why, r.account, r.available into why, culprit, left_over
            from (select array_agg(x.debit) as debits, array_agg(x.credit) as credits, array_agg(x.pence) as pence
                  from unnest(p_item, p_debits, p_credits, p_pence) x(item, debit, credit, pence)
                  where outcomes[x.item] = 'posted' and p_reverses[x.item] = p_reverses[i]) s,
                 public.ledger_reversible(p_reverses[i], p_debits[t0:t1], p_credits[t0:t1], p_pence[t0:t1], s.debits, s.credits, s.pence) r;
        end if;
        if why is null then
            u := t0;
            while u <= t1 loop
                d := dpos[u]; c := cpos[u]; amount := p_pence[u];
                why := case
                    when amount < 1 or amount > 1000000000000 then 'amount'
                    when d = c then 'same_account'
                    when cou[d] <> p_councils[i] or cou[c] <> p_councils[i] then 'council'
                    when uni[d] <> uni[c] then 'unit'
                    when p_effective_at[i] < clo[d] then 'period_closed'
                    when bal[d] - amount < flo[d] then 'not_enough'
                    when bal[d] - amount < -1000000000000000000 or bal[c] + amount > 1000000000000000000 then 'too_large'
                end;
                if why is not null then
                    culprit := case when why = 'period_closed' then null when why = 'council' and cou[d] = p_councils[i] then ids[c] else ids[d] end;
                    left_over := case when why = 'not_enough' then bal[d] - flo[d] end;
                    exit;
                end if;
                if not laz[d] then
                    bal[d] := bal[d] - amount; ver[d] := ver[d] + 1; d_after[u] := bal[d]; d_ver[u] := ver[d];
                end if;
                if not laz[c] then
                    bal[c] := bal[c] + amount; ver[c] := ver[c] + 1; c_after[u] := bal[c]; c_ver[u] := ver[c];
                end if;
                u := u + 1;
            end loop;
            if why is not null then  -- take back what this journal's earlier transfers did
                while u > t0 loop
                    u := u - 1;
                    d := dpos[u]; c := cpos[u];
                    if not laz[d] then
                        bal[d] := bal[d] + p_pence[u]; ver[d] := ver[d] - 1;
                    end if;
                    if not laz[c] then
                        bal[c] := bal[c] - p_pence[u]; ver[c] := ver[c] - 1;
                    end if;
                end loop;
            end if;
        end if;
        if why is not null then
            outcomes[i] := why; culprits[i] := culprit; found_left[i] := left_over; fallen := true;
            why := null; culprit := null; left_over := null;
            continue;
        end if;
        wanted := wanted + 1;
        outcomes[i] := 'posted';
        journals[i] := nextval('public.ledger_journal_id_seq');
        posted_as[first_item[i]] := i;
        for u in t0 + 1..t1 loop
            t_line[u] := u - t0 + 1;
        end loop;
        if has_lazy then
            for u in t0..t1 loop
                if laz[dpos[u]] then
                    d_ver[u] := 4611686018427387904 + journals[i] * 2048 + t_line[u];
                end if;
                if laz[cpos[u]] then
                    c_ver[u] := 4611686018427387904 + journals[i] * 2048 + t_line[u];
                end if;
            end loop;
        end if;
    end loop;
    if t <= m then
        raise exception 'transfers are not in order of their journals' using errcode = '22023';
    end if;

    if p_linked and fallen then
        for i in 1..n loop
            if outcomes[i] = 'posted' or (outcomes[i] = 'replayed' and old_id[i] is null) then
                outcomes[i] := 'linked'; journals[i] := null;
            end if;
        end loop;
    elsif wanted > 0 then
        begin
            insert into public.ledger_journal
                (id, key, request_hash, kind, council, actor, reason, about, effective_at, recorded_at, reverses, group_key)
            select journals[g], p_keys[g], hashes[g], p_kinds[g], p_councils[g], p_actors[g], p_reasons[g], p_abouts[g], p_effective_at[g], now_at,
                   p_reverses[g], p_groups[g]
            from generate_series(1, n) g where outcomes[g] = 'posted';
        exception when unique_violation then
            -- another transaction took one of our keys for other accounts: ask again and see what it did. One block for a set is less work than
            -- "on conflict" for each journal.
            raise exception 'a key was taken meanwhile' using errcode = '40001';
        end;
        insert into public.ledger_transfer (journal_id, line, debit_id, credit_id, pence, debit_after, debit_version, credit_after, credit_version)
        select journals[p_item[g]], t_line[g], p_debits[g], p_credits[g], p_pence[g], d_after[g], d_ver[g], c_after[g], c_ver[g]
        from generate_series(1, m) g where outcomes[p_item[g]] = 'posted';
        -- by where the rows lie: they are locked, so nobody moves them; width_bucket says where an account's new values stand
        touched := array(select places[g] from generate_series(1, cardinality(ids)) g where ver[g] <> was[g]);
        update public.ledger_account a
        set balance = bal[width_bucket(a.id, ids)], version = ver[width_bucket(a.id, ids)], last_at = now_at
        where a.ctid = any (touched);
    end if;
    return query select g, outcomes[g], journals[g], culprits[g], found_left[g] from generate_series(1, n) g;
end
$$;
