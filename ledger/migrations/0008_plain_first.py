"""A journal that nothing is in the way of is posted in fewer steps, alone or in a set: the functions, read from ledger/sql/v5."""

from django.db import migrations

from ledger import sql


def load(apps, schema_editor):
    for name in ["ledger_plain_hash", "plain_private", "ledger_post_many", "ledger_post", "roomy_accounts"]:
        schema_editor.execute(sql.read(5, name), params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_one_pair")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
