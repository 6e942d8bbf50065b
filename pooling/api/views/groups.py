"""Clusters, their charters, and places in them."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, looks, makes, verb
from people.models import Person, Role
from people.selectors import find_by_address
from pooling import policies, selectors
from pooling.api.filters import CharterFilter, ClusterFilter, MembershipFilter
from pooling.api.serializers.finding import PointRow, RulesSaid, points_of
from pooling.api.serializers.groups import (
    AdmissionSaid,
    Applying,
    CharterRow,
    ClusterMoneyShape,
    ClusterRow,
    ClusterSaid,
    FacilitatorRow,
    FacilitatorSaid,
    Inviting,
    MembershipRow,
    PublicCardShape,
    RulesRead,
)
from pooling.api.views.leaving import LeavingVerbs
from pooling.models import Charter, Cluster, Membership
from pooling.services import charters, clusters, endings, memberships
from pooling.services.clusters import NoSuchFacilitator, current_charter

OUTCODE = OpenApiParameter("outcode", str, description="Only groups of this area.")
PURPOSE = OpenApiParameter("purpose", str, description="Only groups for this purpose, by its slug.")


class Clusters(ReadEdge):
    """Groups you are in, were asked into, or help."""

    model = Cluster
    serializer_class = ClusterRow
    filterset_class = ClusterFilter

    def rows(self) -> QuerySet[Any]:
        return super().rows().prefetch_related("charters")

    @makes(ClusterSaid, ClusterRow)
    def create(self, request: Request) -> Response:
        """Starts a group, with you in it, from five answers."""
        said = self.asked()
        return self.answer(clusters.start(**{**said, "purpose": said["purpose"].slug}, by=self.person, at=self.at))

    @looks(PublicCardShape, many=True, parameters=[PURPOSE, OUTCODE])
    def listed(self, request: Request) -> Response:
        """Groups of your council that may be found and have room: what for, where, how many. No names."""
        wanted = {name: request.query_params.get(name, "").replace("\0", "") for name in ("purpose", "outcode")}
        return self.give_pages(selectors.public_cards(council_code=self.person.council_code, on=self.today, **wanted))

    @looks(ClusterMoneyShape, detail=True)
    def money(self, request: Request, pk: int) -> Response:
        """What is promised each week: your own, everybody's together, and how many promise."""
        return self.give(selectors.cluster_money(self.get_object(), self.person))

    @looks(FacilitatorRow, detail=True, many=True)
    def facilitators(self, request: Request, pk: int) -> Response:
        """Who could be asked to stand beside this group."""
        return self.give_pages(_facilitators(self.get_object(), self.at))

    @verb(FacilitatorSaid, ClusterRow)
    def ask_facilitator(self, request: Request, pk: int) -> Response:
        """Asks somebody who helps groups to stand beside this one."""
        cluster, wanted = self.get_object(), self.asked()["facilitator"]
        facilitator = _facilitators(cluster, self.at).filter(pk=wanted).first()
        if facilitator is None:
            raise NoSuchFacilitator
        return self.answer(clusters.ask_facilitator(cluster=cluster, facilitator=facilitator, by=self.person, at=self.at))

    @verb(Inviting, MembershipRow, status=201)
    def invite(self, request: Request, pk: int) -> Response:
        """Asks somebody in. The group decides."""
        cluster, said = self.get_object(), self.asked()
        # Asked first: whoever may not invite learns nothing of who has a page.
        person = find_by_address(said["reach"]) if policies.may_invite(by=self.person, cluster=cluster) else self.person
        return self.answer(memberships.invite(cluster=cluster, person=person, by=self.person, at=self.at))

    @verb(None, ClusterRow)
    def abandon(self, request: Request, pk: int) -> Response:
        """Gives up a group that never began: its facilitator, or the only person in it."""
        return self.answer(endings.abandon(cluster=self.get_object(), by=self.person, at=self.at))

    @verb(Applying, MembershipRow, status=201)
    def apply(self, request: Request, pk: int) -> Response:
        """Asks to meet a group that may be found."""
        near = Cluster.objects.listed().filter(council_code=self.person.council_code) | Cluster.objects.filter(
            pk__in=Cluster.objects.visible_to(self.person).values("pk")
        )
        cluster = get_object_or_404(near, pk=pk)
        return self.answer(memberships.apply(cluster=cluster, by=self.person, at=self.at, **self.asked()))

    @verb(RulesSaid, CharterRow, status=201)
    def new_rules(self, request: Request, pk: int) -> Response:
        """Writes the next version of the rules; the group is asked. Alone in it: they are in force at once."""
        return self.answer(charters.propose_new(cluster=self.get_object(), changes=self.asked(), by=self.person, at=self.at))

    @looks(PointRow, detail=True, many=True)
    def points(self, request: Request, pk: int) -> Response:
        """The long form of the rules in force: 17 points, each with a safe answer."""
        return self.give_pages(points_of(current_charter(self.get_object())))


def _facilitators(cluster: Cluster, at: Any) -> QuerySet[Person]:
    roles = Role.objects.live(at).filter(kind=Role.Kind.FACILITATOR, council_code=cluster.council_code)
    return Person.objects.filter(pk__in=roles.values("person_id"), is_active=True).order_by("full_name", "pk")


class Charters(ReadEdge):
    """What groups agreed, in versions."""

    model = Charter
    serializer_class = CharterRow
    filterset_class = CharterFilter
    related = ("cluster",)

    @verb(None, CharterRow)
    def sign(self, request: Request, pk: int) -> Response:
        """Signs the rules in force, for yourself."""
        charter = self.get_object()
        place = get_object_or_404(Membership.objects.inside().of(self.person).filter(cluster=charter.cluster_id))
        charters.sign(charter=charter, membership=place, by=self.person, at=self.at)
        return self.answer(charter)


class Memberships(LeavingVerbs, ReadEdge):
    """Places in groups: yours, and everybody's in groups you are in."""

    model = Membership
    related = ("person", "cluster")
    serializer_class = MembershipRow
    filterset_class = MembershipFilter

    @looks(MembershipRow, many=True)
    def questions(self, request: Request) -> Response:
        """People about whom you may still say yes or no."""
        return self.give_pages(selectors.questions_for(self.person))

    @verb(AdmissionSaid, MembershipRow, path="answer")
    def say(self, request: Request, pk: int) -> Response:
        """Your yes or no about letting this person in. It may be changed until it is decided."""
        return self.answer(memberships.answer(membership=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, MembershipRow)
    def withdraw(self, request: Request, pk: int) -> Response:
        """Who asked to join takes it back."""
        return self.answer(memberships.withdraw(membership=self.get_object(), by=self.person, at=self.at))

    @verb(None, MembershipRow)
    def decline(self, request: Request, pk: int) -> Response:
        """Who was invited says: not this time."""
        return self.answer(memberships.decline(membership=self.get_object(), by=self.person, at=self.at))

    @verb(RulesRead, MembershipRow)
    def accept_charter(self, request: Request, pk: int) -> Response:
        """Signs the group's charter, in the version that you read: in, for the first days."""
        return self.answer(memberships.accept_charter(membership=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, MembershipRow)
    def welcome(self, request: Request, pk: int) -> Response:
        """Ends somebody's first days early, when everybody past theirs has done so."""
        return self.answer(memberships.confirm(membership=self.get_object(), by=self.person, at=self.at))

    @verb(None, MembershipRow)
    def leave_now(self, request: Request, pk: int) -> Response:
        """Leaves in the first days, without notice."""
        return self.answer(memberships.leave_now(membership=self.get_object(), by=self.person, at=self.at))
