"""Writing a question and putting it to the group: what it needs to say, and when people can answer (state-machines.md 5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from audit.errors import NotAllowed, Refusal
from people.models import Person
from pooling import policies
from pooling.models import Cluster, Membership, Proposal, ProposalVersion
from pooling.rules import CLUSTER_FINAL, NEW, step
from pooling.rules.deciding import FEWEST_ANSWER_DAYS, MOST_ANSWER_DAYS, PROPOSAL, rule_for
from pooling.services.balloting import open_now
from pooling.services.clusters import current_charter
from pooling.services.proposal_records import GroupIsOver, is_author, lock_question, may_ask, move, place_of, write_trail
from pooling.services.transactions import all_or_nothing

MOST_TITLE, MOST_TEXT, MOST_COST_PENCE = 120, 2000, 100_000_000


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
    keep_words(row, by=by, at=at)
    write_trail(proposal=row, verb="pooling.question_write", by=by, at=at, on_behalf_of=row.written_as.person if row.written_as else None)
    return row


def _check(row: Proposal, *, may_be_urgent: bool) -> None:
    check_words(row.title, row.text)
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


def check_words(title: str, text: str) -> None:
    """Raises QuestionIsMissing, TooLong."""
    if not 1 <= len(title) <= MOST_TITLE:
        raise QuestionIsMissing
    if len(text) > MOST_TEXT:
        raise TooLong


def keep_words(row: Proposal, *, by: Person | None, at: datetime) -> None:
    """The words as they stand now, as a version of their own."""
    ProposalVersion.objects.create(proposal=row, version=row.version, title=row.title, text=row.text, by=by, at=at)


@all_or_nothing
def discuss(*, proposal: Proposal, by: Person | None, at: datetime) -> Proposal:
    """Its author or the facilitator puts it before the group, which talks. It opens after the days of the group's rules.

    At once where they, or its urgency, allow. Raises NotAllowed, NotNow.
    """
    row = lock_question(proposal)
    if not is_author(by=by, proposal=row, at=at) and not policies.is_facilitator_of(by=by, cluster=row.cluster):
        raise NotAllowed
    return move(proposal=row, verb="discuss", by=by, at=at, opens_at=opens_at(row, at))


def opens_at(row: Proposal, at: datetime) -> datetime:
    """When people can answer, if it is put to them at this moment."""
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
    """Writes a question, puts it to the group, opens it at once where the rules or its urgency allow.

    Urgent in a group whose rules know no urgency, it is talked over first. Raises as `write` and `open_vote`.
    """
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
        urgent=urgent and current_charter(cluster).urgent_questions,
        payers=payers,
        affects=affects,
        days=days,
    )
    row = discuss(proposal=row, by=by, at=at)
    return open_now(row, by=None, at=at) if row.opens_at is not None and row.opens_at <= at else row
