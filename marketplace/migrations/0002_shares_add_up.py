"""At every commit the shares of a week add up to its amount, and a share that names a journal names one that is in the book.

By hand: Django has no constraint over several rows, and this room may not import the ledger's models.
"""

from django.db import migrations

FUNCTION = """
create function marketplace_shares_add_up() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
    week bigint;
    amount bigint;
    shares bigint;
begin
    if tg_table_name = 'marketplace_milestone' then
        week := new.id;
    elsif tg_op = 'DELETE' then
        week := old.milestone_id;
    else
        week := new.milestone_id;
    end if;
    select pence into amount from public.marketplace_milestone where id = week;
    select coalesce(sum(pence), 0) into shares from public.marketplace_milestoneshare where milestone_id = week;
    if amount is not null and amount <> shares then
        raise exception 'the shares of milestone % are %p, not %p', week, shares, amount using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger milestone_is_its_shares after insert or update of pence on marketplace_milestone
    deferrable initially deferred for each row execute function marketplace_shares_add_up();
create constraint trigger milestoneshare_adds_up after insert or delete or update of pence, milestone_id on marketplace_milestoneshare
    deferrable initially deferred for each row execute function marketplace_shares_add_up();
"""
UNDO = """
drop trigger milestone_is_its_shares on marketplace_milestone;
drop trigger milestoneshare_adds_up on marketplace_milestoneshare;
drop function marketplace_shares_add_up();
"""
ADD = (
    "alter table marketplace_milestoneshare add constraint milestoneshare_{0}_is_in_the_book "
    "foreign key ({0}) references ledger_journal (key) deferrable initially deferred"
)
DROP = "alter table marketplace_milestoneshare drop constraint milestoneshare_{0}_is_in_the_book"
COLUMNS = ["release_journal", "return_journal"]


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0001_initial"), ("ledger", "0002_functions")]
    operations = [migrations.RunSQL(FUNCTION, UNDO), *(migrations.RunSQL(ADD.format(name), DROP.format(name)) for name in COLUMNS)]
