"""Saying that a question was not asked or counted as it should be, and an operator's answer to that (state-machines.md 5)."""

from datetime import datetime

from audit.errors import NotAllowed, Refusal
from people.models import Person
from pooling import policies
from pooling.models import Challenge, Membership, Proposal
from pooling.rules import MOST_LETTERS, NotNow, step
from pooling.rules.deciding import PROPOSAL
from pooling.services.membership_records import NotAsked
from pooling.services.proposal_records import end, lock_question, move, write_trail
from pooling.services.transactions import all_or_nothing


class SayWhatWentWrong(Refusal):
    code = "say_what_went_wrong"
    sentence = "Say what was not done right. For example: I was not asked. That you see it differently is no fault in how it was asked."
    field = "reason"


class SaidThatBefore(Refusal):
    code = "said_that_before"
    sentence = "You said so once already about this question, and got an answer. You can read it on this page."


class ReasonsAreMissing(Refusal):
    code = "reasons_are_missing"
    sentence = "Give your reasons. Everybody in the group reads them."
    field = "answer"


class NotByWhoIsInIt(NotAllowed):
    code = "not_by_who_is_in_it"
    sentence = "You have an interest in this question, so another person must answer it."


@all_or_nothing
def challenge(*, proposal: Proposal, membership: Membership, reason: str, by: Person, at: datetime) -> Challenge:
    """Somebody in the group says within three days that a decision was not made as it should be; it waits until an operator has answered.

    Raises NotAllowed, NotAsked (not in this group), SayWhatWentWrong, SaidThatBefore, NotNow.
    """
    row = lock_question(proposal)
    place = row.cluster.memberships.inside().select_related("person").filter(pk=membership.pk).first()
    if place is None:
        raise NotAsked
    if policies.is_facilitator_of(by=by, cluster=row.cluster) or not policies.may_decide(by=by, person=place.person, decision="groups", at=at):
        raise NotAllowed
    late = "The time to say so is over."
    step(PROPOSAL, row.state, "challenge", late)
    if row.challenge_until is None or at >= row.challenge_until:
        raise NotNow(late)
    if not reason.strip():
        raise SayWhatWentWrong
    if row.challenges.filter(membership=place).exists():
        raise SaidThatBefore
    made = Challenge.objects.create(proposal=row, membership=place, council_code=row.council_code, reason=reason.strip()[:MOST_LETTERS], by=by, at=at)
    move(proposal=row, verb="challenge", by=by, at=at)
    return made


@all_or_nothing
def uphold(*, proposal: Proposal, answer: str, by: Person, at: datetime) -> Proposal:
    """An operator with no interest in it finds the fault: the decision does not count, the question and its answers are kept.

    Raises NotAllowed, NotByWhoIsInIt, ReasonsAreMissing, NotNow.
    """
    row = _judge(proposal, "uphold", Challenge.State.UPHELD, answer, by, at)
    words = f"It was not done right, so it does not count. {answer.strip()}"
    return end(proposal=row, verb="uphold", ending="voided", by=by, at=at, explanation=words)


@all_or_nothing
def reject_challenge(*, proposal: Proposal, answer: str, by: Person, at: datetime) -> Proposal:
    """An operator with no interest in it finds no fault: the decision stands, and the group reads why. Raises as `uphold`."""
    row = _judge(proposal, "reject_challenge", Challenge.State.REJECTED, answer, by, at)
    return move(proposal=row, verb="reject_challenge", by=by, at=at)


def _judge(proposal: Proposal, verb: str, state: str, answer: str, by: Person, at: datetime) -> Proposal:
    row = lock_question(proposal)
    if not by.is_active or not by.is_operator:
        raise NotAllowed
    if has_an_interest(by=by, proposal=row):
        raise NotByWhoIsInIt
    step(PROPOSAL, row.state, verb)
    if not answer.strip():
        raise ReasonsAreMissing
    made = row.challenges.open().locked().get()
    made.state, made.answer, made.answered_by, made.answered_at = state, answer.strip()[:MOST_LETTERS], by, at
    made.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    write_trail(proposal=row, verb="pooling.question_judge", by=by, at=at, challenge=made.pk)
    return row


def has_an_interest(*, by: Person, proposal: Proposal) -> bool:
    """In the group or once asked, wrote the question, pressed for somebody, helps the group (abuse.md 6)."""
    places = Membership.objects.filter(cluster=proposal.cluster_id)
    helped = policies.is_facilitator_of(by=by, cluster=proposal.cluster)
    return helped or by.pk == proposal.written_by_id or places.filter(person=by).exists() or proposal.ballots.filter(by=by).exists()
