"""The timetable's rows in the database."""

from django_celery_beat.models import PeriodicTask

from config.timetable import beat_schedule


def forget_what_left() -> int:
    """Removes rows of ours that are no longer in the timetable, so that beat does not send a task nobody knows. Returns how many."""
    gone: int = PeriodicTask.objects.filter(name__startswith="timetable: ").exclude(name__in=beat_schedule()).delete()[0]
    return gone
