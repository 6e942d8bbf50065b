"""A row that says money moved names a journal that is in the book by the time of the commit.

By hand, because rows name their journal by its key before it is posted (deferrable), and because `pooling` may not import the ledger's models.
"""

from django.db import migrations

COLUMNS = [("hold", "place_journal"), ("holdmove", "journal_key"), ("withdrawal", "journal_key"), ("withdrawal", "kept_journal")]

ADD = "alter table pooling_{0} add constraint {0}_{1}_is_in_the_book foreign key ({1}) references ledger_journal (key) deferrable initially deferred"
DROP = "alter table pooling_{0} drop constraint {0}_{1}_is_in_the_book"


class Migration(migrations.Migration):
    dependencies = [("pooling", "0001_initial"), ("ledger", "0002_functions")]
    operations = [migrations.RunSQL(ADD.format(*column), DROP.format(*column)) for column in COLUMNS]
