from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_touched")]

    operations = [
        migrations.AddIndex(
            model_name="stripeline",
            index=models.Index(fields=["council_code"], name="stripeline_suspense", condition=Q(state="suspense")),
        ),
    ]
