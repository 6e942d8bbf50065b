"""Coming into a group, and leaving in the first days. First form of the decision: everyone who is in says yes (state-machines.md 3 and 5).

Locks: the group first, then the place in it.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from audit.errors import NotAllowed, Refusal
from audit.services import trail
from people.models import Person
from pooling import policies, selectors
from pooling.models import AdmissionAnswer, CharterSignature, Cluster, Membership
from pooling.rules import INVITATION_DAYS, MEMBERSHIP, MOST_LETTERS, NEW, PLEDGE, SIZE_MAX, is_sure_enough, step
from pooling.services.clusters import NotMetYet, activate_when_two, current_charter
from pooling.services.transactions import all_or_nothing

State = Membership.State


class AlreadyHere(Refusal):
    code = "already_here"
    sentence = "This person is in the group already, or has been asked."


class OtherCouncil(Refusal):
    code = "other_council"
    sentence = "This group is for people of another council. You can start a group where you live."


class NotListed(Refusal):
    code = "not_listed"
    sentence = "You can join this group only if somebody in it asks you."


class NotAsked(Refusal):
    code = "not_asked"
    sentence = "Only people who were in the group when this was asked can answer."


class NoNeedsReason(Refusal):
    code = "no_needs_reason"
    sentence = "Say why not, in a few words. The person is told the reason. They are not told who gave it."
    field = "reason"


class GroupIsFull(Refusal):
    code = "group_is_full"
    sentence = "This group is full now. Ask to be told when somebody leaves."


class MoneyStillHere(Refusal):
    code = "money_still_here"
    sentence = "Some of your money is still here. Send it back to where it came from first. Then you can leave today."


class SomethingStillOn(Refusal):
    code = "something_still_on"
    sentence = "You said yes to visits that are still on, or money is held for them. Stop those first. Then you can leave."


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
    _trail(membership, "pooling.invite", by, at)
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
    _trail(membership, "pooling.apply", by, at)
    return membership


def _open(group: Cluster, person: Person, state: str, at: datetime, *, invited_by: Person | None = None, answers: str = "") -> Membership:
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
    row = _lock(membership)
    step(MEMBERSHIP, row.state, "approve")
    mine = _my_answer(row, AdmissionAnswer.Question.ADMIT, by, at)
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


def _my_answer(membership: Membership, question: str, by: Person, at: datetime) -> AdmissionAnswer:
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


def _decide(membership: Membership, at: datetime) -> None:
    """Everyone who was in when it was asked, and still is, says yes: invited. One says no: not this time."""
    answers = list(membership.answers_about.filter(question="admit", voter__in=membership.cluster.memberships.inside()))
    no = next((one for one in answers if one.yes is False), None)
    if no is not None:
        _end(membership, "reject", at, reason=no.reason)
    elif answers and all(one.yes for one in answers):
        membership.state = step(MEMBERSHIP, membership.state, "approve")
        membership.invited_at = at
        membership.save(update_fields=["state", "invited_at"])
        _trail(membership, "pooling.admit", None, at)


@all_or_nothing
def withdraw(*, membership: Membership, by: Person, at: datetime) -> Membership:
    """Who asked to join takes it back. Raises NotAllowed, NotNow."""
    return _stop_by_person(membership, "withdraw", by, at)


@all_or_nothing
def decline(*, membership: Membership, by: Person, at: datetime) -> Membership:
    """Who was invited says not this time; the group sees only that. Raises NotAllowed, NotNow."""
    return _stop_by_person(membership, "decline", by, at)


def _stop_by_person(membership: Membership, verb: str, by: Person, at: datetime) -> Membership:
    row = _lock(membership)
    if not policies.may_decide(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    return _end(row, verb, at, by=by)


def _end(membership: Membership, verb: str, at: datetime, *, reason: str = "", by: Person | None = None) -> Membership:
    membership.state = step(MEMBERSHIP, membership.state, verb)
    membership.ended_at, membership.end_reason = at, reason
    membership.save(update_fields=["state", "ended_at", "end_reason"])
    _trail(membership, f"pooling.{verb}", by, at)
    return membership


@all_or_nothing
def accept_charter(*, membership: Membership, by: Person, at: datetime) -> Membership:
    """The invited person signs the group's charter as it stands now and is in, for their first days (default 14).

    Raises NotAllowed, NotMetYet, GroupIsFull, NotNow.
    """
    row = _lock(membership)
    if not policies.may_decide(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    after = step(MEMBERSHIP, row.state, "accept_charter")
    if not is_sure_enough(row.person.sureness, "seen"):
        raise NotMetYet
    taken = set(row.cluster.memberships.inside().values_list("strand", flat=True))
    free = [strand for strand in range(1, SIZE_MAX + 1) if strand not in taken]
    if len(taken) >= row.cluster.size_max or not free:
        raise GroupIsFull
    charter = current_charter(row.cluster)
    CharterSignature.objects.create(charter=charter, membership=row, by=by, at=at)
    row.state, row.strand, row.joined_at, row.trial_ends_at = after, free[0], at, at + timedelta(days=charter.trial_days)
    row.save(update_fields=["state", "strand", "joined_at", "trial_ends_at"])
    _trail(row, "pooling.accept_charter", by, at, charter=charter.pk)
    activate_when_two(row.cluster, at)
    return row


@all_or_nothing
def confirm(*, membership: Membership, by: Person | None, at: datetime) -> Membership:
    """The first days end. `by` None: their time is up. By somebody who has been in for longer: their welcome; the last one's ends them early.

    Everyone past their own first days must welcome. Raises NotAsked, NotNow.
    """
    row = _lock(membership)
    after = step(MEMBERSHIP, row.state, "confirm")
    if by is None:
        if row.trial_ends_at is None or at < row.trial_ends_at:
            return row
    elif not _everyone_welcomes(row, by, at):
        return row
    row.state = after
    row.save(update_fields=["state"])
    _trail(row, "pooling.confirm", by, at)
    return row


def _everyone_welcomes(membership: Membership, by: Person, at: datetime) -> bool:
    question = AdmissionAnswer.Question.WELCOME
    settled = membership.cluster.memberships.filter(state=State.ACTIVE)
    for voter in settled:
        AdmissionAnswer.objects.get_or_create(membership=membership, voter=voter, question=question)
    mine = _my_answer(membership, question, by, at)
    mine.yes, mine.at, mine.by = True, at, by
    mine.save(update_fields=["yes", "at", "by"])
    return not membership.answers_about.filter(question=question, voter__in=settled).exclude(yes=True).exists()


@all_or_nothing
def leave_now(*, membership: Membership, by: Person, at: datetime) -> Membership:
    """Leaves in the first days, without notice. Promises with nothing said yes to end with it.

    Raises NotAllowed, NotNow, SomethingStillOn, MoneyStillHere: free money is sent home first (`shares.withdraw`).
    """
    row = _lock(membership)
    if not policies.may_decide(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    row.state = step(
        MEMBERSHIP,
        row.state,
        "leave_now",
        "You have been in this group for longer than the first days. Tell the group you want to leave, and your notice starts.",
    )
    if selectors.has_something_on(row):
        raise SomethingStillOn
    if selectors.money_in_group(row):
        raise MoneyStillHere
    for pledge in row.pledges.live().locked():
        pledge.state = step(PLEDGE, pledge.state, "cancel")
        pledge.save(update_fields=["state"])
    _trail(row, "pooling.leave_now", by, at)
    return _end(row, "nothing_left", at)


@all_or_nothing
def set_rounding_debt(*, membership: Membership, debt: Fraction, at: datetime) -> Membership:
    """What splitting to the penny still owes this person, for the next split (state-machines.md S1). Rooms call it; no person does."""
    row = _lock(membership)
    row.rounding_debt_numerator, row.rounding_debt_denominator = debt.numerator, debt.denominator
    row.save(update_fields=["rounding_debt_numerator", "rounding_debt_denominator"])
    _trail(row, "pooling.rounding_debt", None, at, numerator=debt.numerator, denominator=debt.denominator)
    return row


def advance_due(*, at: datetime) -> int:
    """Invitations nobody answered for 30 days end; first days that are over end. Returns how many places changed."""
    moved = 0
    for pk in Membership.objects.filter(state=State.INVITED, invited_at__lte=at - timedelta(days=INVITATION_DAYS)).values_list("pk", flat=True):
        moved += _expire(pk, at)
    for pk in Membership.objects.filter(state=State.TRIAL, trial_ends_at__lte=at).values_list("pk", flat=True):
        moved += _confirm_in_time(pk, at)
    return moved


@all_or_nothing
def _expire(pk: int, at: datetime) -> int:
    row = _lock(Membership(pk=pk))
    if row.state != State.INVITED:
        return 0
    _end(row, "expire", at)
    return 1


@all_or_nothing
def _confirm_in_time(pk: int, at: datetime) -> int:
    row = _lock(Membership(pk=pk))
    return 1 if row.state == State.TRIAL and confirm(membership=row, by=None, at=at).state == State.ACTIVE else 0


def _lock(membership: Membership) -> Membership:
    """The place, locked after its group."""
    cluster_id = Membership.objects.values_list("cluster_id", flat=True).get(pk=membership.pk)
    group = Cluster.objects.locked().get(pk=cluster_id)
    row = Membership.objects.locked().select_related("person").get(pk=membership.pk)
    row.cluster = group
    return row


def _trail(membership: Membership, verb: str, by: Person | None, at: datetime, **detail: int) -> None:
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
