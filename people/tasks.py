"""Celery's way in."""

from celery import shared_task

from audit import clock
from people.services import messages


@shared_task(name="people.send_due", ignore_result=True)
def send_due() -> int:
    """Gives queued e-mails to the mail server."""
    return messages.send_due(at=clock.now())
