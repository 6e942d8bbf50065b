"""The one clock as the database reads it: for who may see a row, where nobody passes `at=`."""

from django.db.models import DateTimeField, Func


class Moment(Func):
    """The moment it is for people (`audit.clock.now`), inside a question. One look at one row, however many rows are asked about."""

    template = "(statement_timestamp() + coalesce((select min(seconds) from audit_clockoffset), 0) * interval '1 second')"
    output_field = DateTimeField()
