"""Sealed ranges of journals: their table, the function that seals and its rights, read from ledger/sql/v3."""

from django.conf import settings
from django.db import migrations, models

from ledger import sql


def load(apps, schema_editor):
    for name in ["ledger_seal_leaves", "ledger_seal", "seals"]:
        schema_editor.execute(sql.read(3, name), params=None)
    web = settings.DATABASES["default"].get("USER") or ""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = cursor.fetchone()[0]
    # Where only one login is to be had there is nobody to take rights from.
    if web and web != owner:
        schema_editor.execute(sql.read(3, "seals_grants").replace("{web}", schema_editor.quote_name(web)), params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_functions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first_journal", models.BigIntegerField()),
                ("last_journal", models.BigIntegerField()),
                ("journals", models.IntegerField()),
                ("transfers", models.IntegerField()),
                ("leaves", models.BinaryField()),
                ("content", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("previous",), name="ledger_seal_has_one_follower"),
                    models.UniqueConstraint(fields=("last_journal",), name="ledger_seal_has_its_own_end"),
                    models.CheckConstraint(
                        condition=models.Q(("last_journal__gte", models.F("first_journal"))), name="ledger_seal_range_is_in_order"
                    ),
                ],
            },
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
