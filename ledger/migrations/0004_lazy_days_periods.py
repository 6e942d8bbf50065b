"""Lazy accounts, balances of earlier moments, closed periods: their tables and functions, read from ledger/sql/v2."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ledger import sql

FUNCTIONS = [
    "ledger_closed_day_stays",
    "ledger_lazy_has_no_floor",
    "ledger_open",
    "ledger_reversible",
    "ledger_post_many",
    "ledger_post",
    "ledger_roll_up",
    "ledger_set_mode",
    "ledger_balance_at",
    "ledger_balance_on",
    "ledger_keep_days",
    "ledger_close_period",
]


def load(apps, schema_editor):
    for name in [*FUNCTIONS, "later_tables", "later_private"]:
        schema_editor.execute(sql.read(2, name), params=None)
    web = settings.DATABASES["default"].get("USER") or ""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = cursor.fetchone()[0]
    # Where only one login is to be had there is nobody to take rights from.
    if web and web != owner:
        schema_editor.execute(sql.read(2, "later_grants").replace("{web}", schema_editor.quote_name(web)), params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("pk", models.CompositePrimaryKey("account_id", "position", blank=True, editable=False, primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to="ledger.account"),
                ),
                ("position", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
                ("balance", models.BigIntegerField()),
                ("net", models.BigIntegerField()),
                ("lines", models.BigIntegerField()),
                ("at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Day",
            fields=[
                ("pk", models.CompositePrimaryKey("account_id", "day", blank=True, editable=False, primary_key=True, serialize=False)),
                (
                    "account",
                    models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to="ledger.account"),
                ),
                ("day", models.DateField()),
                ("net", models.BigIntegerField()),
                ("lines", models.BigIntegerField()),
            ],
            options={
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="DayMark",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, serialize=False, to="ledger.account"
                    ),
                ),
                ("version", models.BigIntegerField()),
                ("position", models.BigIntegerField()),
                ("counted", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_day_mark",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                ("pk", models.CompositePrimaryKey("council", "through", blank=True, editable=False, primary_key=True, serialize=False)),
                ("council", models.TextField()),
                ("through", models.DateField()),
                ("actor", models.TextField()),
                ("closed_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("council", models.TextField()),
                ("owner", models.TextField(blank=True)),
                ("unit", models.TextField()),
                ("floor", models.BigIntegerField(null=True)),
                ("mode", models.SmallIntegerField()),
                ("balance", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
                "managed": False,
            },
        ),
        migrations.AddField(
            model_name="account",
            name="closed_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="last_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="rolled_to",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="credit_after",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="debit_after",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="journal",
            index=models.Index(condition=models.Q(("reverses__isnull", False)), fields=["reverses"], name="ledger_journal_reverses"),
        ),
        migrations.RemoveConstraint(model_name="account", name="ledger_account_is_within_limits"),
        migrations.RemoveConstraint(model_name="transfer", name="ledger_transfer_amount_is_sane"),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
