"""Named filters of offers, declared ties and scores, and who may see each. Offers are sealed until their brief is closed."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from marketplace.querysets import people_seen_by
from people.models import Person
from pooling.rules import MEMBERSHIP_IN

if TYPE_CHECKING:
    from marketplace.models import Conflict, Offer, Score  # noqa: F401 - named in strings below

SEALED = ("draft", "checking", "open")
"""States of a brief in which nobody but its provider reads an offer."""
RAN = ("submitted", "shortlisted", "not_selected", "selected", "accepted", "expired", "disqualified")
LIVE = ("submitted", "shortlisted", "selected", "accepted")


def in_group(person: Person, path: str) -> Q:
    """Rows whose group (at `path`) this person, or somebody they support, is in, or which they help."""
    from pooling.models import Membership

    places = Membership.objects.filter(cluster=OuterRef(f"{path}_id"), person__in=people_seen_by(person), state__in=MEMBERSHIP_IN)
    return Q(Exists(places)) | Q(**{f"{path}__facilitator": person})


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, person: Person | None) -> Self:
        """Its provider's owner always; once the brief is closed the group, its supporters and helper. Not operators, not other providers.

        What was taken back before the close is nobody else's business, ever. An operator sees an offer whose provider says it was treated unfairly.
        """
        if person is None or not person.is_active:
            return self.none()
        opened = ~Q(brief__state__in=SEALED) & (Q(state__in=RAN) | Q(state="withdrawn", shortlisted_at__isnull=False))
        seen = Q(enterprise__owner=person) | (opened & in_group(person, "brief__cluster"))
        if person.is_staff:
            seen |= ~Q(challenge="") & ~Q(brief__state__in=SEALED)
        return self.filter(seen)

    def of_owner(self, person: Person) -> Self:
        return self.filter(enterprise__owner=person)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",)).order_by("pk")

    def live(self) -> Self:
        """Still in the running, or the winner."""
        return self.filter(state__in=LIVE, fell_through_at__isnull=True)

    def ran(self) -> Self:
        """Those that were there at the close: what the group compares."""
        return self.filter(Q(state__in=RAN) | Q(state="withdrawn", shortlisted_at__isnull=False))

    def winners(self) -> Self:
        return self.filter(state__in=["selected", "accepted"], fell_through_at__isnull=True)

    def challenged_for(self, person: Person) -> Self:
        """Of those this person may read: whose provider says that the choice was unfair, and waits for an answer. Operators answer."""
        return self.visible_to(person).filter(challenge="open") if person.is_staff else self.none()

    def waiting_since(self, at: datetime) -> Self:
        """Chosen before `at` and not answered yet."""
        return self.filter(state="selected", picked_at__lte=at)


class ConflictQuerySet(models.QuerySet["Conflict"]):
    def visible_to(self, person: Person | None) -> Self:
        """The group and its helper: ties are said to everybody who chooses."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(in_group(person, "brief__cluster"))


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, person: Person | None) -> Self:
        """The group and its helper: scores and reasons are for everybody who chooses, and never for providers."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(in_group(person, "offer__brief__cluster"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
