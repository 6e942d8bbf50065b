"""Named filters of enterprises, their people, papers and services."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from people.models import Person
    from providers.models import CalendarLink, Check, Enterprise, GroupPrice, Listing, Worker  # noqa: F401 - named in strings below


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Live ones are public; the owner, who works there and operators see the others too."""
        if person is None or not person.is_active:
            return self.filter(state="live")
        if person.is_operator:
            return self
        return self.filter(Q(state="live") | Q(owner=person) | Q(workers__person=person, workers__state="active")).distinct()

    def of(self, person: "Person | None") -> Self:
        """Those that this person owns or works in."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(Q(owner=person) | Q(workers__person=person, workers__state="active")).distinct()

    def linked_to(self, person: "Person") -> Self:
        """Those that this person owns, works or ever worked in, or whose owner they help or are helped by."""
        from people.models import Supporter
        from providers.models import Worker

        theirs = Q(person=person, supporter=OuterRef("owner")) | Q(supporter=person, person=OuterRef("owner"))
        beside = Supporter.objects.filter(theirs, ends_at__isnull=True)
        works = Worker.objects.filter(enterprise=OuterRef("pk"), person=person)
        return self.filter(Q(owner=person) | Exists(works) | Exists(beside))

    def live(self) -> Self:
        return self.filter(state="live")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class WorkerQuerySet(models.QuerySet["Worker"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Those of live enterprises are public by the name they are known as; the owner, themselves and operators see all."""
        public = Q(enterprise__state="live", state="active")
        if person is None or not person.is_active:
            return self.filter(public)
        if person.is_operator:
            return self
        return self.filter(public | Q(enterprise__owner=person) | Q(person=person)).distinct()

    def active(self) -> Self:
        return self.filter(state="active")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class CheckQuerySet(models.QuerySet["Check"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The owner, the worker it is about, and operators. Others see only whether one is live (`selectors.checks_shown`)."""
        if person is None or not person.is_active:
            return self.none()
        if person.is_operator:
            return self
        return self.filter(Q(enterprise__owner=person) | Q(worker__person=person)).distinct()

    def live(self, on: date) -> Self:
        """Confirmed, begun and not run out on that day."""
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on), confirmed_at__isnull=False, issued_on__lte=on)

    def waiting(self) -> Self:
        """For an operator to look at."""
        return self.filter(confirmed_at__isnull=True, refused_at__isnull=True)

    def waiting_for(self, person: "Person") -> Self:
        """For this operator: not those they were the first to see, which wait for somebody else."""
        return self.waiting().exclude(seen_by=person)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class CalendarLinkQuerySet(models.QuerySet["CalendarLink"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The owner, whose it is. Not operators: there is nothing to see but that there is one."""
        if person is None or not person.is_active:
            return self.none()
        return self.filter(enterprise__owner=person)

    def live(self) -> Self:
        """Not stopped, of an owner who is still here."""
        return self.filter(stopped_at__isnull=True, enterprise__owner__is_active=True)


class ListingQuerySet(models.QuerySet["Listing"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Live ones of live enterprises are public; their makers and operators see all of theirs."""
        public = Q(state="live", enterprise__state="live")
        if person is None or not person.is_active:
            return self.filter(public)
        if person.is_operator:
            return self
        return self.filter(
            public | Q(enterprise__owner=person) | Q(enterprise__workers__person=person, enterprise__workers__state="active")
        ).distinct()

    def on_sale(self) -> Self:
        return self.filter(state="live", enterprise__state="live")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class GroupPriceQuerySet(models.QuerySet["GroupPrice"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Whoever may see the listing."""
        from providers.models import Listing

        return self.filter(listing__in=Listing.objects.visible_to(person))
