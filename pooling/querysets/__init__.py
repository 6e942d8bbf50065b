"""Named filters. `visible_to(person)` is who may see a row at all; what of it they see is the selectors' matter.

A supporter sees what belongs to the person they help. Whoever works for a holder sees the portions it looks after, and nothing of the group.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q

from pooling.rules import CALL_FINAL, MEMBERSHIP_FINAL, MEMBERSHIP_IN

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import (  # noqa: F401 - named in strings below
        AdmissionAnswer,
        Budget,
        Call,
        Charter,
        CharterSignature,
        Cluster,
        Earmark,
        FundingMode,
        Hold,
        HoldMove,
        Membership,
        Pledge,
        Portion,
        Withdrawal,
    )


# Nobody let them in (yet): to them the group is its public card.
NOT_SEEN = ("applied", "proposed", "declined", "expired", "withdrawn")
# They left it. What is theirs (their statement, their money) has pages of its own; who is in the group now, and what it does, is not.
LEFT = ("settling", "statement_sent", "queried", "settled")
Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def _nobody(person: "Person | None") -> bool:
    return person is None or not person.is_active


def _own(person: "Person", path: str) -> Q:
    """Rows of this person, or of somebody they help, where `path` leads to a person."""
    from people.models import Supporter

    helped = Supporter.objects.reading().filter(supporter=person).values("person")
    return Q(**{path: person}) | Q(**{f"{path}__in": helped})


def _held(person: "Person", path: str) -> Q:
    """Rows of portions that an organisation this person works for looks after, where `path` leads to a portion's holder."""
    from people.models import Role

    working_for = Role.objects.filter(person=person, kind=Role.Kind.HOLDER_STAFF, ends_at__isnull=True).values("organisation")
    return Q(**{f"{path}__in": working_for})


def _helps(person: "Person", path: str) -> Q:
    """Rows of groups this person is the facilitator of."""
    return Q(**{f"{path}facilitator": person})


def _of_payer(rows: Rows, person: "Person | None") -> Rows:
    """Of rows about one payer's money: those of the payer, of whom they support, of who looks after the portion; for operators all."""
    if person is None or _nobody(person):
        return rows.none()
    return rows if person.is_operator else rows.filter(_own(person, "membership__person") | _held(person, "portion__holder"))


def _of_organisation(rows: Rows, person: "Person | None") -> Rows:
    """Of rows about an organisation that looks after money: those of whoever works there; for operators all."""
    if person is None or _nobody(person):
        return rows.none()
    return rows if person.is_operator else rows.filter(_held(person, "organisation"))


class BudgetQuerySet(models.QuerySet["Budget"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The person, their supporters, who looks after a portion of it, the facilitator of their group (who vouches for it), operators."""
        from pooling.models import Membership, Portion

        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        held = Portion.objects.filter(_held(person, "holder"), budget=OuterRef("pk"))
        helped = Membership.objects.filter(cluster__facilitator=person, person=OuterRef("person")).exclude(state__in=MEMBERSHIP_FINAL)
        return self.filter(_own(person, "person") | Exists(held) | Exists(helped))

    def current(self) -> Self:
        return self.filter(superseded=False)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class PortionQuerySet(models.QuerySet["Portion"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The person, their supporters, who looks after it, operators."""
        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        return self.filter(_own(person, "budget__person") | _held(person, "holder"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class FundingModeQuerySet(models.QuerySet["FundingMode"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Everybody: a council's choice of when it pays is public."""
        return self


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who has or was offered a place in it, or had one when it ended; their supporters; its facilitator; operators.

        All others: `selectors.public_cards`. One's own (somebody who books alone) is no group: nobody opens it, its owner neither.
        """
        from pooling.models import Membership

        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self.groups()
        to_its_end = Q(ended_at__gte=F("cluster__ended_at"))
        there = Membership.objects.exclude(state__in=NOT_SEEN).filter(~Q(state__in=LEFT) | to_its_end)
        places = there.filter(_own(person, "person"), cluster=OuterRef("pk"))
        return self.groups().filter(Exists(places) | _helps(person, ""))

    def groups(self) -> Self:
        """Groups of people; not somebody by themselves."""
        return self.filter(is_own=False)

    def listed(self) -> Self:
        """Groups that strangers may find by purpose and area."""
        return self.filter(is_listed=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class CharterQuerySet(models.QuerySet["Charter"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Whoever may see the group."""
        from pooling.models import Cluster

        return self.filter(cluster__in=Cluster.objects.visible_to(person))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, person: "Person | None") -> Self:
        """One's own (and those one supports); to people who are in the group, everybody's place in it; its facilitator; operators."""
        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        from pooling.models import Membership

        fellow = Membership.objects.filter(_own(person, "person"), cluster=OuterRef("cluster"), state__in=MEMBERSHIP_IN)
        return self.filter(_own(person, "person") | Exists(fellow) | _helps(person, "cluster__"))

    def of(self, person: "Person") -> Self:
        return self.filter(person=person)

    def in_groups(self) -> Self:
        """Not the place somebody has by themselves."""
        return self.filter(cluster__is_own=False)

    def inside(self) -> Self:
        """In the group now: in their first days or after."""
        return self.filter(state__in=MEMBERSHIP_IN)

    def unended(self) -> Self:
        return self.exclude(state__in=MEMBERSHIP_FINAL)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class CharterSignatureQuerySet(models.QuerySet["CharterSignature"]):
    def visible_to(self, person: "Person | None") -> Self:
        from pooling.models import Membership

        return self.filter(membership__in=Membership.objects.visible_to(person))


class AdmissionAnswerQuerySet(models.QuerySet["AdmissionAnswer"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Only one's own answers, and operators: whoever is told no is told why, not by whom."""
        if person is None or _nobody(person):
            return self.none()
        return self if person.is_operator else self.filter(_own(person, "voter__person"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators. Not the group: each sees their own pence."""
        return _of_payer(self, person)

    def live(self) -> Self:
        return self.filter(state="pledged")

    def over_before(self, day: date) -> Self:
        """Promises whose last week ended before this day, with every call dealt with, and kept for nothing that is still to be asked for."""
        from pooling.models import Call, Earmark

        open_calls = Call.objects.unended().filter(pledge=OuterRef("pk"))
        to_come = Earmark.objects.to_be_called().filter(pledge=OuterRef("pk"))
        first_day_after = ExpressionWrapper(F("starts_on") + F("weeks") * 7, output_field=models.DateField())
        return self.annotate(first_day_after=first_day_after).filter(~Exists(open_calls), ~Exists(to_come), first_day_after__lte=day)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class EarmarkQuerySet(models.QuerySet["Earmark"]):
    def visible_to(self, person: "Person | None") -> Self:
        """As its promise."""
        from pooling.models import Pledge

        return self.filter(pledge__in=Pledge.objects.visible_to(person))

    def live(self) -> Self:
        return self.filter(state="live")

    def to_be_called(self) -> Self:
        """Something of what was said yes to may still be asked for."""
        return self.live().filter(called_pence__lt=F("pence"))

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators."""
        return _of_payer(self, person)

    def unended(self) -> Self:
        return self.exclude(state__in=CALL_FINAL)

    def said_yes_to_before(self, moment: datetime) -> Self:
        """Orders whose yes is older than this and that are still not paid."""
        return self.filter(state="ordered", billed_at__lt=moment)

    def due_before(self, day: date) -> Self:
        return self.filter(state="called", due_on__lt=day)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class HoldQuerySet(models.QuerySet["Hold"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators. The provider sees shares, in `marketplace`."""
        return _of_payer(self, person)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class HoldMoveQuerySet(models.QuerySet["HoldMove"]):
    def visible_to(self, person: "Person | None") -> Self:
        """As its hold."""
        from pooling.models import Hold

        return self.filter(hold__in=Hold.objects.visible_to(person))


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def visible_to(self, person: "Person | None") -> Self:
        """The payer, their supporters, who looks after the portion, operators."""
        return _of_payer(self, person)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))
