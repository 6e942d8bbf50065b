"""A set in one council is compared with it at once: the function, read from ledger/sql/v6."""

from django.db import migrations

from ledger import sql


def load(apps, schema_editor):
    schema_editor.execute(sql.read(6, "ledger_post_many"), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_plain_first")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
