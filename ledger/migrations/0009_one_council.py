"""A set in one council is compared with it at once, and fewer accounts share a page: read from ledger/sql/v6."""

from django.db import migrations

from ledger import sql

NEW = ("ledger_post_many", "roomy_accounts")


def load(apps, schema_editor):
    for name in NEW:
        schema_editor.execute(sql.read(6, name), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_plain_first")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
