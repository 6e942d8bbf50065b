-- Closes and seals the next range of journals: at most 1,000 of them, once p_least are waiting or the first has waited p_age. Answers
-- the seal's number, or null where nothing is to be sealed yet. Each seal holds the one before, so they make one chain.
--
-- Numbers are drawn before they are committed, so a journal with a lower number may still come. A range is closed in two steps:
--   1. read the last number drawn, then take a transaction number of our own. Whoever had drawn a number up to that one by then has an
--      older transaction number than ours, because every post locks its accounts first, and a lock takes a transaction number;
--   2. wait until no transaction older than ours runs. A new snapshot then sees every journal up to that number that will ever be.
-- So it must be first in a transaction of its own, and each statement must see what is new. Whoever waits is the sealer, never a post.
-- Two sealers at once: the second finds the number taken and leaves it. Killed: nothing of it stays.
create or replace function ledger_seal(p_least integer, p_age interval, p_patience interval) returns bigint
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_most constant integer := 1000;
    v_number bigint := 0; v_first bigint := 1; v_last bigint; v_previous bytea := decode(repeat('00', 32), 'hex');
    v_waiting bigint; v_oldest timestamptz; v_mine xid8; v_until timestamptz := clock_timestamp() + p_patience;
    v_leaves bytea; v_content bytea; v_journals integer; v_transfers integer; v_at timestamptz; v_made bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' or pg_current_xact_id_if_assigned() is not null then
        raise exception 'sealing must come first in a transaction of its own, read committed' using errcode = '25001';
    end if;
    select s.number, s.last_journal + 1, s.hash into v_number, v_first, v_previous
    from public.ledger_seal s order by s.number desc limit 1;
    if not found then
        v_number := 0; v_first := 1; v_previous := decode(repeat('00', 32), 'hex');
    end if;
    select count(*), min(w.recorded_at) into v_waiting, v_oldest
    from (select j.recorded_at from public.ledger_journal j where j.id >= v_first order by j.id limit v_most) w;
    if v_waiting = 0 or (v_waiting < p_least and v_oldest > clock_timestamp() - p_age) then
        return null;
    end if;

    select q.last_value into v_last from public.ledger_journal_id_seq q where q.is_called;
    v_mine := pg_current_xact_id();
    while pg_snapshot_xmin(pg_current_snapshot()) < v_mine loop
        if clock_timestamp() >= v_until then
            return null;
        end if;
        perform pg_sleep(0.01);
    end loop;

    select max(w.id), count(*) into v_last, v_journals
    from (select j.id from public.ledger_journal j where j.id between v_first and v_last order by j.id limit v_most) w;
    if v_journals = 0 then
        return null;
    end if;
    select count(*) into v_transfers from public.ledger_transfer t where t.journal_id between v_first and v_last;
    v_leaves := public.ledger_seal_leaves(v_first, v_last);
    v_content := sha256(v_leaves);
    v_at := clock_timestamp();
    insert into public.ledger_seal (number, first_journal, last_journal, journals, transfers, leaves, content, previous, hash, sealed_at)
    values (v_number + 1, v_first, v_last, v_journals, v_transfers, v_leaves, v_content, v_previous,
            sha256(convert_to(json_build_array(v_number + 1, v_first, v_last, v_journals, v_transfers,
                (extract(epoch from v_at) * 1000000)::bigint, encode(v_previous, 'hex'), encode(v_content, 'hex'))::text, 'UTF8')), v_at)
    on conflict do nothing returning number into v_made;
    return v_made;
end
$$;
