from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_had_back")]

    operations = [
        migrations.AddField(model_name="stripeline", name="touched", field=models.CharField(blank=True, max_length=60)),
    ]
