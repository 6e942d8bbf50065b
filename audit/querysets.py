"""Named filters of the trail, the facts and their deliveries."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from audit.models import Delivery, Entry, Fact  # noqa: F401 - named in strings below


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, person: Any) -> Self:
        """A person sees what they did and what was done in their name; operators see all."""
        if person is None or not person.is_active:
            return self.none()
        if person.is_staff:
            return self
        return self.filter(Q(by_id=person.pk) | Q(on_behalf_of_id=person.pk))

    def about(self, kind: str, about_id: object) -> Self:
        return self.filter(about_kind=kind, about_id=str(about_id))


class FactQuerySet(models.QuerySet["Fact"]):
    def visible_to(self, person: Any) -> Self:
        """Operators only: a fact joins ids of several people."""
        return self if person is not None and person.is_active and person.is_staff else self.none()


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, person: Any) -> Self:
        """Operators only."""
        return self if person is not None and person.is_active and person.is_staff else self.none()

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def due(self, at: datetime) -> Self:
        """Waiting, its time come, and nothing earlier to the same room about the same subject still open."""
        earlier = self.model._default_manager.filter(room=OuterRef("room"), subject=OuterRef("subject"), fact__lt=OuterRef("fact")).exclude(
            state="done"
        )
        return self.filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=at), state="waiting").exclude(Exists(earlier))
