"""What Stripe keeps of a list is its own council's alone, so nobody has to remember how much of it was."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pooling", "0014_own_places")]

    operations = [migrations.RemoveField(model_name="weeklylist", name="part_pence")]
