"""Asking a question: who may answer is fixed, answers come in with a receipt, and at the end they are counted (state-machines.md 5)."""

import secrets
from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from audit.errors import Changed, NotAllowed, Refusal
from people.models import Person
from pooling import policies
from pooling.models import Ballot, Membership, Proposal
from pooling.rules import MOST_LETTERS, NotNow, step
from pooling.rules.deciding import (
    ANSWERS,
    CHALLENGE_DAYS,
    EXTEND_DAYS,
    FEWEST_TO_REMOVE,
    PROPOSAL,
    REWORK_DAYS,
    Tally,
    close,
    explain,
    quorum_of,
    rule_for,
)
from pooling.selectors.deciding import promises_cover
from pooling.services.clusters import current_charter
from pooling.services.membership_records import NotAsked
from pooling.services.proposal_records import end, lock_question, move, tell, write_trail
from pooling.services.transactions import all_or_nothing

RECEIPT_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without letters and figures that look alike: people read a receipt out on the phone."""


class TalkFirst(Refusal):
    code = "talk_first"
    sentence = "Give people time to talk about it first. It opens by itself when that time is over."


class NobodyToAsk(Refusal):
    code = "nobody_to_ask"
    sentence = "Nobody in the group can answer this."


class TooFewToRemove(Refusal):
    code = "too_few_to_remove"
    sentence = "There are too few others in the group to decide this. You can leave the group, or talk to the person who helps it."


class PromisesDoNotCover(Refusal):
    code = "promises_do_not_cover"
    sentence = "What people promised does not cover this. Ask for less, or ask them to promise more first."


class HelperNeverAnswers(NotAllowed):
    code = "helper_never_answers"
    sentence = "You help this group, so you can't answer its questions."


class AnswerIsUnknown(Refusal):
    code = "answer_is_unknown"
    sentence = "Choose one of the answers on the page."
    field = "answer"


class WordsHaveChanged(Changed):
    """Answered from a page that showed what was asked before an objection."""

    code = "words_have_changed"
    sentence = "This question has other words since you opened this page. Read them, then answer."


class ObjectionNeedsReason(Refusal):
    code = "objection_needs_reason"
    sentence = "Say what harm it would do, or why it is not what your group is for. Then the others can look for something you can live with."
    field = "reason"


class SayHowTheyToldYou(Refusal):
    code = "say_how_they_told_you"
    sentence = "You answer for somebody else. Say how they told you. For example: she said so on the phone today."
    field = "how"


@all_or_nothing
def open_vote(*, proposal: Proposal, by: Person | None, at: datetime) -> Proposal:
    """From now on people answer. Who may, the rule, how many must answer, words and sums are fixed.

    `by`: the facilitator, or None: its time has come. Raises NotAllowed, TalkFirst, NobodyToAsk, TooFewToRemove, PromisesDoNotCover, NotNow.
    """
    row = lock_question(proposal)
    if by is not None and not policies.is_facilitator_of(by=by, cluster=row.cluster):
        raise NotAllowed
    step(PROPOSAL, row.state, "open")
    if row.opens_at is None or at < row.opens_at:
        raise TalkFirst
    return open_now(row, by=by, at=at)


def open_now(row: Proposal, *, by: Person | None, at: datetime) -> Proposal:
    """Freezes the electorate of the locked question and asks it."""
    places = electorate(row)
    if not places:
        raise NobodyToAsk
    if row.kind == Proposal.Kind.REMOVE and len(places) < FEWEST_TO_REMOVE:
        raise TooFewToRemove
    if not promises_cover(row):
        raise PromisesDoNotCover
    rule = rule_for(row.kind, current_charter(row.cluster).decision_rule)
    Ballot.objects.bulk_create(Ballot(proposal=row, membership=place, round=row.reworks) for place in places)
    until = at + timedelta(days=row.answer_days)
    fixed: dict[str, Any] = {"rule": rule, "quorum": quorum_of(rule, len(places)), "opened_at": at, "closes_at": until, "extended_at": None}
    move(proposal=row, verb="open", by=by, at=at, **fixed)
    tell(proposal=row, kind="pooling.question_opened", at=at)
    return row


def electorate(row: Proposal) -> list[Membership]:
    """Who may answer, as things are now: who is in, without those who have an interest in it.

    About somebody's place: the others, once past their own first days.
    """
    places = row.cluster.memberships.inside().exclude(pk__in=row.detail.get("without", ())).order_by("pk")
    if row.kind == Proposal.Kind.REMOVE:
        places = places.filter(state=Membership.State.ACTIVE).exclude(pk=row.about_id or 0)
    return list(places)


@all_or_nothing
def cast(
    *,
    proposal: Proposal,
    membership: Membership,
    answer: str,
    reason: str = "",
    how: str = "",
    by: Person,
    at: datetime,
    version: int | None = None,
) -> Ballot:
    """One person's answer, with its receipt; may be changed until the question closes: at its time, or when everybody has answered.

    `by`: the person, or a supporter for groups, who says in `how` how the person told them. Never the facilitator.
    `version`: of the words that their page showed.
    Raises NotAllowed, HelperNeverAnswers, NotAsked, WordsHaveChanged, AnswerIsUnknown, ObjectionNeedsReason, SayHowTheyToldYou, NotNow.
    """
    row = lock_question(proposal)
    if policies.is_facilitator_of(by=by, cluster=row.cluster):
        raise HelperNeverAnswers
    over = "The time to answer is over."
    step(PROPOSAL, row.state, "cast", over)
    if row.closes_at is None or at >= row.closes_at:
        raise NotNow(over)
    ballot = row.ballots.locked().filter(membership=membership.pk, round=row.reworks).select_related("membership__person").first()
    if ballot is None or not ballot.membership.is_in:
        raise NotAsked
    if not policies.may_decide(by=by, person=ballot.membership.person, decision="groups", at=at):
        raise NotAllowed
    if version is not None and version != row.version:
        raise WordsHaveChanged
    reason, how = reason.strip()[:MOST_LETTERS], how.strip()[:MOST_LETTERS] if by.pk != ballot.membership.person_id else ""
    _check(row, ballot, answer, reason, how, by)
    if (ballot.answer, ballot.reason, ballot.by_id) == (answer, reason, by.pk):
        return ballot  # pressed twice: the receipt they have stays good
    _fill_in(row, ballot, answer=answer, reason=reason, how=how, by=by, at=at)
    if not row.ballots.filter(round=row.reworks, answer="").exists():
        settle(row, at)
    return ballot


def _check(row: Proposal, ballot: Ballot, answer: str, reason: str, how: str, by: Person) -> None:
    if answer not in ANSWERS[row.rule]:
        raise AnswerIsUnknown
    if answer == Ballot.Answer.OBJECT and not reason:
        raise ObjectionNeedsReason
    if by.pk != ballot.membership.person_id and not how:
        raise SayHowTheyToldYou


def _fill_in(row: Proposal, ballot: Ballot, *, answer: str, reason: str, how: str, by: Person, at: datetime) -> None:
    ballot.answer, ballot.reason, ballot.how, ballot.by, ballot.at, ballot.receipt = answer, reason, how, by, at, _receipt()
    ballot.save(update_fields=["answer", "reason", "how", "by", "at", "receipt"])
    write_trail(proposal=row, verb="pooling.question_cast", by=by, at=at, on_behalf_of=ballot.membership.person, ballot=ballot.pk, answer=answer)


def _receipt() -> str:
    letters = "".join(secrets.choice(RECEIPT_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def tally(row: Proposal) -> Tally:
    """The answers of this round, counted."""
    ballots = list(row.ballots.filter(round=row.reworks))
    counts = Counter(one.answer for one in ballots)
    own = None
    if row.affects_id is not None:
        own = any(one.membership_id == row.affects_id and one.answer == Ballot.Answer.YES for one in ballots)
    return Tally(size=len(ballots), yes=counts["yes"], no=counts["no"], aside=counts["aside"], objects=counts["object"], affected_says_yes=own)


def settle(row: Proposal, at: datetime) -> Proposal:
    """Answering is over for the locked question: counted by the rule it was opened under."""
    counted = tally(row)
    verb = close(row.rule, counted, row.quorum, extended=row.extended_at is not None, reworks=row.reworks)
    words = explain(row.rule, counted, row.quorum, verb)
    result = {**asdict(counted), "quorum": row.quorum, "rule": row.rule, "round": row.reworks}
    if verb == "extend":
        until = max(at, row.closes_at or at) + timedelta(days=EXTEND_DAYS)
        move(proposal=row, verb=verb, by=None, at=at, extended_at=at, closes_at=until, explanation=words)
        tell(proposal=row, kind="pooling.question_extended", at=at)
    elif verb == "object":
        move(proposal=row, verb=verb, by=None, at=at, drops_at=at + timedelta(days=REWORK_DAYS), outcome=result, explanation=words)
        tell(proposal=row, kind="pooling.question_reworking", at=at)
    elif verb == "fail":
        end(proposal=row, verb=verb, ending="failed", by=None, at=at, explanation=words, decided_at=at, outcome=result)
    else:
        until = at + timedelta(days=CHALLENGE_DAYS)
        move(proposal=row, verb=verb, by=None, at=at, decided_at=at, challenge_until=until, outcome=result, explanation=words)
    return row
