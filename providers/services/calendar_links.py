"""The address of a provider's calendar: made, changed for another, stopped, by its owner alone."""

import secrets
from datetime import datetime

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from providers.models import CalendarLink, Enterprise
from providers.policies import may_run
from providers.rules import print_of

BYTES = 32
"""256 bits: nobody guesses it, so its print needs no salt and no slow hash."""


class NoCalendarLink(Refusal):
    code = "no_calendar_link"
    sentence = "There is no calendar link to stop. Nothing was changed."


def make(*, enterprise: Enterprise, by: Person, at: datetime) -> tuple[CalendarLink, str]:
    """A new link and its secret, which is told now and never again. One that was there stops working at once. Raises NotAllowed."""
    with transaction.atomic():
        row = _owned(enterprise, by)
        _stop(row, at)
        secret = secrets.token_urlsafe(BYTES)
        link = CalendarLink.objects.create(enterprise=row, address_print=print_of(secret), made_at=at, made_by=by)
        _note(row, "make_calendar_link", by, at)
    return link, secret


def stop(*, enterprise: Enterprise, by: Person, at: datetime) -> None:
    """The link stops working at once; who reads it learns nothing more. Raises NotAllowed, NoCalendarLink."""
    with transaction.atomic():
        row = _owned(enterprise, by)
        if not _stop(row, at):
            raise NoCalendarLink
        _note(row, "stop_calendar_link", by, at)


def _owned(enterprise: Enterprise, by: Person) -> Enterprise:
    row = Enterprise.objects.locked().get(pk=enterprise.pk)
    if not may_run(by=by, enterprise=row):
        raise NotAllowed
    return row


def _stop(row: Enterprise, at: datetime) -> int:
    return CalendarLink.objects.filter(enterprise=row, stopped_at__isnull=True).update(stopped_at=at)


def _note(row: Enterprise, verb: str, by: Person, at: datetime) -> None:
    trail.write(by=by, verb=f"providers.{verb}", about_kind="enterprise", about_id=row.pk, at=at, council_code=row.council_code)
