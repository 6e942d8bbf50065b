"""Named filters of interests, meetings, and what people have in common."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from pooling.querysets import _nobody, _own
from pooling.rules.finding import INTEREST_DAYS, INTEREST_FINAL

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import InCommon, Interest, Introduction  # noqa: F401 - named in strings below


class InterestQuerySet(models.QuerySet["Interest"]):
    def visible_to(self, person: "Person | None") -> Self:
        """One's own and those one supports; matched ones to who helps groups in that council; the rest of a meeting only to its host."""
        from people.models import Role

        if person is None or _nobody(person):
            return self.none()
        councils = Role.objects.filter(person=person, kind=Role.Kind.FACILITATOR, ends_at__isnull=True).values("council_code")
        to_host = Q(state="matched", council_code__in=councils) & ~Q(person=person)
        return self.filter(_own(person, "person") | to_host | Q(introduction__facilitator=person, state="introduced"))

    def of(self, person: "Person") -> Self:
        return self.filter(person=person)

    def unended(self) -> Self:
        return self.exclude(state__in=INTEREST_FINAL)

    def waiting(self) -> Self:
        """Not introduced yet: what a match counts."""
        return self.filter(state__in=("interested", "matched"))

    def too_old(self, at: datetime) -> Self:
        """Nothing came of them in 90 days; those who are matched wait for their meeting."""
        return self.filter(state__in=("interested", "introduced"), since__lte=at - timedelta(days=INTEREST_DAYS))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Whoever is asked to the meeting (and their supporters) and its host."""
        from pooling.models import Interest

        if person is None or _nobody(person):
            return self.none()
        asked = Interest.objects.filter(_own(person, "person"), introduction__isnull=False).exclude(state="ended")
        return self.filter(Q(pk__in=asked.values("introduction")) | Q(facilitator=person))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class InCommonQuerySet(models.QuerySet["InCommon"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Only one's own: what is shown to a group goes through `selectors.in_common`. Not even operators or supporters."""
        return self.none() if person is None or _nobody(person) else self.filter(person=person)

    def live(self) -> Self:
        """Agreed to and not taken back."""
        return self.filter(withdrawn_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
