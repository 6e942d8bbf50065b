"""The trail and the facts are only added to: triggers for everybody, and the web login does not hold the rights at all."""

from django.conf import settings
from django.db import migrations

TABLES = ("audit_entry", "audit_fact")

FUNCTION = """
create function audit_refuse_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end
$$;
"""
TRIGGERS = """
create trigger {table}_is_append_only before update or delete on {table} for each row execute function audit_refuse_change();
create trigger {table}_is_not_emptied before truncate on {table} for each statement execute function audit_refuse_change();
"""
UNDO = """
drop trigger {table}_is_append_only on {table};
drop trigger {table}_is_not_emptied on {table};
"""


def revoke(apps, schema_editor):
    web = settings.DATABASES["default"].get("USER")
    if web:
        schema_editor.execute(f"revoke update, delete, truncate on {', '.join(TABLES)} from {schema_editor.quote_name(web)}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            FUNCTION + "".join(TRIGGERS.format(table=table) for table in TABLES),
            "".join(UNDO.format(table=table) for table in TABLES) + "drop function audit_refuse_change();",
        ),
        migrations.RunPython(revoke, migrations.RunPython.noop),
    ]
