"""Named filters of what is counted for a council, and of the questions its officers ask."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from marketplace.querysets import people_seen_by
from people.models import Person, Role

if TYPE_CHECKING:
    from marketplace.models import CountRun, OfficerAnswer, OfficerQuestion  # noqa: F401 - named in strings below


def councils_planned_by(person: Person) -> models.QuerySet[Role, Any]:
    """Codes of the councils that this person plans for."""
    return Role.objects.filter(person=person, kind=Role.Kind.COMMISSIONER, ends_at__isnull=True).values("council_code")


class CountRunQuerySet(models.QuerySet["CountRun"]):
    def visible_to(self, person: Person | None) -> Self:
        """Who plans for that council."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(council_code__in=councils_planned_by(person))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class OfficerQuestionQuerySet(models.QuerySet["OfficerQuestion"]):
    def visible_to(self, person: Person | None) -> Self:
        """Who plans for that council; operators, who answer for what goes through us."""
        if person is None or not person.is_active:
            return self.none()
        return self if person.is_operator else self.filter(council_code__in=councils_planned_by(person))


class OfficerAnswerQuerySet(models.QuerySet["OfficerAnswer"]):
    def visible_to(self, person: Person | None) -> Self:
        """One's own, and those of people one helps. Nobody else: officers read words without a person (`selectors.asks`)."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(person__in=people_seen_by(person))

    def open_at(self, at: datetime) -> Self:
        """Not answered, and there is still time."""
        return self.filter(answered_at__isnull=True, question__closes_at__gt=at)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
