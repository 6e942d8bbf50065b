from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0017_held_back")]

    operations = [migrations.AddField("milestoneshare", "pay_decided_at", models.DateTimeField(blank=True, null=True))]
