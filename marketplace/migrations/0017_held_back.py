from django.db import migrations, models

# What two people hold back already: until now it was written down as if the payer had said so.
HELD = """
update marketplace_milestoneshare share set held_back_at = share.questioned_at, questioned_by_person = false
from people_approval approval
where share.state = 'questioned' and approval.what = 'marketplace.hold_back' and approval.about_kind = 'milestone_share'
  and approval.about_id = share.id::text and approval.used_at is not null
"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0016_moves_by_all"), ("people", "0002_concerns_dealt_with")]

    operations = [
        migrations.AddField("milestoneshare", "held_back_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(HELD, migrations.RunSQL.noop),
    ]
