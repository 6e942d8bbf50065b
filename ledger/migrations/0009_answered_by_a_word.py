"""A post is answered by a word instead of a row: the function, read from ledger/sql/v6."""

from django.conf import settings
from django.db import migrations

from ledger import sql

BEFORE = "drop function ledger_post(uuid, text, text, bigint, bigint, bigint, timestamptz, text, text, text, uuid, uuid)"


def load(apps, schema_editor):
    for statement in [BEFORE, sql.read(6, "ledger_post"), sql.read(6, "post_private")]:
        schema_editor.execute(statement, params=None)
    web = settings.DATABASES["default"].get("USER") or ""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = cursor.fetchone()[0]
    # Where only one login is to be had there is nobody to take rights from.
    if web and web != owner:
        schema_editor.execute(sql.read(6, "post_grants").replace("{web}", schema_editor.quote_name(web)), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_plain_first")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
