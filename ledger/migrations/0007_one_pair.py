"""A journal of one transfer is asked for by its numbers, not by arrays of one: the function, read from ledger/sql/v4."""

from django.conf import settings
from django.db import migrations

from ledger import sql

BEFORE = "drop function ledger_post(uuid, text, text, bigint[], bigint[], bigint[], timestamptz, text, text, text, uuid, uuid)"


def load(apps, schema_editor):
    for statement in [BEFORE, sql.read(4, "ledger_post"), sql.read(4, "post_private")]:
        schema_editor.execute(statement, params=None)
    web = settings.DATABASES["default"].get("USER") or ""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = cursor.fetchone()[0]
    # Where only one login is to be had there is nobody to take rights from.
    if web and web != owner:
        schema_editor.execute(sql.read(4, "post_grants").replace("{web}", schema_editor.quote_name(web)), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_cheaper_sets")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
