"""A column that names a journal names one that is in the book by the time of the commit.

By hand, because the rows name a journal by its key before it is posted (deferrable), and because `payments` may not import the ledger's models.
"""

from django.db import migrations

COLUMNS = [
    ("payment", "clearing_journal"),
    ("payment", "failed_journal"),
    ("payment", "available_journal"),
    ("remittance", "planned_journal"),
    ("remittance", "paid_journal"),
    ("refund", "sent_journal"),
    ("refund", "done_journal"),
    ("refund", "failed_journal"),
    ("stripeline", "journal_key"),
]

ADD = "alter table payments_{0} add constraint {0}_{1}_is_in_the_book foreign key ({1}) references ledger_journal (key) deferrable initially deferred"
DROP = "alter table payments_{0} drop constraint {0}_{1}_is_in_the_book"


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("ledger", "0002_functions")]
    operations = [migrations.RunSQL(ADD.format(*column), DROP.format(*column)) for column in COLUMNS]
