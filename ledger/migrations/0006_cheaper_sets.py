"""Sets of journals in a sixth less work: the functions, read from ledger/sql/v4."""

from django.db import migrations

from ledger import sql


def load(apps, schema_editor):
    for name in ["ledger_pair_hash", "pair_private", "ledger_post_many"]:
        schema_editor.execute(sql.read(4, name), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_short_floor")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
