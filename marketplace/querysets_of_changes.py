"""Named filters of changes to agreements that run, of what people say to them, and to short weeks."""

from typing import TYPE_CHECKING, Self

from django.db import models

from people.models import Person

if TYPE_CHECKING:
    from marketplace.models import Change, ChangeAnswer, ShortAnswer  # noqa: F401 - named in strings below


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their agreement."""
        from marketplace.models import Agreement

        return self.filter(agreement__in=Agreement.objects.visible_to(person).values("pk"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))

    def asking(self) -> Self:
        return self.filter(state="asking")


class ChangeAnswerQuerySet(models.QuerySet["ChangeAnswer"]):
    def visible_to(self, person: Person | None) -> Self:
        """As a payer's part: oneself, those one supports or looks after money for, who helps the group, operators."""
        from marketplace.models import Payer

        return self.filter(payer__in=Payer.objects.visible_to(person).values("pk"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",)).order_by("pk")


class ShortAnswerQuerySet(models.QuerySet["ShortAnswer"]):
    def live(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",)).order_by("pk")
