"""Questions a group decides: new words, taking back, and what the clock does (state-machines.md 5).

A decision says what the group does and never moves anybody's money: it opens each person's own yes.
Writing is in `asking`, answers in `balloting`, challenges in `challenges`, carrying out in `enacting`; other rooms import all of it from here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from audit.errors import NotAllowed
from payments.services.one_by_one import one_by_one
from people.models import Person
from pooling.models import Proposal
from pooling.rules import NotNow, step
from pooling.rules.deciding import MOST_REWORKS, PROPOSAL, PROPOSAL_FINAL
from pooling.services.asking import (
    AlreadyAsked,
    CostIsSilly,
    DaysAreSilly,
    KindIsUnknown,
    NotAnUrgentGroup,
    QuestionIsMissing,
    TooLong,
    check_words,
    discuss,
    keep_words,
    opens_at,
    put_to_group,
    write,
)
from pooling.services.balloting import (
    AnswerIsUnknown,
    HelperNeverAnswers,
    NobodyToAsk,
    ObjectionNeedsReason,
    PromisesDoNotCover,
    SayHowTheyToldYou,
    TalkFirst,
    TooFewToRemove,
    cast,
    open_now,
    open_vote,
    settle,
)
from pooling.services.challenges import challenge, reject_challenge, uphold
from pooling.services.enacting import GONE, enact_due
from pooling.services.proposal_records import GroupIsOver, end, is_author, lock_question, may_ask, move
from pooling.services.transactions import all_or_nothing

__all__ = [
    "AlreadyAsked",
    "AnswerIsUnknown",
    "CostIsSilly",
    "DaysAreSilly",
    "GroupIsOver",
    "HelperNeverAnswers",
    "KindIsUnknown",
    "NobodyToAsk",
    "NotAnUrgentGroup",
    "ObjectionNeedsReason",
    "PromisesDoNotCover",
    "QuestionIsMissing",
    "SayHowTheyToldYou",
    "TalkFirst",
    "TooFewToRemove",
    "TooLong",
    "advance_due",
    "amend",
    "call_off",
    "cast",
    "challenge",
    "discuss",
    "drop",
    "open_vote",
    "put_to_group",
    "reject_challenge",
    "reopen",
    "uphold",
    "withdraw",
    "write",
]

AMENDED_WAITS = timedelta(days=1)


@all_or_nothing
def amend(*, proposal: Proposal, title: str, text: str, by: Person, at: datetime) -> Proposal:
    """Its author changes the words while people still talk; the old ones are kept, and people get at least a day to read the new.

    Raises NotAllowed, QuestionIsMissing, TooLong, NotNow.
    """
    row = lock_question(proposal)
    if not is_author(by=by, proposal=row, at=at):
        raise NotAllowed
    return _reword(row, "amend", title, text, by, at, opens_at=max(row.opens_at or at, at + AMENDED_WAITS))


@all_or_nothing
def reopen(*, proposal: Proposal, title: str, text: str, by: Person, at: datetime) -> Proposal:
    """After an objection and a talk: the question, as it is now, goes to the group again. Twice at most.

    Raises NotAllowed, QuestionIsMissing, TooLong, NotNow.
    """
    row = lock_question(proposal)
    if not may_ask(by=by, cluster=row.cluster, at=at):
        raise NotAllowed
    if row.reworks >= MOST_REWORKS:
        raise NotNow("You talked about this twice already.")
    return _reword(row, "reopen", title, text, by, at, reworks=row.reworks + 1, opens_at=opens_at(row, at))


def _reword(row: Proposal, verb: str, title: str, text: str, by: Person, at: datetime, **fields: Any) -> Proposal:
    step(PROPOSAL, row.state, verb)
    check_words(title.strip(), text.strip())
    move(proposal=row, verb=verb, by=by, at=at, title=title.strip(), text=text.strip(), version=row.version + 1, **fields)
    keep_words(row, by=by, at=at)
    return row


@all_or_nothing
def withdraw(*, proposal: Proposal, by: Person | None, at: datetime) -> Proposal:
    """Its author takes it back before it is decided. Raises NotAllowed, NotNow."""
    row = lock_question(proposal)
    if not is_author(by=by, proposal=row, at=at):
        raise NotAllowed
    return end(proposal=row, verb="withdraw", ending="withdrawn", by=by, at=at)


@all_or_nothing
def drop(*, proposal: Proposal, by: Person | None, at: datetime) -> Proposal:
    """After an objection its author gives it up; None: nobody took it up again for 30 days. Raises NotAllowed, NotNow."""
    row = lock_question(proposal)
    if not is_author(by=by, proposal=row, at=at):
        raise NotAllowed
    return end(proposal=row, verb="drop", ending="withdrawn", by=by, at=at)


@all_or_nothing
def call_off(*, about_kind: str, about_id: int, why: str, at: datetime, kinds: Iterable[str] | None = None) -> int:
    """For the room whose thing it is: that is gone, so the open questions about it are over. Returns how many.

    `why` is a sentence for the group. What was challenged waits for its answer first, and then can't be carried out.
    """
    wanted = Proposal.objects.open().filter(about_kind=about_kind, about_id=about_id)
    if kinds is not None:
        wanted = wanted.filter(kind__in=list(kinds))
    verbs = {"passed": ("cannot_enact", "lapsed"), "reworking": ("drop", "withdrawn")}
    ended = 0
    for one in wanted.order_by("pk"):
        row = lock_question(one)
        if row.state in PROPOSAL_FINAL:
            continue
        if row.state == Proposal.State.CHALLENGED:
            _remember_it_is_gone(row, why)
            continue
        verb, ending = verbs.get(row.state, ("withdraw", "withdrawn"))
        end(proposal=row, verb=verb, ending=ending, by=None, at=at, explanation=why)
        ended += 1
    return ended


def _remember_it_is_gone(row: Proposal, why: str) -> None:
    row.detail = {**row.detail, GONE: 1}
    row.explanation = why
    row.save(update_fields=["detail", "explanation"])


def advance_due(*, at: datetime) -> int:
    """What the clock does: opens, counts or extends, drops, carries out. Item by item. Returns how many questions moved."""
    return one_by_one(Proposal.objects.due(at).order_by("pk").values_list("pk", flat=True), lambda pk: _advance(pk, at))


@all_or_nothing
def _advance(pk: int, at: datetime) -> int:
    row = lock_question(Proposal(pk=pk))
    if row.state == Proposal.State.PASSED:
        return int(enact_due(proposal=row, at=at))
    if row.state == Proposal.State.DISCUSSION and row.opens_at is not None and row.opens_at <= at:
        _open_or_end(row, at)
    elif row.state == Proposal.State.VOTING and row.closes_at is not None and row.closes_at <= at:
        settle(row, at)
    elif row.state == Proposal.State.REWORKING and row.drops_at is not None and row.drops_at <= at:
        drop(proposal=row, by=None, at=at)
    else:
        return 0
    return 1


def _open_or_end(row: Proposal, at: datetime) -> None:
    try:
        open_now(row, by=None, at=at)
    except (NobodyToAsk, TooFewToRemove, PromisesDoNotCover) as refusal:
        end(proposal=row, verb="withdraw", ending="withdrawn", by=None, at=at, explanation=refusal.sentence)
