"""Which copy of the book this is: one put back in time meets a Stripe that was not, so each is compared with Stripe before anything goes out."""

from django.db import connection

from payments.models import ReconcileCursor


def copy_of_book() -> str:
    """Which start of the database server, and which copy of the tables, this is. A restore changes at least one of them."""
    with connection.cursor() as cursor:
        cursor.execute("select extract(epoch from pg_postmaster_start_time())::text || ' ' || %s::regclass::oid", ["payments_reconcilecursor"])
        return str(cursor.fetchone()[0])


def is_compared() -> bool:
    """Whether this copy was compared with Stripe since its database was started."""
    return ReconcileCursor.objects.filter(read_of=copy_of_book()).exists()


def may_be_put_back() -> bool:
    """Whether another copy than this one was compared with Stripe last. A book that never was compared at all is new."""
    return ReconcileCursor.objects.exclude(read_of__in=("", copy_of_book())).exists()
