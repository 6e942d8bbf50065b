"""What browsers are remembered by. What somebody typed who never came back is in it too: first questions, a postcode, a name."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Now

LIMIT = 1000


def forget_over(*, at: datetime) -> int:
    """Forgets sessions whose time is over, by the database's clock: `at` may be the demo's, which is moved. Returns how many, at most a thousand."""
    with transaction.atomic():
        over = Session.objects.filter(expire_date__lt=Now()).order_by("expire_date").values_list("pk", flat=True)[:LIMIT]
        return Session.objects.filter(pk__in=list(over)).delete()[0]
