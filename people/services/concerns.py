"""Worried about somebody: told in private, by anybody."""

from datetime import datetime

from django.db import transaction

from audit.errors import Refusal
from audit.services import trail
from people.models import Concern, Person


class ConcernIsEmpty(Refusal):
    code = "concern_is_empty"
    sentence = "Write a few words about what worries you. If someone is in danger now, call 999."
    field = "text"


def raise_concern(*, text: str, at: datetime, contact: str = "", council_code: str = "", by: Person | None = None) -> Concern:
    """Stores it for operators. `by` only when the writer wants to be known; the trail names nobody. Raises ConcernIsEmpty."""
    if not text.strip():
        raise ConcernIsEmpty
    with transaction.atomic():
        concern = Concern.objects.create(text=text.strip(), contact=contact.strip()[:200], council_code=council_code, by=by, at=at)
        trail.write(by=None, verb="people.raise_concern", about_kind="concern", about_id=concern.pk, at=at, council_code=council_code)
    return concern
