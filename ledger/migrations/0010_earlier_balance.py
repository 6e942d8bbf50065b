"""An earlier balance is looked for where it would lie if lines came evenly: the function, read from ledger/sql/v7."""

from django.db import migrations

from ledger import sql


def load(apps, schema_editor):
    schema_editor.execute(sql.read(7, "ledger_balance_at"), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_one_council")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
