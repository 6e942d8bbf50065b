"""An organisation's sums for many are each council's own customer at Stripe. Who was one for all stays that of the council it was made in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_suspense_found_fast")]

    operations = [
        migrations.RunSQL(
            "update payments_payer set owner = owner || '/council:' || council_code where owner ~ '^organisation:[0-9]+$'",
            migrations.RunSQL.noop,
        )
    ]
