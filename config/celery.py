"""The Celery application. Rooms define their own `tasks.py`; the timetable is in `config/timetable.py`."""

import os

from celery import Celery, Task
from django.db import InterfaceError, OperationalError

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
broker.register()


class TaskTriedTwice(Task):  # type: ignore[type-arg]
    """Every task may be repeated, and is, once, when the database connection is lost."""

    autoretry_for = (OperationalError, InterfaceError)
    max_retries = 1
    default_retry_delay = 1


app = Celery("clubtogether", task_cls=TaskTriedTwice)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("config.worker:BeatStep")
