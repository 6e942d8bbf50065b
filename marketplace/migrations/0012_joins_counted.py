"""Who joined in a wish is counted from now on, unless they say no. Those from before were not asked, so they are not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0011_stopped_for")]

    operations = [
        migrations.AddField(model_name="needjoin", name="counted", field=models.BooleanField(default=False)),
        migrations.AlterField(model_name="needjoin", name="counted", field=models.BooleanField(default=True)),
    ]
