"""What every verb about places in a group shares: locking in one order, ending one, whose answer it is, writing down."""

from datetime import datetime

from audit.errors import Refusal
from audit.services import trail
from people.models import Person
from pooling import policies
from pooling.models import AdmissionAnswer, Cluster, Membership
from pooling.rules import MEMBERSHIP, step


class NotAsked(Refusal):
    code = "not_asked"
    sentence = "Only people who were in the group when this was asked can answer."


class NoNewYes(Refusal):
    code = "no_new_yes"
    sentence = "This group is stopped for now, or is ending. You can't promise or agree to anything new in it."


def must_go_on(group: Cluster) -> None:
    """Raises NoNewYes where the group is stopped, ends, or is over."""
    if group.state not in (Cluster.State.FORMING, Cluster.State.ACTIVE):
        raise NoNewYes


def lock_place(membership: Membership) -> Membership:
    """The place, locked after its group."""
    cluster_id = Membership.objects.values_list("cluster_id", flat=True).get(pk=membership.pk)
    group = Cluster.objects.locked().get(pk=cluster_id)
    row = Membership.objects.locked().select_related("person").get(pk=membership.pk)
    row.cluster = group
    return row


def write_trail(*, membership: Membership, verb: str, by: Person | None, at: datetime, **detail: int) -> None:
    """One line of the audit trail about a place."""
    trail.write(
        by=by,
        on_behalf_of=membership.person if by is not None and by.pk == membership.person_id else None,
        verb=verb,
        about_kind="membership",
        about_id=membership.pk,
        at=at,
        council_code=membership.council_code,
        detail=detail,
    )


def end_place(*, membership: Membership, verb: str, at: datetime, reason: str = "", by: Person | None = None) -> Membership:
    """The locked place ends. Raises NotNow."""
    membership.state = step(MEMBERSHIP, membership.state, verb)
    membership.ended_at, membership.end_reason = at, reason
    membership.save(update_fields=["state", "ended_at", "end_reason"])
    write_trail(membership=membership, verb=f"pooling.{verb}", by=by, at=at)
    return membership


def my_answer(*, membership: Membership, question: str, by: Person, at: datetime) -> AdmissionAnswer:
    """The row that `by` may fill in: their own, or that of somebody they may decide for."""
    rows = (
        membership.answers_about.locked().filter(question=question, voter__in=membership.cluster.memberships.inside()).select_related("voter__person")
    )
    mine = sorted(
        (one for one in rows if policies.may_decide(by=by, person=one.voter.person, decision="groups", at=at)),
        key=lambda one: one.voter.person_id != by.pk,
    )
    if not mine:
        raise NotAsked
    return mine[0]
