"""Worried about somebody: told in private, by anybody; what was done about it is written down by an operator."""

from datetime import datetime

from django.db import transaction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Concern, Person


class ConcernIsEmpty(Refusal):
    code = "concern_is_empty"
    sentence = "Write a few words about what worries you. If someone is in danger now, call 999."
    field = "text"


class SayWhatWasDone(Refusal):
    code = "say_what_was_done"
    sentence = "Write down what was done, and who was told. Somebody may have to read it years from now."
    field = "what_was_done"


class ConcernIsDealtWith(Refusal):
    code = "concern_is_dealt_with"
    sentence = "Somebody has dealt with this worry already. What they did stands with it."


def raise_concern(*, text: str, at: datetime, contact: str = "", council_code: str = "", by: Person | None = None) -> Concern:
    """Stores it for operators. `by` only when the writer wants to be known; the trail names nobody. Raises ConcernIsEmpty."""
    if not text.strip():
        raise ConcernIsEmpty
    with transaction.atomic():
        concern = Concern.objects.create(text=text.strip(), contact=contact.strip()[:200], council_code=council_code, by=by, at=at)
        trail.write(by=None, verb="people.raise_concern", about_kind="concern", about_id=concern.pk, at=at, council_code=council_code)
    return concern


def deal_with(*, concern: Concern, what_was_done: str, by: Person | None, at: datetime) -> Concern:
    """An operator writes down what was done about it, once. Raises NotAllowed, SayWhatWasDone, ConcernIsDealtWith.

    The trail says who and when; the words stand with the worry alone, where only operators read them.
    """
    if by is None or not by.is_operator:
        raise NotAllowed
    if not what_was_done.strip():
        raise SayWhatWasDone
    with transaction.atomic():
        row = Concern.objects.select_for_update().get(pk=concern.pk)
        if row.dealt_with_at is not None:
            raise ConcernIsDealtWith
        row.what_was_done, row.dealt_with_by, row.dealt_with_at = what_was_done.strip(), by, at
        row.save(update_fields=["what_was_done", "dealt_with_by", "dealt_with_at"])
        trail.write(by=by, verb="people.deal_with_concern", about_kind="concern", about_id=row.pk, at=at, council_code=row.council_code)
    return row
