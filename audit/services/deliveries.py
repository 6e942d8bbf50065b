"""Bringing facts to their consumers: in order per subject, each exactly once, a failing one in nobody else's way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import cast

import structlog
from django.db import transaction

from audit.models import Delivery, Fact
from audit.rules import MAX_TRIES, wait_before_try
from audit.services import trail

log = structlog.get_logger()

Consumer = Callable[..., None]
BATCH = 100


def deliver_due(*, at: datetime) -> int:
    """Delivers what is due, each in its own transaction. Returns how many deliveries were made.

    One call looks at each delivery at most once: what became due meanwhile (the next about a subject) waits for the next call.
    """
    due = list(Delivery.objects.due(at).order_by("fact_id", "id").values_list("pk", flat=True)[:BATCH])
    return sum(_deliver(pk, at) for pk in due)


def retry(*, delivery: Delivery, by: object, at: datetime) -> None:
    """An operator lets a parked delivery try again, once what stood in its way is put right."""
    with transaction.atomic():
        row = Delivery.objects.locked().get(pk=delivery.pk)
        if row.state != Delivery.State.PARKED:
            return
        row.state, row.tries, row.next_try_at = Delivery.State.WAITING, 0, None
        row.save(update_fields=["state", "tries", "next_try_at"])
        trail.write(by=by, verb="audit.retry_delivery", about_kind="delivery", about_id=row.pk, at=at, council_code=row.fact.council_code)


def _deliver(pk: int, at: datetime) -> bool:
    """True when the consumer's work and the mark `done` were committed by us."""
    try:
        with transaction.atomic():
            # Looked up again under the lock: another worker may have been quicker, or have it in hand.
            delivery = Delivery.objects.due(at).filter(pk=pk).select_for_update(of=("self",), skip_locked=True).first()
            if delivery is None:
                return False
            _consumer(delivery.consumer)(fact=delivery.fact, at=at)
            delivery.state, delivery.done_at, delivery.last_error = Delivery.State.DONE, at, ""
            delivery.save(update_fields=["state", "done_at", "last_error"])
    except Exception as error:
        # Whatever a consumer raises: the others must go on, and this one be seen.
        _note_failure(pk, error, at)
        return False
    return True


def _note_failure(pk: int, error: Exception, at: datetime) -> None:
    with transaction.atomic():
        delivery = Delivery.objects.locked().get(pk=pk)
        if delivery.state != Delivery.State.WAITING:
            return
        delivery.tries += 1
        delivery.last_error = _describe(error)
        delivery.next_try_at = at + wait_before_try(delivery.tries)
        if delivery.tries >= MAX_TRIES:
            delivery.state = Delivery.State.PARKED
        delivery.save(update_fields=["tries", "last_error", "next_try_at", "state"])
    log.warning("delivery_failed", delivery=pk, consumer=delivery.consumer, tries=delivery.tries, state=delivery.state, error=delivery.last_error)


def _describe(error: Exception) -> str:
    """Which error, raised where. Not its words: they may hold somebody's name."""
    frames = extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return f"{type(error).__module__}.{type(error).__qualname__}{where}"


def _consumer(dotted: str) -> Consumer:
    module, _, name = dotted.rpartition(".")
    return cast(Consumer, getattr(import_module(module), name))


def lag(*, at: datetime) -> timedelta:
    """How long the oldest undelivered fact has waited; zero when all is delivered. Parked ones count: they wait too."""
    oldest = Fact.objects.filter(deliveries__state__in=[Delivery.State.WAITING, Delivery.State.PARKED]).order_by("id").first()
    return max(at - oldest.effective_at, timedelta(0)) if oldest else timedelta(0)


def parked() -> list[Delivery]:
    """What an operator must look at, oldest first."""
    return list(Delivery.objects.filter(state=Delivery.State.PARKED).select_related("fact").order_by("id"))
