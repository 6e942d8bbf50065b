"""Questions of a group as the people in it may see them: who has answered, never what; one's own answer and receipt; what it could cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum

from audit.kept import answers
from people.models import Person, Supporter
from pooling.models import Ballot, Challenge, Cluster, Membership, Pledge, Proposal, ProposalVersion
from pooling.rules import shares
from pooling.rules.deciding import ANSWERS
from pooling.selectors.groups import name_for

COUNTS_ON = ("voting", "passed", "challenged")
"""While a question is in one of these, the sums it names are counted on (no money: nothing is set aside by it)."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who may answer. `has_answered` is all that the others see; `helper` pressed for them."""

    name: str
    figure: str
    strand: int | None
    is_viewer: bool
    has_answered: bool
    helper: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question for one viewer. Sums in pence; `own_cost_pence` is the viewer's own part, None when they would pay nothing."""

    proposal: Proposal
    cluster: Cluster
    who: tuple[Who, ...]
    own: tuple[Ballot, ...]
    answers: tuple[str, ...]
    own_cost_pence: int | None
    payers: int
    reasons: tuple[str, ...]
    versions: tuple[ProposalVersion, ...]
    challenges: tuple[Challenge, ...]
    own_place: Membership | None
    may_write: bool
    is_author: bool


def promises_cover(proposal: Proposal) -> bool:
    """Whether everybody who is named as a payer is still in and promised at least what open questions count on from them. True without payers.

    Ask with the group locked. Promises are counted whole: those who were asked before this question set parts aside for it themselves.
    """
    wanted = {one["membership"]: one["pence"] for one in proposal.payers}
    if not wanted:
        return True
    inside = set(proposal.cluster.memberships.inside().filter(pk__in=wanted).values_list("pk", flat=True))
    if inside != set(wanted):
        return False
    promised = Pledge.objects.live().filter(membership__in=wanted).values_list("membership").annotate(pence=Sum("pence"))
    here = dict(promised)
    elsewhere = counted_on(wanted, leaving_out=proposal)
    return all(here.get(place, 0) >= pence + elsewhere.get(place, 0) for place, pence in wanted.items())


def counted_on(memberships: Iterable[int], *, leaving_out: Proposal | None = None) -> dict[int, int]:
    """Pence of each of these places that open questions count on."""
    wanted, found = set(memberships), dict[int, int]()
    rows = Proposal.objects.filter(cluster__memberships__in=wanted, state__in=COUNTS_ON).exclude(pk=leaving_out.pk if leaving_out else 0).distinct()
    for row in rows:
        for one in row.payers:
            if one["membership"] in wanted:
                found[one["membership"]] = found.get(one["membership"], 0) + one["pence"]
    return found


def questions_of(cluster: Cluster, viewer: Person) -> list[tuple[Proposal, bool]]:
    """A group's questions, newest first, each with whether the viewer (or somebody they decide for) still has to answer. Two queries."""
    rows = list(Proposal.objects.visible_to(viewer).filter(cluster=cluster).exclude(state="draft").order_by("-pk")[:60])
    drafts = list(Proposal.objects.filter(cluster=cluster, state="draft", written_by=viewer).order_by("-pk")[:10])
    waiting = set(Ballot.objects.visible_to(viewer).waiting().filter(proposal__in=[one.pk for one in rows]).values_list("proposal_id", flat=True))
    return [(one, one.pk in waiting) for one in drafts + rows]


def ballots_waiting(person: Person, *, at: datetime) -> QuerySet[Ballot]:
    """Questions this person may still answer, for themselves or for people they may decide for about groups: the first to close first."""
    helped = Supporter.objects.live(at).filter(supporter=person, kind="for", decisions__contains=["groups"]).values("person")
    waiting = Ballot.objects.waiting().filter(proposal__closes_at__gt=at).select_related("proposal__cluster", "membership__person")
    mine = Q(membership__person=person) | Q(membership__person__in=helped)
    return waiting.filter(mine).exclude(proposal__cluster__facilitator=person).order_by("proposal__closes_at", "pk")


def question_for(proposal: Proposal, viewer: Person, *, at: datetime) -> Question:
    """One question as `viewer` sees it. Eight queries at most, however many people."""
    ballots = answers(_ballots_of, proposal)
    decides_for = {viewer.pk, *answers(_helped_by, viewer, at)}
    own = sorted((one for one in ballots if one.membership.person_id in decides_for), key=lambda one: one.membership.person_id != viewer.pk)
    places = [one for one in answers(_inside, proposal.cluster) if one.person_id in decides_for]
    place = next((one for one in places if one.person_id == viewer.pk), places[0] if places else None)
    helps = viewer.pk == proposal.cluster.facilitator_id
    return Question(
        proposal=proposal,
        cluster=proposal.cluster,
        who=tuple(_who(one, place) for one in ballots),
        own=() if helps else tuple(own),
        answers=ANSWERS[proposal.rule],
        own_cost_pence=_own_cost(proposal, ballots, place),
        payers=len(proposal.payers) or len(ballots),
        reasons=tuple(one.reason for one in ballots if one.reason) if _is_counted(proposal) else (),
        versions=tuple(answers(_versions, proposal)),
        challenges=tuple(answers(_challenges, proposal)),
        own_place=place,
        may_write=place is not None or helps,
        is_author=viewer.pk == proposal.written_by_id or any(one.pk == proposal.written_as_id for one in places),
    )


def _ballots_of(proposal: Proposal) -> QuerySet[Ballot]:
    rows = Ballot.objects.filter(proposal=proposal, round=F("proposal__reworks"))
    return rows.select_related("membership__person", "by").order_by("pk")


def _helped_by(viewer: Person, at: datetime) -> QuerySet[Supporter, int]:
    return Supporter.objects.live(at).filter(supporter=viewer, kind="for", decisions__contains=["groups"]).values_list("person", flat=True)


def _inside(cluster: Cluster) -> QuerySet[Membership]:
    return Membership.objects.filter(cluster=cluster).inside().select_related("person")


def _versions(proposal: Proposal) -> QuerySet[ProposalVersion]:
    return ProposalVersion.objects.filter(proposal=proposal)


def _challenges(proposal: Proposal) -> QuerySet[Challenge]:
    return Challenge.objects.filter(proposal=proposal).select_related("membership__person")


def _is_counted(proposal: Proposal) -> bool:
    """What people wrote with their answers is read by all once everybody's are in: nobody's answer is steered by another's."""
    return proposal.state not in ("draft", "discussion", "voting")


def _who(ballot: Ballot, viewer: Membership | None) -> Who:
    place = ballot.membership
    return Who(
        name=name_for(place, viewer),
        figure=place.person.figure or "plain",
        strand=place.strand,
        is_viewer=viewer is not None and viewer.pk == place.pk,
        has_answered=bool(ballot.answer),
        helper=ballot.by.known_as if ballot.by is not None and ballot.by_id != place.person_id else "",
    )


def _own_cost(proposal: Proposal, ballots: list[Ballot], place: Membership | None) -> int | None:
    if place is None:
        return None
    if proposal.payers:
        return next((one["pence"] for one in proposal.payers if one["membership"] == place.pk), None)
    if not proposal.cost_pence:
        return None
    sharing = [one.membership_id for one in ballots] or list(proposal.cluster.memberships.inside().order_by("pk").values_list("pk", flat=True))
    if place.pk not in sharing:
        return None
    return shares(proposal.cost_pence, [1] * len(sharing))[sharing.index(place.pk)]
