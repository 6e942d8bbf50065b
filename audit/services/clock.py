"""Moving the demo's clock. `audit/clock.py` reads it."""

from django.db import transaction
from django.db.models import F

from audit.models import ClockOffset


def move(*, seconds: int) -> None:
    """Moves the clock for everybody. The row is absent in production and nothing there calls this."""
    with transaction.atomic():
        row, _ = ClockOffset.objects.select_for_update().get_or_create(pk=1)
        ClockOffset.objects.filter(pk=row.pk).update(seconds=F("seconds") + seconds)
