"""Pages read the clock: these tests set it."""

import math
from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from audit.models import ClockOffset


@pytest.fixture
def set_clock(db: None) -> Callable[[datetime], None]:
    """Makes it this moment for people, by the row that moves the demo's clock."""

    def set_to(at: datetime) -> None:
        seconds = math.ceil((at - timezone.now()).total_seconds())  # never a moment before
        ClockOffset.objects.update_or_create(pk=1, defaults={"seconds": seconds})

    return set_to
