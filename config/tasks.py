"""Celery's way in to the composition root's own work."""

from celery import shared_task

from audit import clock
from config import timers
from config.models import Pulse
from config.services import books, pulses


@shared_task(name="config.beat", ignore_result=True)
def beat() -> None:
    """Shows that beat sends, the broker carries and the worker works."""
    pulses.note(name=Pulse.Name.WORKER)


@shared_task(name="config.prove_books", ignore_result=True)
def prove_books() -> None:
    """Proves the book against itself and notes the result for `/readyz`."""
    books.prove_and_note()


@shared_task(name="config.run_timers", ignore_result=True)
def run_timers() -> int:
    """Every room's timers, round after round until nothing is due; nothing when another worker is at it."""
    return timers.run_all(at=clock.now(), wait=False)
