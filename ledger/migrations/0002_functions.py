"""The ledger's functions, triggers and rights, read from ledger/sql/v1."""

from django.conf import settings
from django.db import migrations

from ledger import sql

FUNCTIONS = [
    "ledger_terms",
    "ledger_account_number",
    "ledger_open",
    "ledger_request_hash",
    "ledger_append_only",
    "ledger_post_many",
    "ledger_post",
]


def load(apps, schema_editor):
    for name in [*FUNCTIONS, "tables", "private"]:
        schema_editor.execute(sql.read(1, name), params=None)
    web = settings.DATABASES["default"].get("USER") or ""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = cursor.fetchone()[0]
    # Where only one login is to be had there is nobody to take rights from.
    if web and web != owner:
        schema_editor.execute(sql.read(1, "grants").replace("{web}", schema_editor.quote_name(web)), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
