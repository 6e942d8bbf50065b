"""What every verb about questions of a group shares: locking in one order, whose question it is, writing down, telling other rooms.

Locks: the group first, then the question, then ballots.
"""

from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string

from audit.errors import Refusal
from audit.services import facts, trail
from people.models import Person
from people.policies import decided_for
from pooling import policies
from pooling.models import Cluster, Membership, Proposal
from pooling.rules import step
from pooling.rules.deciding import PROPOSAL

OWN_ENDINGS = {"rules": "pooling.services.charters.drop", "remove": "pooling.services.removals.turned_down"}
"""What this room does when a question of a kind ends without being carried out."""


class GroupIsOver(Refusal):
    code = "group_is_over"
    sentence = "This group has ended. Nothing more can be asked in it."


def lock_question(proposal: Proposal) -> Proposal:
    """The question, locked after its group."""
    cluster_id = Proposal.objects.values_list("cluster_id", flat=True).get(pk=proposal.pk)
    group = Cluster.objects.locked().get(pk=cluster_id)
    row = Proposal.objects.locked().select_related("written_as__person").get(pk=proposal.pk)
    row.cluster = group
    return row


def may_ask(*, by: Person | None, cluster: Cluster, at: datetime) -> bool:
    """Somebody in the group, a supporter of theirs for groups, its facilitator; None is the system."""
    if by is None or policies.is_facilitator_of(by=by, cluster=cluster):
        return True
    return place_of(by=by, cluster=cluster, at=at) is not None


def place_of(*, by: Person, cluster: Cluster, at: datetime) -> Membership | None:
    """The place `by` speaks for: their own, else that of somebody in the group whom they may decide for. Two queries."""
    inside = list(cluster.memberships.inside().select_related("person"))
    mine = next((one for one in inside if one.person_id == by.pk), None)
    if mine is not None or not by.is_active:
        return mine
    theirs = decided_for(by=by, people=[one.person_id for one in inside], decision="groups", at=at)
    return next((one for one in inside if one.person_id in theirs), None)


def is_author(*, by: Person | None, proposal: Proposal, at: datetime) -> bool:
    """Whoever wrote it, or may decide for the person it was written for; None is the system."""
    if by is None or by.pk == proposal.written_by_id:
        return True
    return proposal.written_as is not None and policies.may_decide(by=by, person=proposal.written_as.person, decision="groups", at=at)


def move(*, proposal: Proposal, verb: str, by: Person | None, at: datetime, sentence: str | None = None, **fields: Any) -> Proposal:
    """One step of the locked question, with what else is written by it. Raises NotNow."""
    proposal.state = step(PROPOSAL, proposal.state, verb, sentence)
    for name, value in fields.items():
        setattr(proposal, name, value)
    proposal.save(update_fields=["state", *fields])
    write_trail(proposal=proposal, verb=f"pooling.question_{verb}", by=by, at=at)
    return proposal


def end(*, proposal: Proposal, verb: str, ending: str, by: Person | None, at: datetime, explanation: str = "", **fields: Any) -> Proposal:
    """The locked question is over in this way, and the rooms above hear of it. Raises NotNow."""
    words = explanation[:1000] or proposal.explanation
    move(proposal=proposal, verb=verb, by=by, at=at, ended_at=at, explanation=words, **fields)
    if ending != "enacted" and proposal.kind in OWN_ENDINGS:
        import_string(OWN_ENDINGS[proposal.kind])(proposal=proposal, at=at)
    tell_settled(proposal=proposal, ending=ending, at=at)
    return proposal


def tell_settled(*, proposal: Proposal, ending: str, at: datetime) -> None:
    """`pooling.question_settled`: the room that asked goes on from here, or does not. Ids only."""
    facts.record(
        kind="pooling.question_settled",
        subject=proposal.subject,
        payload={
            "proposal": proposal.pk,
            "question_kind": proposal.kind,
            "about_kind": proposal.about_kind,
            "about_id": proposal.about_id,
            "outcome": ending,
        },
        at=at,
        council_code=proposal.council_code,
    )


def tell(*, proposal: Proposal, kind: str, at: datetime) -> None:
    """A fact about where a question stands."""
    payload = {"proposal": proposal.pk, "cluster": proposal.cluster_id}
    facts.record(kind=kind, subject=f"proposal:{proposal.pk}", payload=payload, at=at, council_code=proposal.council_code)


def write_trail(*, proposal: Proposal, verb: str, by: Person | None, at: datetime, on_behalf_of: Person | None = None, **detail: int | str) -> None:
    """One line of the audit trail about a question."""
    trail.write(
        by=by,
        on_behalf_of=on_behalf_of,
        verb=verb,
        about_kind="proposal",
        about_id=proposal.pk,
        at=at,
        council_code=proposal.council_code,
        detail=detail,
    )
