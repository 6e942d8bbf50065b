-- The shape the second version needs beyond what the models say.

-- The limits of an amount and of a balance are their types': PostgreSQL keeps a type's checks ready, and reads a table's anew for every
-- statement that writes (measured: a tenth of the work of a whole post).
create domain ledger_amount as bigint constraint ledger_amount_is_sane check (value >= 1 and value <= 1000000000000);
create domain ledger_balance as bigint
    constraint ledger_balance_is_within_limits check (value >= -1000000000000000000 and value <= 1000000000000000000);
alter table ledger_transfer alter column pence type ledger_amount;
alter table ledger_account alter column balance type ledger_balance;

-- Mode may change (by ledger_set_mode, the owner's), so it leaves the list of what never does; another trigger, of its own columns and so
-- free for posting, keeps it away from every account with a floor.
drop trigger ledger_account_name_stays on ledger_account;
create trigger ledger_account_name_stays before update of id, code, council, owner, unit, floor, opened_at on ledger_account
    for each statement execute function ledger_append_only();

create trigger ledger_account_may_be_lazy before insert or update of mode, rolled_to on ledger_account
    for each row execute function ledger_lazy_has_no_floor();

create trigger ledger_checkpoint_append_only before update or delete or truncate on ledger_checkpoint
    for each statement execute function ledger_append_only();
create trigger ledger_period_append_only before update or delete or truncate on ledger_period
    for each statement execute function ledger_append_only();
create trigger ledger_day_closed_stays before insert or update or delete on ledger_day
    for each row execute function ledger_closed_day_stays();

-- Every account as it stands: what a lazy account's lines have moved since they were last rolled up is added. One statement is one
-- moment, so nothing is counted twice or left out while a roll-up goes on.
create view ledger_standing as
select a.id, a.code, a.council, a.owner, a.unit, a.floor, a.mode,
       a.balance + case when a.mode = 1 then p.net else 0 end as balance,
       a.version + case when a.mode = 1 then p.lines else 0 end as version
from ledger_account a
left join lateral (
    select coalesce(sum(l.signed), 0)::bigint as net, count(*) as lines from (
        select -t.pence as signed from ledger_transfer t where t.debit_id = a.id and t.debit_version > a.rolled_to
        union all
        select t.pence from ledger_transfer t where t.credit_id = a.id and t.credit_version > a.rolled_to) l
) p on a.mode = 1;
