"""Named filters of bookings, and who may see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from marketplace.querysets import is_operator, of_enterprise_people, people_seen_by
from marketplace.rules.tables import BOOKING_FINAL
from people.models import Person

if TYPE_CHECKING:
    from marketplace.models import BookedTime, Booking, BookingMove, BookingMoveYes  # noqa: F401 - named in strings below
    from providers.models import Enterprise


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, person: Person | None) -> Self:
        """Whose it is, who pays or was asked to, their supporters, the provider's people once it was asked for, the group's helper, operators."""
        from marketplace.models import Payer

        if person is None or not person.is_active:
            return self.none()
        if is_operator(person):
            return self
        seen = people_seen_by(person)
        pays = Exists(Payer.objects.filter(agreement=OuterRef("agreement"), person__in=seen))
        provides = of_enterprise_people(person, "enterprise") & ~Q(state__in=["slot_held", "lapsed"])
        return self.filter(Q(person__in=seen) | pays | provides | Q(cluster__facilitator=person))

    def of(self, person: Person) -> Self:
        """This person's, and those they were asked to pay a part of."""
        return self.of_people([person.pk])

    def of_people(self, people: "Iterable[int] | models.QuerySet[Person]") -> Self:
        """As `of`, of any of these: somebody's own and those of people they support, for example."""
        from marketplace.models import Payer

        return self.filter(Q(person__in=people) | Exists(Payer.objects.filter(agreement=OuterRef("agreement"), person__in=people)))

    def asked_for(self) -> Self:
        """Somebody asked the provider; not only looked."""
        return self.exclude(state__in=["slot_held", "lapsed"])

    def called_off_by(self, enterprise: "Enterprise") -> Self:
        """What this provider had agreed to and then called off: their record, which anybody may read as a number."""
        return self.filter(enterprise=enterprise, ended_how="provider_cancel")

    def unended(self) -> Self:
        return self.exclude(state__in=BOOKING_FINAL)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class BookedTimeQuerySet(models.QuerySet["BookedTime"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their booking."""
        from marketplace.models import Booking

        return self.filter(booking__in=Booking.objects.visible_to(person).values("pk"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class BookingMoveQuerySet(models.QuerySet["BookingMove"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their booking."""
        from marketplace.models import Booking

        return self.filter(time__booking__in=Booking.objects.visible_to(person).values("pk"))

    def open(self) -> Self:
        return self.filter(state="asked")

    def late(self, at: datetime) -> Self:
        return self.open().filter(answer_by__lte=at)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class BookingMoveYesQuerySet(models.QuerySet["BookingMoveYes"]):
    def visible_to(self, person: Person | None) -> Self:
        """As their move."""
        from marketplace.models import BookingMove

        return self.filter(move__in=BookingMove.objects.visible_to(person).values("pk"))
