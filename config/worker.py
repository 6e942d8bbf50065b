"""Beat inside the worker: a thread, of which one in the whole platform leads, by a lock in the database.

When the leading worker ends, however it ends, the database lets the lock go and another worker's thread takes over within seconds.
The lock needs a session of its own: with a pooler between, point the worker at the database itself.
"""

import threading
from typing import Any

import structlog
from celery import Celery, beat, bootsteps
from django.db import DatabaseError, InterfaceError, connections
from django_celery_beat.schedulers import DatabaseScheduler

log = structlog.get_logger()

LEADER_LOCK = 20_260_301  # any number that no other advisory lock of ours uses
SECONDS_BETWEEN_TRIES = 1


class Leadership:
    """Holds, or keeps trying to get, the leader's lock on a connection of its own."""

    def __init__(self) -> None:
        self._connection = connections.create_connection("default")
        self._leads = False

    def is_held(self) -> bool:
        """Whether this process leads now. A lost connection is a lost lock."""
        question = "select true" if self._leads else "select pg_try_advisory_lock(%s)"
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(question, [] if self._leads else [LEADER_LOCK])
                was, self._leads = self._leads, bool(cursor.fetchone()[0])
        except (DatabaseError, InterfaceError):
            self._connection.close()
            self._leads = False
            return False
        if self._leads and not was:
            log.info("beat_leads")
        return self._leads

    def give_up(self) -> None:
        """Lets another worker lead."""
        self._connection.close()
        self._leads = False


class LeaderScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Sends only while this process leads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._leadership = Leadership()
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        from config.services import timetable

        timetable.forget_what_left()
        super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self._leadership.is_held():
            return SECONDS_BETWEEN_TRIES
        return min(super().tick(*args, **kwargs) or 0.0, SECONDS_BETWEEN_TRIES)

    def close(self) -> None:
        super().close()
        self._leadership.give_up()


class BeatThread(threading.Thread):
    """Runs beat, and runs it again when the database went away."""

    def __init__(self, app: Celery) -> None:
        super().__init__(name="beat", daemon=True)
        self._app = app
        self._stopping = threading.Event()
        self._service: beat.Service | None = None

    def run(self) -> None:
        while not self._stopping.is_set():
            self._service = beat.Service(self._app, max_interval=SECONDS_BETWEEN_TRIES, scheduler_cls=LeaderScheduler)
            try:
                self._service.start()
            except Exception:
                log.exception("beat_failed")
                self._stopping.wait(2)

    def stop(self) -> None:
        self._stopping.set()
        if self._service is not None:
            self._service.stop()
        self.join(timeout=5)


class BeatStep(bootsteps.StartStopStep):
    """Starts the beat thread with the worker and stops it with the worker."""

    label = "Beat thread"
    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._thread: BeatThread | None = None

    def start(self, parent: Any) -> None:
        from config.checks import stop_unless_sound

        stop_unless_sound()
        self._thread = BeatThread(parent.app)
        self._thread.start()

    def stop(self, parent: Any) -> None:
        if self._thread is not None:
            self._thread.stop()
