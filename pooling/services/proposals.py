"""Questions a group decides: writing, talking, opening, and what the clock does with them (state-machines.md 5).

A decision says what the group does and never moves anybody's money: it opens each person's own yes.
Answers are in `balloting`, challenges in `challenges`, carrying out in `enacting`; other rooms import all of it from here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from audit.errors import NotAllowed, Refusal
from people.models import Person
from pooling.models import Cluster, Membership, Proposal, ProposalVersion
from pooling.rules import CLUSTER_FINAL, NEW, NotNow, step
from pooling.rules.deciding import FEWEST_ANSWER_DAYS, MOST_ANSWER_DAYS, MOST_REWORKS, PROPOSAL, PROPOSAL_FINAL, rule_for
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
from pooling.services.clusters import current_charter
from pooling.services.enacting import GONE, enact_due
from pooling.services.proposal_records import GroupIsOver, end, is_author, lock_question, may_ask, move, place_of, write_trail
from pooling.services.transactions import all_or_nothing

__all__ = [
    "AlreadyAsked",
    "AnswerIsUnknown",
    "GroupIsOver",
    "HelperNeverAnswers",
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

MOST_TITLE, MOST_TEXT, MOST_COST_PENCE = 120, 2000, 100_000_000
AMENDED_WAITS = timedelta(days=1)


class QuestionIsMissing(Refusal):
    code = "question_is_missing"
    sentence = f"Write your question, in at most {MOST_TITLE} letters. Ask so that people can say yes or no."
    field = "title"


class TooLong(Refusal):
    code = "too_long"
    sentence = f"This is too long. Use at most {MOST_TEXT} letters."
    field = "text"


class CostIsSilly(Refusal):
    code = "cost_is_silly"
    sentence = "Type what it could cost in all, in pounds. Leave it empty if it costs nothing."
    field = "cost"


class KindIsUnknown(Refusal):
    code = "kind_is_unknown"
    sentence = "Choose what your question is about from the list."
    field = "kind"


class DaysAreSilly(Refusal):
    code = "days_are_silly"
    sentence = f"Give people {FEWEST_ANSWER_DAYS} to {MOST_ANSWER_DAYS} days to answer."
    field = "days"


class AlreadyAsked(Refusal):
    code = "already_asked"
    sentence = "Your group is being asked this already. Look at the questions that are open."


class NotAnUrgentGroup(Refusal):
    code = "not_an_urgent_group"
    sentence = "Your group's rules say that you talk about every question first."
    field = "urgent"


@all_or_nothing
def write(
    *,
    cluster: Cluster,
    kind: str,
    title: str,
    text: str,
    by: Person | None,
    at: datetime,
    about_kind: str = "",
    about_id: int | None = None,
    cost_pence: int | None = None,
    detail: Mapping[str, Any] | None = None,
    urgent: bool = False,
    payers: Mapping[int, int] | None = None,
    affects: Membership | None = None,
    days: int | None = None,
) -> Proposal:
    """A new question, not yet shown for talking. `by`: somebody in the group, a supporter, the facilitator; None is the system.

    `payers`: pence by place, for those who promised it; else the cost is shown as shared equally. `affects`: whose own support it is.
    Raises NotAllowed, GroupIsOver, QuestionIsMissing, TooLong, KindIsUnknown, CostIsSilly, DaysAreSilly, NotAnUrgentGroup, AlreadyAsked.
    """
    group = Cluster.objects.locked().get(pk=cluster.pk)
    if group.state in CLUSTER_FINAL:
        raise GroupIsOver
    if not may_ask(by=by, cluster=group, at=at):
        raise NotAllowed
    charter = current_charter(group)
    if kind == Proposal.Kind.WIND_DOWN:
        about_kind, about_id = "cluster", group.pk
    row = Proposal(cluster=group, council_code=group.council_code, kind=kind, title=title.strip(), text=text.strip(), urgent=urgent, written_at=at)
    row.about_kind, row.about_id, row.cost_pence, row.affects, row.detail = about_kind, about_id, cost_pence, affects, dict(detail or {})
    row.payers = [{"membership": place, "pence": pence} for place, pence in sorted((payers or {}).items())]
    row.answer_days = charter.answer_days if days is None else days
    _check(row, may_be_urgent=charter.urgent_questions)
    row.rule, row.state = rule_for(kind, charter.decision_rule), step(PROPOSAL, NEW, "write")
    row.written_by, row.written_as = by, place_of(by=by, cluster=group, at=at) if by is not None else None
    row.save(force_insert=True)
    _keep_words(row, by, at)
    write_trail(proposal=row, verb="pooling.question_write", by=by, at=at, on_behalf_of=row.written_as.person if row.written_as else None)
    return row


def _check(row: Proposal, *, may_be_urgent: bool) -> None:
    _check_words(row.title, row.text)
    if row.kind not in Proposal.Kind.values:
        raise KindIsUnknown
    if row.cost_pence is not None and not 0 <= row.cost_pence <= MOST_COST_PENCE:
        raise CostIsSilly
    if not FEWEST_ANSWER_DAYS <= row.answer_days <= MOST_ANSWER_DAYS:
        raise DaysAreSilly
    if row.urgent and not may_be_urgent:
        raise NotAnUrgentGroup
    same = Proposal.objects.open().filter(kind=row.kind, about_kind=row.about_kind, about_id=row.about_id)
    if row.about_id is not None and same.exists():
        raise AlreadyAsked


def _check_words(title: str, text: str) -> None:
    if not 1 <= len(title) <= MOST_TITLE:
        raise QuestionIsMissing
    if len(text) > MOST_TEXT:
        raise TooLong


def _keep_words(row: Proposal, by: Person | None, at: datetime) -> None:
    ProposalVersion.objects.create(proposal=row, version=row.version, title=row.title, text=row.text, by=by, at=at)


@all_or_nothing
def discuss(*, proposal: Proposal, by: Person | None, at: datetime) -> Proposal:
    """The group sees it and talks. It opens for answers after the days of the group's rules; at once where they, or its urgency, allow.

    Raises NotAllowed, NotNow.
    """
    row = lock_question(proposal)
    if not may_ask(by=by, cluster=row.cluster, at=at):
        raise NotAllowed
    return move(proposal=row, verb="discuss", by=by, at=at, opens_at=_opens_at(row, at))


def _opens_at(row: Proposal, at: datetime) -> datetime:
    return at if row.urgent else at + timedelta(days=current_charter(row.cluster).discussion_days)


@all_or_nothing
def put_to_group(
    *,
    cluster: Cluster,
    kind: str,
    title: str,
    text: str,
    by: Person | None,
    at: datetime,
    about_kind: str = "",
    about_id: int | None = None,
    cost_pence: int | None = None,
    detail: Mapping[str, Any] | None = None,
    days: int | None = None,
    urgent: bool = False,
    payers: Mapping[int, int] | None = None,
    affects: Membership | None = None,
) -> Proposal:
    """Writes a question, puts it to the group, opens it at once where the rules or its urgency allow. Raises as `write` and `open_vote`."""
    row = write(
        cluster=cluster,
        kind=kind,
        title=title,
        text=text,
        by=by,
        at=at,
        about_kind=about_kind,
        about_id=about_id,
        cost_pence=cost_pence,
        detail=detail,
        urgent=urgent,
        payers=payers,
        affects=affects,
        days=days,
    )
    row = discuss(proposal=row, by=by, at=at)
    return open_now(row, at, by=None) if row.opens_at is not None and row.opens_at <= at else row


@all_or_nothing
def amend(*, proposal: Proposal, title: str, text: str, by: Person, at: datetime) -> Proposal:
    """Its author changes the words while people still talk; the old ones are kept, and people get at least a day to read the new.

    Raises NotAllowed, QuestionIsMissing, TooLong, NotNow.
    """
    row = lock_question(proposal)
    if not is_author(by=by, proposal=row, at=at):
        raise NotAllowed
    opens_at = max(row.opens_at or at, at + AMENDED_WAITS)
    return _reword(row, "amend", title, text, by, at, opens_at=opens_at)


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
    return _reword(row, "reopen", title, text, by, at, reworks=row.reworks + 1, opens_at=_opens_at(row, at))


def _reword(row: Proposal, verb: str, title: str, text: str, by: Person, at: datetime, **fields: Any) -> Proposal:
    step(PROPOSAL, row.state, verb)
    _check_words(title.strip(), text.strip())
    move(proposal=row, verb=verb, by=by, at=at, title=title.strip(), text=text.strip(), version=row.version + 1, **fields)
    _keep_words(row, by, at)
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
    return sum(_advance(pk, at) for pk in Proposal.objects.due(at).order_by("pk").values_list("pk", flat=True))


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
        open_now(row, at, by=None)
    except (NobodyToAsk, TooFewToRemove, PromisesDoNotCover) as refusal:
        end(proposal=row, verb="withdraw", ending="withdrawn", by=None, at=at, explanation=refusal.sentence)
