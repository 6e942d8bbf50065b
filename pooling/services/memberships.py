"""A place in a group: signing the charter, the first days, leaving in them (state-machines.md 3). Coming in is in `admissions`.

Locks: the group first, then the place in it.
"""

from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Q, QuerySet

from audit.clock import london_date
from audit.errors import NotAllowed, Refusal
from audit.services import facts
from payments.services.one_by_one import one_by_one
from people.models import Person
from pooling import policies, selectors
from pooling.models import AdmissionAnswer, CharterSignature, Leaving, Membership
from pooling.rules import INVITATION_DAYS, MEMBERSHIP, PLEDGE, SIZE_MAX, is_sure_enough, step
from pooling.services.admissions import AlreadyHere, NoNeedsReason, NotListed, OtherCouncil, answer, apply, invite
from pooling.services.clusters import NotMetYet, activate_when_two, current_charter
from pooling.services.membership_records import NotAsked, end_place, lock_place, my_answer, write_trail
from pooling.services.transactions import all_or_nothing

__all__ = [
    "AlreadyHere",
    "GroupIsFull",
    "MoneyStillHere",
    "NoNeedsReason",
    "NotAsked",
    "NotListed",
    "OtherCouncil",
    "RulesHaveChanged",
    "SomethingStillOn",
    "accept_charter",
    "advance_due",
    "answer",
    "apply",
    "confirm",
    "decline",
    "invite",
    "leave_now",
    "set_rounding_debt",
    "withdraw",
]

State = Membership.State


class GroupIsFull(Refusal):
    code = "group_is_full"
    sentence = "This group is full now. Ask to be told when somebody leaves."


class RulesHaveChanged(Refusal):
    """Signed from a page that showed an older version."""

    code = "rules_have_changed"
    sentence = "The rules have changed since you opened this page. Read them, then say yes or no."


class MoneyStillHere(Refusal):
    code = "money_still_here"
    sentence = "Some of your money is still here. Send it back to where it came from first. Then you can leave today."


class SomethingStillOn(Refusal):
    code = "something_still_on"
    sentence = "You said yes to visits that are still on, or money is held for them. Stop those first. Then you can leave."


@all_or_nothing
def withdraw(*, membership: Membership, by: Person, at: datetime) -> Membership:
    """Who asked to join takes it back. Raises NotAllowed, NotNow."""
    return _stop_by_person(membership, "withdraw", by, at)


@all_or_nothing
def decline(*, membership: Membership, by: Person, at: datetime) -> Membership:
    """Who was invited says not this time; the group sees only that. Raises NotAllowed, NotNow."""
    return _stop_by_person(membership, "decline", by, at)


def _stop_by_person(membership: Membership, verb: str, by: Person, at: datetime) -> Membership:
    row = lock_place(membership)
    if not policies.may_decide(by=by, person=row.person, decision="groups", at=at):
        raise NotAllowed
    return end_place(membership=row, verb=verb, at=at, by=by)


@all_or_nothing
def accept_charter(*, membership: Membership, by: Person, at: datetime, version: int | None = None) -> Membership:
    """The invited person signs the group's charter as it stands now and is in, for their first days (default 14).

    `version`: of the rules that stood on their page. Raises NotAllowed, NotMetYet, GroupIsFull, RulesHaveChanged, NotNow.
    """
    row = lock_place(membership)
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
    if version is not None and charter.version != version:
        raise RulesHaveChanged
    CharterSignature.objects.create(charter=charter, membership=row, by=by, at=at)
    row.state, row.strand, row.joined_at, row.trial_ends_at = after, free[0], at, at + timedelta(days=charter.trial_days)
    row.save(update_fields=["state", "strand", "joined_at", "trial_ends_at"])
    write_trail(membership=row, verb="pooling.accept_charter", by=by, at=at, charter=charter.pk)
    activate_when_two(row.cluster, at)
    return row


@all_or_nothing
def confirm(*, membership: Membership, by: Person | None, at: datetime) -> Membership:
    """The first days end. `by` None: their time is up. By somebody who has been in for longer: their welcome; the last one's ends them early.

    Everyone past their own first days must welcome. Raises NotAsked, NotNow.
    """
    row = lock_place(membership)
    after = step(MEMBERSHIP, row.state, "confirm")
    if by is None:
        if row.trial_ends_at is None or at < row.trial_ends_at:
            return row
    elif not _everyone_welcomes(row, by, at):
        return row
    row.state = after
    row.save(update_fields=["state"])
    write_trail(membership=row, verb="pooling.confirm", by=by, at=at)
    return row


def _everyone_welcomes(membership: Membership, by: Person, at: datetime) -> bool:
    question = AdmissionAnswer.Question.WELCOME
    settled = membership.cluster.memberships.filter(state=State.ACTIVE)
    for voter in settled:
        AdmissionAnswer.objects.get_or_create(membership=membership, voter=voter, question=question)
    mine = my_answer(membership=membership, question=question, by=by, at=at)
    mine.yes, mine.at, mine.by = True, at, by
    mine.save(update_fields=["yes", "at", "by"])
    return not membership.answers_about.filter(question=question, voter__in=settled).exclude(yes=True).exists()


@all_or_nothing
def leave_now(*, membership: Membership, by: Person, at: datetime) -> Membership:
    """Leaves in the first days, without notice. Promises with nothing said yes to end with it.

    Raises NotAllowed, NotNow, SomethingStillOn, MoneyStillHere: free money is sent home first (`shares.withdraw`).
    """
    row = lock_place(membership)
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
    write_trail(membership=row, verb="pooling.leave_now", by=by, at=at)
    gone = Leaving.objects.create(
        membership=row,
        council_code=row.council_code,
        why=Leaving.Why.FIRST_DAYS,
        state=Leaving.State.SETTLED,
        told_at=at,
        told_by=by,
        until=london_date(at),
        left_at=at,
        settled_at=at,
    )
    payload = {"membership": row.pk, "leaving": gone.pk, "until": gone.until.isoformat(), "reason_kind": gone.why}
    facts.record(kind="pooling.left", subject=f"membership:{row.pk}", payload=payload, at=at, council_code=row.council_code)
    return end_place(membership=row, verb="nothing_left", at=at)


@all_or_nothing
def set_rounding_debt(*, membership: Membership, debt: Fraction, at: datetime) -> Membership:
    """What splitting to the penny still owes this person, for the next split (state-machines.md S1). Rooms call it; no person does."""
    row = lock_place(membership)
    row.rounding_debt_numerator, row.rounding_debt_denominator = debt.numerator, debt.denominator
    row.save(update_fields=["rounding_debt_numerator", "rounding_debt_denominator"])
    write_trail(membership=row, verb="pooling.rounding_debt", by=None, at=at, numerator=debt.numerator, denominator=debt.denominator)
    return row


def advance_due(*, at: datetime) -> int:
    """Invitations nobody answered for 30 days end, and what a group was asked and did not answer; first days that are over end.

    Fact: `pooling.place_ran_out`. Returns how many places changed.
    """
    moved = one_by_one(list(_unanswered(at).values_list("pk", flat=True)), lambda pk: _expire(pk, at))
    over = Membership.objects.filter(state=State.TRIAL, trial_ends_at__lte=at).order_by("pk").values_list("pk", flat=True)
    return moved + one_by_one(list(over), lambda pk: _confirm_in_time(pk, at))


def _unanswered(at: datetime) -> QuerySet[Membership]:
    """Places that wait for somebody's yes since 30 days: the person's own once they are invited, the group's before."""
    since = at - timedelta(days=INVITATION_DAYS)
    by_them, by_group = Q(state=State.INVITED, invited_at__lte=since), Q(state__in=(State.PROPOSED, State.APPLIED), opened_at__lte=since)
    return Membership.objects.filter(by_them | by_group).order_by("pk")


@all_or_nothing
def _expire(pk: int, at: datetime) -> int:
    row = lock_place(Membership(pk=pk))
    if not _unanswered(at).filter(pk=pk).exists():
        return 0
    was = row.state
    end_place(membership=row, verb="expire", at=at)
    payload = {"membership": pk, "was": was}
    facts.record(kind="pooling.place_ran_out", subject=f"membership:{pk}", payload=payload, at=at, council_code=row.council_code)
    return 1


@all_or_nothing
def _confirm_in_time(pk: int, at: datetime) -> int:
    row = lock_place(Membership(pk=pk))
    return 1 if row.state == State.TRIAL and confirm(membership=row, by=None, at=at).state == State.ACTIVE else 0
