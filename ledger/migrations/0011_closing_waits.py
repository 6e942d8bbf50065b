"""Closing a council's days waits for who keeps days and lets its locks go before it is in anybody's way: the functions, read from ledger/sql/v8."""

from django.db import migrations

from ledger import sql


def load(apps, schema_editor):
    for name in ("ledger_close_period", "ledger_set_mode"):
        schema_editor.execute(sql.read(8, name), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_earlier_balance")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
