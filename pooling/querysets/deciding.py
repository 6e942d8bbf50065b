"""Who sees a question of a group, and who its answers."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from pooling.querysets import _helps, _nobody, _own
from pooling.rules import MEMBERSHIP_IN
from pooling.rules.deciding import PROPOSAL_FINAL

if TYPE_CHECKING:
    from people.models import Person
    from pooling.models import Ballot, Challenge, Cluster, Proposal, ProposalVersion  # noqa: F401 - named in strings below


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, person: "Person | None") -> Self:
        """Who is in the group, their supporters, its facilitator; who could answer it, also after leaving; operators."""
        from pooling.models import Ballot, Membership

        if person is None or _nobody(person):
            return self.none()
        if person.is_operator:
            return self
        fellow = Membership.objects.filter(_own(person, "person"), cluster=OuterRef("cluster"), state__in=MEMBERSHIP_IN)
        asked = Ballot.objects.filter(_own(person, "membership__person"), proposal=OuterRef("pk"))
        shown = self.exclude(~Q(written_by=person), state="draft")
        return shown.filter(Exists(fellow) | Exists(asked) | _helps(person, "cluster__"))

    def open(self) -> Self:
        """Still on its way to an end."""
        return self.exclude(state__in=PROPOSAL_FINAL)

    def due(self, at: datetime) -> Self:
        """What the clock moves on at this moment."""
        return self.filter(
            Q(state="discussion", opens_at__lte=at)
            | Q(state="voting", closes_at__lte=at)
            | Q(state="reworking", drops_at__lte=at)
            | Q(state="passed", challenge_until__lte=at)
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class ProposalVersionQuerySet(models.QuerySet["ProposalVersion"]):
    def visible_to(self, person: "Person | None") -> Self:
        """As the question."""
        from pooling.models import Proposal

        return self.filter(proposal__in=Proposal.objects.visible_to(person))


class BallotQuerySet(models.QuerySet["Ballot"]):
    def visible_to(self, person: "Person | None") -> Self:
        """One's own and those of whom one supports; operators. Others see that somebody answered, never what."""
        if person is None or _nobody(person):
            return self.none()
        return self if person.is_operator else self.filter(_own(person, "membership__person"))

    def waiting(self) -> Self:
        """Not answered yet, of questions that can be answered now, by people still in the group."""
        return self.filter(answer="", proposal__state="voting", round=models.F("proposal__reworks"), membership__state__in=MEMBERSHIP_IN)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def visible_to(self, person: "Person | None") -> Self:
        """As the question: the reasons are the group's."""
        from pooling.models import Proposal

        return self.filter(proposal__in=Proposal.objects.visible_to(person))

    def open(self) -> Self:
        return self.filter(state="open")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",))


def stoppable_by(person: "Person | None", *, at: datetime) -> "models.QuerySet[Cluster]":
    """Groups somebody may stop: operators all, a holder's staff those its money is promised to. Never where one has a place, or helps."""
    from pooling.models import Cluster

    groups = Cluster.objects.groups()
    if person is None or _nobody(person):
        return groups.none()
    groups = groups.exclude(memberships__person=person).exclude(facilitator=person)
    if person.is_operator:
        return groups
    holders = person.roles.live(at).filter(kind="holder_staff").values("organisation")
    return groups.filter(memberships__pledges__portion__holder__in=holders).distinct()
