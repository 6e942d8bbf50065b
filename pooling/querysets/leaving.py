"""Leaving: who may see what of it. Whoever leaves sees all of theirs; who looks after a part of their money sees that part."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from pooling.querysets import _held, _helps, _nobody, _of_payer, _own

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import EndReport, ExitTerm, Leaving, LeavingMove, Removal, Statement, StatementPart, StatementQuery  # noqa: F401


class LeavingQuerySet(models.QuerySet["Leaving"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Whoever leaves, their supporters, who looks after any of their money, the group's facilitator, operators."""
        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        from pooling.models import Portion

        held = Portion.objects.filter(_held(person, "holder"), budget__person=OuterRef("membership__person"))
        return self.filter(_own(person, "membership__person") | _helps(person, "membership__cluster__") | Exists(held))

    def open(self) -> Self:
        """Not taken back, and not settled."""
        return self.filter(state__in=("began", "left"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class ExitTermQuerySet(models.QuerySet["ExitTerm"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators."""
        if person is None or _nobody(person):
            return self.none()
        return self if person.is_operator else self.filter(_own(person, "leaving__membership__person") | _held(person, "portion__holder"))


class StatementQuerySet(models.QuerySet["Statement"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Whoever left, their supporters, who looks after a part of what it is about, operators."""
        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        from pooling.models import StatementPart

        held = StatementPart.objects.filter(_held(person, "portion__holder"), statement=OuterRef("pk"))
        return self.filter(_own(person, "membership__person") | Exists(held))

    def waiting(self) -> Self:
        """Nobody has said anything about it yet."""
        return self.filter(state="sent")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class StatementPartQuerySet(models.QuerySet["StatementPart"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Whoever left, their supporters, who looks after the portion, operators."""
        if person is None or _nobody(person):
            return self.none()
        return self if person.is_operator else self.filter(_own(person, "statement__membership__person") | _held(person, "portion__holder"))


class StatementQueryQuerySet(models.QuerySet["StatementQuery"]):
    def visible_to(self, person: "Person | None") -> Self:
        """As its statement: what was asked is for whoever answers it."""
        from pooling.models import Statement

        return self.filter(statement__in=Statement.objects.visible_to(person))

    def open(self) -> Self:
        return self.filter(resolved_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class LeavingMoveQuerySet(models.QuerySet["LeavingMove"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators."""
        return _of_payer(self, person)


class RemovalQuerySet(models.QuerySet["Removal"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The person it is about, their supporters, who is in the group, its facilitator, operators."""
        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        from pooling.models import Membership

        fellow = Membership.objects.inside().filter(_own(person, "person"), cluster=OuterRef("membership__cluster"))
        return self.filter(_own(person, "membership__person") | Exists(fellow) | _helps(person, "membership__cluster__"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class EndReportQuerySet(models.QuerySet["EndReport"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who told us; who looks after the person's money, where nobody does the council's own money team; operators. Never the group."""
        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        from people.models import Role
        from pooling.models import Portion

        theirs = Portion.objects.filter(budget__person=OuterRef("membership__person"), holder__isnull=False)
        roles = Role.objects.filter(person=person, kind="holder_staff", ends_at__isnull=True, organisation__kind="council")
        in_council = Q(council_code__in=roles.values("organisation__council_code")) & ~Exists(theirs)
        return self.filter(Q(told_by=person) | Exists(theirs.filter(_held(person, "holder"))) | in_council)

    def open(self) -> Self:
        return self.filter(state="open")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
