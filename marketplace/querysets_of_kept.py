"""Named filters of what people put by."""

from typing import TYPE_CHECKING, Self

from django.db import models

from people.models import Person

if TYPE_CHECKING:
    from marketplace.models import Kept  # noqa: F401 - named in a string below


class KeptQuerySet(models.QuerySet["Kept"]):
    def visible_to(self, person: Person | None) -> Self:
        """One's own. Nobody else's: not a helper's either, for what somebody only looked at is nobody's business."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(person=person)
