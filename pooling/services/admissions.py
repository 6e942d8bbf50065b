"""Coming into a group: asked in, or asking. First form of the decision: everyone who is in says yes (state-machines.md 3 and 5)."""

from datetime import datetime

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from pooling import policies
from pooling.models import AdmissionAnswer, Cluster, Membership
from pooling.rules import MEMBERSHIP, MOST_LETTERS, NEW, step
from pooling.services.membership_records import end_place, lock_place, my_answer, write_trail
from pooling.services.transactions import all_or_nothing


class AlreadyHere(Refusal):
    code = "already_here"
    sentence = "Already in the group, or asked already. Wait for the answer."


class OtherCouncil(Refusal):
    code = "other_council"
    sentence = "This group is for people of another council. You can start a group where you live."


class GroupTakesNobody(Refusal):
    code = "group_takes_nobody"
    sentence = "This group is stopped for now, or has ended. Nobody can join it."


class NotListed(Refusal):
    code = "not_listed"
    sentence = "You can join this group only if somebody in it asks you."


class NoNeedsReason(Refusal):
    code = "no_needs_reason"
    sentence = "Say why not, in a few words. The person is told the reason. They are not told who gave it."
    field = "reason"


@all_or_nothing
def invite(*, cluster: Cluster, person: Person, by: Person, at: datetime) -> Membership:
    """Somebody in the group, or its facilitator, would like to ask `person` in. Whoever proposes it and is in has said yes by that.

    Alone in the group, that is everybody's yes. Raises NotAllowed, OtherCouncil, AlreadyHere.
    """
    group = Cluster.objects.locked().get(pk=cluster.pk)
    if not policies.may_invite(by=by, cluster=group):
        raise NotAllowed
    membership = _open(group, person, step(MEMBERSHIP, NEW, "invite"), at, invited_by=by)
    _ask_everyone_in(membership, at, proposer=by)
    write_trail(membership=membership, verb="pooling.invite", by=by, at=at)
    _decide(membership, at)
    return membership


@all_or_nothing
def apply(*, cluster: Cluster, answers: str, by: Person, at: datetime, person: Person | None = None) -> Membership:
    """`person` (default: `by`) asks to meet the group. They see the first name and these words, nothing else, and no money yet.

    Raises NotAllowed, NotListed, OtherCouncil, AlreadyHere.
    """
    who = person or by
    if not policies.may_decide(by=by, person=who, decision="groups", at=at):
        raise NotAllowed
    group = Cluster.objects.locked().get(pk=cluster.pk)
    if not group.is_listed:
        raise NotListed
    membership = _open(group, who, step(MEMBERSHIP, NEW, "apply"), at, answers=answers.strip()[:2000])
    _ask_everyone_in(membership, at)
    write_trail(membership=membership, verb="pooling.apply", by=by, at=at)
    return membership


def _open(group: Cluster, person: Person, state: str, at: datetime, *, invited_by: Person | None = None, answers: str = "") -> Membership:
    if group.is_own or group.state not in ("forming", "active"):
        raise GroupTakesNobody
    if person.council_code != group.council_code:
        raise OtherCouncil
    if group.memberships.unended().of(person).exists():
        raise AlreadyHere
    return Membership.objects.create(
        cluster=group, person=person, council_code=person.council_code, state=state, invited_by=invited_by, answers=answers, opened_at=at
    )


def _ask_everyone_in(membership: Membership, at: datetime, *, proposer: Person | None = None) -> None:
    """Fixes who may answer, now: later joiners can't be brought in to change the outcome (abuse.md 2)."""
    for voter in membership.cluster.memberships.inside():
        said_yes = proposer is not None and voter.person_id == proposer.pk
        AdmissionAnswer.objects.create(
            membership=membership, voter=voter, yes=True if said_yes else None, at=at if said_yes else None, by=proposer if said_yes else None
        )


@all_or_nothing
def answer(*, membership: Membership, yes: bool, reason: str = "", by: Person, at: datetime) -> Membership:
    """One person's yes or no about letting somebody in; may be changed until it is decided. One no decides it.

    Raises NotAsked, NoNeedsReason, NotNow.
    """
    row = lock_place(membership)
    step(MEMBERSHIP, row.state, "approve")
    mine = my_answer(membership=row, question=AdmissionAnswer.Question.ADMIT, by=by, at=at)
    if not yes and not reason.strip():
        raise NoNeedsReason
    mine.yes, mine.reason, mine.at, mine.by = yes, reason.strip()[:MOST_LETTERS], at, by
    mine.save(update_fields=["yes", "reason", "at", "by"])
    trail.write(
        by=by,
        on_behalf_of=mine.voter.person,
        verb="pooling.answer",
        about_kind="membership",
        about_id=row.pk,
        at=at,
        council_code=row.council_code,
        detail={"yes": yes},
    )
    _decide(row, at)
    return row


def _decide(membership: Membership, at: datetime) -> None:
    """Everyone who was in when it was asked, and still is, says yes: invited. One says no: not this time."""
    answers = list(membership.answers_about.filter(question="admit", voter__in=membership.cluster.memberships.inside()))
    no = next((one for one in answers if one.yes is False), None)
    if no is not None:
        end_place(membership=membership, verb="reject", at=at, reason=no.reason)
    elif answers and all(one.yes for one in answers):
        membership.state = step(MEMBERSHIP, membership.state, "approve")
        membership.invited_at = at
        membership.save(update_fields=["state", "invited_at"])
        write_trail(membership=membership, verb="pooling.admit", by=None, at=at)
