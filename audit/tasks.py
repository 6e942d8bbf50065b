"""Celery's way in."""

from celery import shared_task

from audit import clock
from audit.services import deliveries


@shared_task(name="audit.deliver", ignore_result=True)
def deliver() -> int:
    """Delivers until nothing is due, within reason: a consumer may record facts of its own."""
    moved = 0
    for _ in range(20):
        now_moved = deliveries.deliver_due(at=clock.now())
        moved += now_moved
        if not now_moved:
            break
    return moved
