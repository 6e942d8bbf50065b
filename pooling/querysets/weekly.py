"""Weekly lists: for who works where they are paid, and operators."""

from typing import TYPE_CHECKING, Self

from django.db import models

from pooling.querysets import _of_organisation

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import WeeklyDay, WeeklyList, WeeklyListRow  # noqa: F401


class WeeklyListQuerySet(models.QuerySet["WeeklyList"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who works for the organisation that pays it; operators. It names people, so nobody else."""
        return _of_organisation(self, person)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class WeeklyListRowQuerySet(models.QuerySet["WeeklyListRow"]):
    def visible_to(self, person: "Person | None") -> Self:
        """As its list."""
        from pooling.models import WeeklyList

        return self.filter(weekly_list__in=WeeklyList.objects.visible_to(person))

    def waiting(self) -> Self:
        """Neither paid, nor ordered, nor dropped."""
        return self.filter(state="waiting")


class WeeklyDayQuerySet(models.QuerySet["WeeklyDay"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who works there; operators."""
        return _of_organisation(self, person)
