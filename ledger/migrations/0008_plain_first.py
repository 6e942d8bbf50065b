"""A journal that nothing is in the way of is posted in fewer steps, alone or in a set, and one alone is answered by a word instead of a row: the
functions, read from ledger/sql/v5."""

from django.conf import settings
from django.db import migrations

from ledger import sql

# A function that answers something else can't be replaced in its place; whom it is for is as before.
BEFORE = "drop function ledger_post(uuid, text, text, bigint, bigint, bigint, timestamptz, text, text, text, uuid, uuid)"
NEW = ("ledger_plain_hash", "plain_private", "ledger_post_many", "ledger_post", "roomy_accounts")


def load(apps, schema_editor):
    for statement in [BEFORE, *(sql.read(5, name) for name in NEW), sql.read(4, "post_private")]:
        schema_editor.execute(statement, params=None)
    web = settings.DATABASES["default"].get("USER") or ""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = cursor.fetchone()[0]
    # Where only one login is to be had there is nobody to take rights from.
    if web and web != owner:
        schema_editor.execute(sql.read(4, "post_grants").replace("{web}", schema_editor.quote_name(web)), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_one_pair")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
