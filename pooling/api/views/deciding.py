"""Questions a group decides, one's own answers, challenges; stopping a group."""

from typing import Any

from django.db.models import Count, F, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.edge import ReadEdge, makes, verb
from pooling.api.filters_of_deciding import BallotFilter, ChallengeFilter, ProposalFilter, StoppableFilter
from pooling.api.serializers.deciding import (
    BallotRow,
    BallotSaid,
    ChallengeRow,
    ChallengeSaid,
    JudgeSaid,
    ProposalRow,
    PutSaid,
    ReasonSaid,
    RewordSaid,
    StoppableRow,
)
from pooling.models import Ballot, Challenge, Cluster, Membership, Proposal
from pooling.querysets.deciding import stoppable_by
from pooling.rules import CLUSTER_FINAL
from pooling.services import endings, proposals
from pooling.services.membership_records import NotAsked
from pooling.services.proposal_records import place_of


class Proposals(ReadEdge):
    """Questions of groups you are in or help."""

    model = Proposal
    related = ("cluster",)
    order = ("-pk",)
    serializer_class = ProposalRow
    filterset_class = ProposalFilter

    def rows(self) -> QuerySet[Any]:
        this_round = Q(ballots__round=F("reworks"))
        counts = {"may_answer": Count("ballots", filter=this_round), "answered": Count("ballots", filter=this_round & ~Q(ballots__answer=""))}
        rows: QuerySet[Any] = super().rows().annotate(**counts)
        return rows

    @makes(PutSaid, ProposalRow)
    def create(self, request: Request) -> Response:
        """Asks the group something. It is talked over first, unless it is urgent or the group's rules say otherwise."""
        return self.answer(proposals.put_to_group(by=self.person, at=self.at, **self.asked()))

    @verb(RewordSaid, ProposalRow)
    def amend(self, request: Request, pk: int) -> Response:
        """Its author changes the words while people talk. The old ones are kept."""
        return self.answer(proposals.amend(proposal=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(RewordSaid, ProposalRow)
    def reopen(self, request: Request, pk: int) -> Response:
        """After an objection: asks again, in words that everybody can live with."""
        return self.answer(proposals.reopen(proposal=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, ProposalRow)
    def open_vote(self, request: Request, pk: int) -> Response:
        """The facilitator opens it for answers, once there was time to talk. It opens by itself too."""
        return self.answer(proposals.open_vote(proposal=self.get_object(), by=self.person, at=self.at))

    @verb(BallotSaid, BallotRow, path="answer")
    def say(self, request: Request, pk: int) -> Response:
        """Your answer, with its receipt. It may be changed until the question closes. It moves nobody's money."""
        proposal, said = self.get_object(), self.asked()
        place = said.pop("membership", None) or self._own_place(proposal)
        return self.give(proposals.cast(proposal=proposal, membership=place, by=self.person, at=self.at, **said))

    def _own_place(self, proposal: Proposal) -> Membership:
        place = place_of(by=self.person, cluster=proposal.cluster, at=self.at)
        if place is None:
            raise NotAsked
        return place

    @verb(None, ProposalRow)
    def withdraw(self, request: Request, pk: int) -> Response:
        """Its author takes it back before it is decided; after an objection, gives it up."""
        proposal = self.get_object()
        take_back = proposals.drop if proposal.state == Proposal.State.REWORKING else proposals.withdraw
        return self.answer(take_back(proposal=proposal, by=self.person, at=self.at))

    @verb(ChallengeSaid, ChallengeRow, status=201)
    def challenge(self, request: Request, pk: int) -> Response:
        """Says, within three days, that a decision was not made as it should be."""
        proposal, said = self.get_object(), self.asked()
        place = said.get("membership") or self._own_place(proposal)
        return self.give(proposals.challenge(proposal=proposal, membership=place, reason=said["reason"], by=self.person, at=self.at))

    @verb(JudgeSaid, ProposalRow)
    def uphold(self, request: Request, pk: int) -> Response:
        """An operator without an interest in it: it was not done right, and does not count."""
        return self.answer(proposals.uphold(proposal=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(JudgeSaid, ProposalRow)
    def reject_challenge(self, request: Request, pk: int) -> Response:
        """An operator without an interest in it: it was done right, and stands."""
        return self.answer(proposals.reject_challenge(proposal=self.get_object(), by=self.person, at=self.at, **self.asked()))


class Ballots(ReadEdge):
    """Your answers to questions of groups, and those of people you help."""

    model = Ballot
    order = ("-pk",)
    serializer_class = BallotRow
    filterset_class = BallotFilter


class Challenges(ReadEdge):
    """Decisions that somebody says were not made as they should be."""

    model = Challenge
    order = ("-pk",)
    serializer_class = ChallengeRow
    filterset_class = ChallengeFilter


class StoppableGroups(ReadEdge):
    """Groups that you may stop over a worry: as an operator, or because you look after money promised to them."""

    model = Cluster
    queryset = Cluster.objects.none()  # for the schema: what is really read asks the database who you are
    serializer_class = StoppableRow
    filterset_class = StoppableFilter

    def get_queryset(self) -> QuerySet[Any]:
        return stoppable_by(self.person, at=self.at).exclude(state__in=CLUSTER_FINAL).order_by("pk")

    @verb(ReasonSaid, StoppableRow)
    def freeze(self, request: Request, pk: int) -> Response:
        """Stops it for three working days. No money leaves it for a provider; everybody's own money can go home."""
        return self.answer(endings.freeze(cluster=self.get_object(), by=self.person, at=self.at, **self.asked()))

    @verb(None, StoppableRow)
    def renew(self, request: Request, pk: int) -> Response:
        """Another person than who did the last step keeps it stopped."""
        return self.answer(endings.renew(cluster=self.get_object(), by=self.person, at=self.at))

    @verb(ReasonSaid, StoppableRow)
    def propose_unfreeze(self, request: Request, pk: int) -> Response:
        """The first of two people says that it may go on."""
        cluster = self.get_object()
        endings.propose_unfreeze(cluster=cluster, by=self.person, at=self.at, **self.asked())
        return self.answer(cluster)

    @verb(None, StoppableRow)
    def unfreeze(self, request: Request, pk: int) -> Response:
        """The second person agrees: it goes on."""
        return self.answer(endings.unfreeze(cluster=self.get_object(), by=self.person, at=self.at))

    @verb(ReasonSaid, StoppableRow)
    def end(self, request: Request, pk: int) -> Response:
        """Another person than who stopped it ends it. Everybody's money goes home."""
        return self.answer(endings.end_frozen(cluster=self.get_object(), by=self.person, at=self.at, **self.asked()))
