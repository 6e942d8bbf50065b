"""Answers of the API that are given again when the same request comes again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from config.models import KeptAnswer
from ledger.services.retry import retrying
from people.models import Person

KEPT_FOR = timedelta(days=7)
LIMIT = 1_000


class KeyIsUsed(Exception):
    """The key belongs to another request of the same person."""


class KeyIsInUse(Exception):
    """The same request is being worked on by somebody else this moment."""


def once(*, person: Person, key: str, digest: str, act: Callable[[], tuple[int, Any]], at: datetime) -> tuple[int, Any, bool]:
    """Runs `act` unless it was done before; gives (status, body, whether nothing is left to do). Act and answer are one transaction.

    `act` gives a status and a plain body; a refusal (400 and above) did nothing and is not kept: the same key may be tried again.
    Raises KeyIsUsed, KeyIsInUse, and what `act` raises.
    """
    row, _ = KeptAnswer.objects.get_or_create(person=person, key=key, defaults={"digest": digest, "asked_at": at})
    if row.digest != digest:
        raise KeyIsUsed

    def run() -> tuple[int, Any, bool]:
        mine = KeptAnswer.objects.select_for_update(skip_locked=True).filter(pk=row.pk).first()
        if mine is None:
            raise KeyIsInUse
        if mine.status is None:
            status, body = act()
            if status >= 400:
                return status, body, True
            mine.status, mine.body = status, body
            mine.save(update_fields=["status", "body"])
        return mine.status, mine.body, mine.is_final

    done: tuple[int, Any, bool] = retrying(run)
    return done


def finish(*, person: Person, key: str, status: int, body: Any) -> None:
    """What had to follow the commit is done: this is the answer from now on."""
    KeptAnswer.objects.filter(person=person, key=key).update(status=status, body=body, is_final=True)


def forget_old(*, at: datetime) -> int:
    """Keys are remembered for a week. Returns how many were forgotten, at most a thousand."""
    with transaction.atomic():
        old = KeptAnswer.objects.filter(asked_at__lt=at - KEPT_FOR).order_by("pk").values_list("pk", flat=True)[:LIMIT]
        return KeptAnswer.objects.filter(pk__in=list(old)).delete()[0]
