from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0004_what_search_reads")]

    operations = [
        # They are counted anew by the timer, with their stems.
        migrations.RunSQL("delete from providers_searchword", migrations.RunSQL.noop),
        migrations.AddField("searchword", "stem", models.CharField(default="", max_length=24), preserve_default=False),
        migrations.AddIndex("searchword", models.Index(fields=["stem"], include=["times"], name="searchword_stem")),
    ]
