"""The Celery application. Rooms define their own `tasks.py`; the timetable is in `config/timetable.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("clubtogether")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
