"""What we write about questions of a group and about a group that is stopped or ends: to those who have something to do or to know that day.

Never somebody's own words, never what anybody answered, never a link. Results are read on the group's page: they need nobody to act.
"""

from collections.abc import Iterable
from datetime import datetime

from frontend import words
from frontend.notices import _tell
from people.models import Person, Supporter
from pooling.models import Ballot, Cluster, Membership, Proposal


def opened(*, proposal_id: int, at: datetime) -> int:
    """To everybody who may answer and has not."""
    return _ask(proposal_id, at, kind="question_opened", says="Your group {group} asks you: {question} You can answer until {day}.")


def extended(*, proposal_id: int, at: datetime) -> int:
    """To those who have not answered: there are some more days, once."""
    return _ask(proposal_id, at, kind="question_again", says="Too few in {group} have answered. {question} You have until {day}.")


def _ask(proposal_id: int, at: datetime, *, kind: str, says: str) -> int:
    row = Proposal.objects.select_related("cluster").get(pk=proposal_id)
    if row.state != Proposal.State.VOTING or row.closes_at is None or row.closes_at <= at:
        return 0
    waiting = Ballot.objects.waiting().filter(proposal=row).select_related("membership__person").order_by("pk")
    said = says.format(group=row.cluster.name, question=_question(row), day=words.day(row.closes_at))
    people = _and_who_decides([one.membership for one in waiting], row.cluster, at)
    about = f"proposal:{row.pk}:{row.reworks}"
    return _tell(people, kind=kind, about=about, subject="Your group asks you something", says=f"{said} It moves nobody’s money.", at=at)


def _question(row: Proposal) -> str:
    """The question in our words, not in theirs: a message may be read by somebody else."""
    return "Something new is to be decided." if row.kind == Proposal.Kind.OTHER else str(row.get_kind_display())


def _and_who_decides(places: Iterable[Membership], cluster: Cluster, at: datetime) -> list[Person]:
    """The people, and those who may decide for them about groups; never the facilitator, who answers for nobody."""
    people = [one.person for one in places]
    helping = Supporter.objects.live(at).filter(person__in=people, kind=Supporter.Kind.FOR, decisions__contains=["groups"])
    found = {one.pk: one for one in people}
    found.update({row.supporter_id: row.supporter for row in helping.select_related("supporter").order_by("pk")})
    return [one for one in found.values() if one.pk != cluster.facilitator_id]


def reworking(*, proposal_id: int, at: datetime) -> int:
    """To who asked, and who helps the group: somebody objects, and it needs another wording."""
    row = Proposal.objects.select_related("cluster__facilitator", "written_by").get(pk=proposal_id)
    if row.state != Proposal.State.REWORKING:
        return 0
    people = {one.pk: one for one in (row.written_by, row.cluster.facilitator) if one is not None}
    says = f"Somebody in {row.cluster.name} objects to what was asked. Talk about it, and ask again in other words within 30 days."
    about = f"proposal:{row.pk}:{row.reworks}"
    return _tell(people.values(), kind="question_objected", about=about, subject="Somebody objects", says=says, at=at)


def group_frozen(*, cluster_id: int, at: datetime) -> int:
    """To everybody in it, who decides for them and who helps it, the same day."""
    row = Cluster.objects.select_related("facilitator").get(pk=cluster_id)
    if row.state != Cluster.State.FROZEN or row.frozen_until is None or row.frozen_at is None:
        return 0
    says = f"Your group {row.name} is stopped until {words.day(row.frozen_until)} at the latest. Visits that are paid for go on."
    says += " Nothing new can be agreed, and no money goes to a provider. Your own money can go home at any time."
    about = f"cluster:{row.pk}:{row.frozen_at.isoformat()}"
    return _tell(_everybody(row, at), kind="group_frozen", about=about, subject="Your group is stopped for now", says=says, at=at)


def group_ending(*, cluster_id: int, at: datetime) -> int:
    """To everybody in it: it comes to its end, and what is theirs goes home."""
    row = Cluster.objects.select_related("facilitator").get(pk=cluster_id)
    says = f"Your group {row.name} is coming to its end. What is yours goes back to where it came from, when your last visits are done."
    says += " If you still need help, look for another way now, or ring us."
    return _tell(_everybody(row, at), kind="group_ending", about=f"cluster:{row.pk}", subject="Your group is ending", says=says, at=at)


def _everybody(row: Cluster, at: datetime) -> list[Person]:
    people = _and_who_decides(row.memberships.inside().select_related("person").order_by("pk"), row, at)
    return [*people, row.facilitator] if row.facilitator is not None else people
