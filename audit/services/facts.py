"""Recording that something happened, for the rooms above to learn of."""

from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from audit.models import Delivery, Fact

log = structlog.get_logger()


def record(*, kind: str, subject: str, payload: dict[str, Any], at: datetime, council_code: str = "") -> Fact:
    """Writes the fact and one delivery per consumer that `settings.FACT_ROUTES` names for its kind, in the caller's transaction.

    Call it while holding the lock of the thing it is about: then facts about one subject are numbered in the order they happened.
    `payload` holds ids and pence, never names or words. A kind without a route is stored and delivered to nobody.
    After the commit the worker is woken; when it can't be reached the timer delivers.
    """
    fact = Fact.objects.create(kind=kind, subject=subject, payload=payload, council_code=council_code, effective_at=at)
    consumers = settings.FACT_ROUTES.get(kind, [])
    Delivery.objects.bulk_create(Delivery(fact=fact, consumer=name, room=name.partition(".")[0], subject=subject) for name in consumers)
    if consumers and not _will_wake():
        transaction.on_commit(_wake_the_worker)
    return fact


def is_recorded(*, kind: str, subject: str, payload: dict[str, Any], since: datetime | None = None) -> bool:
    """Whether this was told before, with at least this in its payload, `since` then. For what a timer says once: ask under the subject's lock."""
    rows = Fact.objects.filter(subject=subject, kind=kind, payload__contains=payload)
    return (rows if since is None else rows.filter(effective_at__gte=since)).exists()


def _will_wake() -> bool:
    """Once per transaction is enough, however many facts it records. (Django drops the entry when the savepoint it belongs to is rolled back.)"""
    return any(task is _wake_the_worker for _, task, *_ in transaction.get_connection().run_on_commit)


def _wake_the_worker() -> None:
    from audit.tasks import deliver  # the task calls deliveries, which call consumers, which record facts

    try:
        deliver.apply_async(retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("worker_not_woken", error=type(error).__name__)
