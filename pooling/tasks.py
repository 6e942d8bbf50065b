"""This room's timers as Celery tasks: read the clock once, call one service."""

from celery import shared_task

from audit import clock
from pooling.services import calls, memberships


@shared_task(name="pooling.calls_advance_due", ignore_result=True)
def calls_advance_due() -> None:
    """Calls missed, orders overdue, promises over."""
    calls.advance_due(at=clock.now())


@shared_task(name="pooling.memberships_advance_due", ignore_result=True)
def memberships_advance_due() -> None:
    """Invitations run out, first days over."""
    memberships.advance_due(at=clock.now())
