"""Named filters of what providers hand to people they help already."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from people.models import Person
    from providers.models_of_invitations import Invitation  # noqa: F401 - named in strings below


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The owner, whose they are."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(enterprise__owner=person)

    def live(self, at: datetime) -> Self:
        """Neither stopped nor run out, of a provider that goes on and an owner who is still here."""
        return self.filter(stopped_at__isnull=True, last_at__gt=at, enterprise__owner__is_active=True).exclude(enterprise__state="suspended")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
