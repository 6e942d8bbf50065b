"""`/healthz`: the process is up. `/readyz`: the database answers, the worker works, facts are delivered, the books were proved right.

A part says only whether it is fine and a sentence; no figures of money and no names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.models import Delivery
from config.models import Pulse

WORKER_SILENT_AFTER = timedelta(seconds=30)
BOOKS_STALE_AFTER = timedelta(hours=1)
DELIVERY_LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Part:
    """How one part is."""

    is_fine: bool
    says: str


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part is fine, else 503; JSON `{"ok", "parts": {name: {"ok", "says"}}}` either way."""
    parts = {name: _ask(question) for name, question in PARTS.items()}
    ok = all(part.is_fine for part in parts.values())
    body = {"ok": ok, "parts": {name: {"ok": part.is_fine, "says": part.says} for name, part in parts.items()}}
    return JsonResponse(body, status=200 if ok else 503)


def _ask(question: Callable[[], Part]) -> Part:
    try:
        return question()
    except DatabaseError:
        return Part(False, "The database did not answer.")


def database() -> Part:
    """The database answers as the web login."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return Part(True, "The database answers.")


def worker() -> Part:
    """The worker did its small regular task lately."""
    age = _age_of(Pulse.Name.WORKER)
    if age is None:
        return Part(False, "The worker has not done anything yet.")
    if age > WORKER_SILENT_AFTER:
        return Part(False, f"The worker has been silent for {int(age.total_seconds())} seconds.")
    return Part(True, "The worker works.")


def outbox() -> Part:
    """No fact that was never tried waits long. Those a consumer refused are shown to operators and do not close the door to everybody."""
    late = Delivery.objects.filter(state=Delivery.State.WAITING, tries=0, fact__recorded_at__lt=Now() - DELIVERY_LATE_AFTER)
    if count := late[:100].count():
        return Part(False, f"{count} facts wait to be delivered for more than {int(DELIVERY_LATE_AFTER.total_seconds() // 60)} minutes.")
    return Part(True, "Facts are delivered.")


def books() -> Part:
    """The last quick proof of the books found nothing wrong, and is not old."""
    pulse = Pulse.objects.filter(name=Pulse.Name.BOOKS).first()
    if pulse is None:
        return Part(False, "The books have not been proved yet.")
    if not pulse.is_fine:
        return Part(False, "The books differ: run manage.py check_books.")
    age = _age_of(Pulse.Name.BOOKS)
    if age is None or age > BOOKS_STALE_AFTER:
        return Part(False, "The books were last proved more than an hour ago.")
    return Part(True, "The books balance.")


def _age_of(name: Pulse.Name) -> timedelta | None:
    since = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    age: timedelta | None = Pulse.objects.filter(name=name).values_list(since, flat=True).first()
    return age


PARTS: dict[str, Callable[[], Part]] = {"database": database, "worker": worker, "outbox": outbox, "books": books}
