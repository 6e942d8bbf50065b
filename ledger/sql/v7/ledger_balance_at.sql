-- What an account held at a moment, as recorded by then: credits less debits. Final once the transactions of that moment have ended.
-- version: its last counted line by then. place, next_place: between which positions a line of that moment lies if it is a lazy one.
--
-- Along an account's versions the recorded times only rise (ledger_post sees to it), so the version of a moment is looked for between two
-- whose times are known, through the two unique indexes that are there anyway: twice where it would lie if lines came evenly, as most come
-- week by week, then once in the middle, so that none takes more than three times as long as by halving.
-- Checkpoints cut an account's life into pieces that were locked or lazy all along; in a lazy piece there are no versions, and the
-- lines since its checkpoint are added up.
create or replace function ledger_balance_at(
    p_account bigint, p_at timestamptz, out balance bigint, out version bigint, out place bigint, out next_place bigint
)
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
    held record; before record; after record; lo bigint; hi bigint; middle bigint; early timestamptz; late timestamptz; spot timestamptz;
    turn integer := 0;
begin
    select a.balance, a.version, a.mode, a.opened_at, a.last_at into held from public.ledger_account a where a.id = p_account;
    if not found then
        balance := 0; version := 0; place := 4611686018427387904;
        return;
    end if;
    if held.mode = 0 and held.last_at <= p_at then  -- the commonest question: since its last line
        balance := held.balance; version := held.version;
        place := coalesce((select max(c.position) from public.ledger_checkpoint c where c.account_id = p_account), 4611686018427387904);
        return;
    end if;
    select c.balance, c.version, c.position, c.at into before from public.ledger_checkpoint c
    where c.account_id = p_account and c.at <= p_at order by c.position desc limit 1;
    select c.version, c.position, c.at into after from public.ledger_checkpoint c
    where c.account_id = p_account and c.at > p_at order by c.position limit 1;
    balance := coalesce(before.balance, 0); version := coalesce(before.version, 0);
    place := coalesce(before.position, 4611686018427387904); next_place := after.position;
    if (next_place is null and held.mode = 1) or exists (
            select 1 from public.ledger_checkpoint c where c.account_id = p_account
            and c.position > place and c.position <= coalesce(next_place, 9223372036854775807) and c.lines > 0) then
        select balance + coalesce(sum(l.signed), 0) into balance from (
            select -t.pence as signed, t.journal_id from public.ledger_transfer t
            where t.debit_id = p_account and t.debit_version > place and t.debit_version <= coalesce(next_place, 9223372036854775807)
            union all
            select t.pence, t.journal_id from public.ledger_transfer t
            where t.credit_id = p_account and t.credit_version > place and t.credit_version <= coalesce(next_place, 9223372036854775807)
        ) l where (select j.recorded_at from public.ledger_journal j where j.id = l.journal_id) <= p_at;
        return;
    end if;
    lo := version; hi := coalesce(after.version, held.version);
    early := coalesce(before.at, held.opened_at); late := coalesce(after.at, held.last_at);
    while lo < hi loop
        turn := turn + 1;
        if turn % 3 = 0 or p_at < early or late <= p_at then
            middle := (lo + hi + 1) / 2;
        else
            middle := greatest(lo + 1, lo + ((hi - lo) * (date_part('epoch', p_at - early) / date_part('epoch', late - early)))::bigint);
        end if;
        select j.recorded_at into spot from public.ledger_journal j where j.id = coalesce(
            (select t.journal_id from public.ledger_transfer t where t.debit_id = p_account and t.debit_version = middle),
            (select t.journal_id from public.ledger_transfer t where t.credit_id = p_account and t.credit_version = middle));
        if spot <= p_at then
            lo := middle; early := spot;
        else
            hi := middle - 1; late := spot;
        end if;
    end loop;
    if lo > version then
        version := lo;
        balance := coalesce((select t.debit_after from public.ledger_transfer t where t.debit_id = p_account and t.debit_version = lo),
                            (select t.credit_after from public.ledger_transfer t where t.credit_id = p_account and t.credit_version = lo));
    end if;
end
$$;
