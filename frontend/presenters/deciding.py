"""Questions of a group in words: how they stand, what an answer means, what happens next. Never what somebody else answered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.one_question import Row as Found
from audit.one_question import by_list
from audit.one_question import rows as listed
from frontend import words
from frontend.forms.deciding import ANSWERS
from people.models import Person
from pooling.models import Ballot, Challenge, Cluster, Proposal
from pooling.querysets.deciding import stoppable_by
from pooling.rules import CLUSTER_FINAL
from pooling.rules.deciding import MOST_REWORKS
from pooling.selectors.deciding import Question, ballots_waiting, question_for, questions_of

State = Proposal.State
RULES = {
    "consent": "Nobody must object, and somebody must say yes",
    "most": "More must say yes than no",
    "two_thirds": "Two thirds of all who can answer must say yes",
    "everyone": "Everyone must say yes, or be able to live with it",
}
_STANDS = {
    State.DRAFT: "Being written",
    State.DISCUSSION: "You are talking about it",
    State.REWORKING: "Somebody objects. You talk about it again",
    State.PASSED: "The answer is yes",
    State.CHALLENGED: "Somebody says it was not done right",
    State.WITHDRAWN: "Taken back",
    State.FAILED: "The answer is no",
    State.ENACTED: "The answer is yes, and it is done",
    State.LAPSED: "The answer was yes, but it can’t be done any more",
    State.VOIDED: "It does not count",
}
NO_MONEY = "Your answer moves nobody’s money. Each person says yes for their own part."


@dataclass(frozen=True, slots=True)
class Row:
    """One question of the list."""

    pk: int
    title: str
    stands: str
    waits_for_me: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given, with its receipt, for whoever may see it."""

    whose: str
    answer: str
    said_at: datetime
    receipt: str
    pressed_by: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    question: Question
    stands: str
    lead: str
    rows: list[dict[str, str]]
    steps: list[dict[str, str]]
    who: list[dict[str, Any]]
    with_help: list[str]
    given: list[Given]
    may_answer: bool
    may_change: bool
    may_reopen: bool
    may_take_back: bool
    may_challenge: bool

    @property
    def proposal(self) -> Proposal:
        return self.question.proposal

    @property
    def strands(self) -> list[int]:
        """Of those who can answer, for the strip: as many as a picture holds."""
        return [one["strand"] for one in self.who[:4]]


def rows(cluster: Cluster, viewer: Person) -> list[Row]:
    """The group's questions, newest first."""
    return [Row(one.pk, one.title, stands(one), waits, one.is_over) for one, waits in questions_of(cluster, viewer)]


def stands(proposal: Proposal) -> str:
    """How a question stands, in a few words."""
    if proposal.state == State.VOTING and proposal.closes_at:
        return f"Answer by {words.day(proposal.closes_at)}"
    return _STANDS[State(proposal.state)]


def page(proposal: Proposal, viewer: Person, at: datetime) -> QuestionPage:
    """One question as this viewer sees it."""
    question = question_for(proposal, viewer, at=at)
    is_open = proposal.state == State.VOTING and proposal.closes_at is not None and at < proposal.closes_at
    in_time = proposal.state == State.PASSED and proposal.challenge_until is not None and at < proposal.challenge_until
    reworking = proposal.state == State.REWORKING
    helps = viewer.pk == proposal.cluster.facilitator_id
    may_take_back = question.is_author and (reworking or proposal.state in (State.DRAFT, State.DISCUSSION, State.VOTING))
    return QuestionPage(
        question=question,
        stands=stands(proposal),
        lead=_lead(proposal),
        rows=_rows(question),
        steps=_steps(proposal),
        who=[
            {"name": one.name, "figure": one.figure, "strand": one.strand or 1, "mine": one.is_viewer, "answered": one.has_answered}
            for one in question.who
        ],
        with_help=[f"{one.name} has answered with {one.helper}." for one in question.who if one.helper],
        given=[_given(one, viewer) for one in question.own if one.answer],
        may_answer=is_open and any(one.membership.is_in for one in question.own),
        may_change=proposal.state == State.DISCUSSION and question.is_author,
        may_reopen=reworking and question.may_write and proposal.reworks < MOST_REWORKS,
        may_take_back=may_take_back,
        may_challenge=in_time and question.own_place is not None and not helps,
    )


def _lead(proposal: Proposal) -> str:
    if proposal.state == State.VOTING and proposal.closes_at:
        return f"You can answer until {words.day(proposal.closes_at)}, {words.clock(proposal.closes_at)}. It ends sooner when everybody has answered."
    if proposal.state == State.DISCUSSION and proposal.opens_at:
        return f"Talk about it until {words.day(proposal.opens_at)}. Then everyone can answer."
    return proposal.explanation or _STANDS.get(State(proposal.state), "")


def _rows(question: Question) -> list[dict[str, str]]:
    proposal, found = question.proposal, []
    if proposal.written_as:
        found.append({"key": "Asked by", "value": proposal.written_as.person.known_as})
    if proposal.cost_pence:
        found.append({"key": "What it could cost in all", "value": words.pounds(proposal.cost_pence)})
        if question.own_cost_pence:
            value = f"About {words.pounds(question.own_cost_pence)}, if you say yes to it yourself later"
            found.append({"key": "Your part", "value": value})
        found.append({"key": "Who would pay", "value": words.count(question.payers, "person", "people") if question.payers else "Nobody yet"})
    found.append({"key": "When the answer is yes", "value": f"{RULES[proposal.rule]}."})
    if proposal.quorum:
        found.append({"key": "How many must answer", "value": f"{proposal.quorum} of {len(question.who)}"})
    return found


def _steps(proposal: Proposal) -> list[dict[str, str]]:
    """From talking to done. The one where it stands is marked."""
    order = [State.DISCUSSION, State.VOTING, State.PASSED, State.ENACTED]
    titles = ["You talk about it", "Everyone answers", "Three days to say it was not done right", "It is done"]
    texts = [proposal.opened_at or proposal.opens_at, proposal.decided_at or proposal.closes_at, proposal.challenge_until, None]
    state = {State.REWORKING: State.DISCUSSION, State.CHALLENGED: State.PASSED}.get(State(proposal.state), State(proposal.state))
    if state not in order:
        return []
    here = order.index(state)
    found = []
    for number, (title, until) in enumerate(zip(titles, texts, strict=True)):
        how = "done" if number < here or state == State.ENACTED else "here" if number == here else "next"
        found.append({"title": title, "text": f"Until {words.day(until)}" if until and number <= here else "", "state": how})
    return found[1:] if proposal.urgent and state != State.DISCUSSION else found


def _given(ballot: Ballot, viewer: Person) -> Given:
    person = ballot.membership.person
    pressed = ballot.by.known_as if ballot.by is not None and ballot.by_id != person.pk else ""
    whose = "You" if person.pk == viewer.pk else person.known_as
    return Given(whose, str(ANSWERS[ballot.answer]), ballot.at or ballot.proposal.written_at, ballot.receipt or "", pressed)


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A question of the group that waits for this viewer's answer."""

    pk: int
    title: str
    when: str


def waiting_in(cluster: Cluster, viewer: Person, *, at: datetime) -> QuerySet[Any, Any]:
    """What waits for the viewer's answer in one group."""
    ballots = ballots_waiting(viewer, at=at).filter(proposal__cluster=cluster)
    return listed(ballots, "question_for_us", pk="proposal_id", on="proposal__closes_at", title="proposal__title")


def to_answer(found: Iterable[Found]) -> list[ToAnswer]:
    """What of it was asked, each question once."""
    rows = {row.pk: row for row in by_list(found, "question_for_us")}
    return [ToAnswer(row.pk, row["title"], f"Answer by {words.day(closes_at)}") for row in rows.values() if (closes_at := row.moment("on"))]


def stands_of(cluster: Cluster) -> str:
    """What everybody in a group must know of how it stands; empty while it is set up or just goes on."""
    if cluster.state == Cluster.State.FROZEN and cluster.frozen_until:
        until = words.day(cluster.frozen_until)
        goes_on = "Visits go on. Your own money can go home at any time."
        return f"Your group is stopped for now, until {until} at the latest: {cluster.freeze_reason} {goes_on}"
    if cluster.state == Cluster.State.WINDING_DOWN:
        return "Your group is coming to its end. What is yours goes back to where it came from, when your last visits are done."
    return "Your group is over." if cluster.state in (Cluster.State.CLOSED, Cluster.State.CANCELLED) else ""


def waiting(person: Person, *, at: datetime) -> list[QuerySet[Any, Any]]:
    """Questions that wait for this person's answer, or of somebody they may decide for."""
    told = {"title": "proposal__title", "closes_at": "proposal__closes_at", "name": "proposal__cluster__name"}
    whose = {"person": "membership__person_id", "known_as": "membership__person__known_as"}
    return [listed(ballots_waiting(person, at=at), "question_for_us", pk="proposal_id", **told, **whose)]


def said_of(found: Iterable[Found], person: Person) -> Iterator[tuple[Found, str]]:
    """Each with a sentence: one's own first, then the first to close."""
    rows = (row for row in found if row.of == "question_for_us")
    for row in sorted(rows, key=lambda row: (row["person"] != person.pk, row["closes_at"], row.pk)):
        whose = "Your answer" if row["person"] == person.pk else f"The answer of {row['known_as']}"
        yield row, f"{whose} in {row['name']}. {NO_MONEY}"


@dataclass(frozen=True, slots=True)
class GroupOfList:
    """A group as those see it who may stop it: its name and how it stands, nobody in it."""

    pk: int
    name: str
    stands: str


@dataclass(frozen=True, slots=True)
class OperatorsGroups:
    challenges: list[Challenge]
    stopped: list[GroupOfList]
    ending: list[GroupOfList]
    others: list[GroupOfList]


def for_operators(person: Person) -> OperatorsGroups:
    """What an operator answers about groups, and every group by how it stands."""
    groups = [GroupOfList(one.pk, one.name, one.state) for one in Cluster.objects.visible_to(person).order_by("name", "pk")[:500]]
    waiting = Challenge.objects.visible_to(person).open().select_related("proposal__cluster", "membership__person").order_by("at")
    return OperatorsGroups(
        challenges=list(waiting),
        stopped=[one for one in groups if one.stands == "frozen"],
        ending=[one for one in groups if one.stands == "winding_down"],
        others=[one for one in groups if one.stands in ("active", "forming")],
    )


def looked_after(person: Person, *, at: datetime) -> list[GroupOfList]:
    """Groups to which money was promised that this person's organisations look after."""
    return [GroupOfList(one.pk, one.name, one.state) for one in stoppable_by(person, at=at).exclude(state__in=CLUSTER_FINAL).order_by("name", "pk")]
