"""For who helps groups: people to bring together, the meetings they host, and what they may and may not do."""

from dataclasses import dataclass
from datetime import datetime

from frontend import words
from frontend.presenters.finding import help_labels, parts_said
from people.models import Person
from pooling.models import Introduction
from pooling.selectors import finding


@dataclass(frozen=True, slots=True)
class MatchLine:
    """People who would like the same, near the same place."""

    category: str
    outcode: str
    what: str
    people: int
    to_meet: int
    when: str


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting I host: who is asked, by first name, and whether a group came of it."""

    pk: int
    what: str
    when: str
    place: str
    names: list[str]
    is_over: bool
    has_group: bool


@dataclass(frozen=True, slots=True)
class HostingPage:
    matches: list[MatchLine]
    meetings: list[MeetingLine]


def page(person: Person, *, at: datetime) -> HostingPage:
    """Everybody waiting in my councils, and my meetings. A fixed number of queries."""
    labels = help_labels()
    matches = [_match(one, labels) for one in finding.matches_for(person, at=at)]
    return HostingPage(matches, [_meeting(one, labels, at) for one in finding.meetings_of(person)])


def _match(match: finding.Match, labels: dict[str, str]) -> MatchLine:
    what = labels.get(match.category, match.category)
    return MatchLine(match.category, match.outcode, what, len(match.people), match.to_meet, parts_said(match.parts_for_all))


def _meeting(row: Introduction, labels: dict[str, str], at: datetime) -> MeetingLine:
    asked = [one.person.known_as for one in row.interests.all() if one.state in ("introduced", "group")]
    when = f"{words.day(row.meets_at)} at {words.clock(row.meets_at)}"
    return MeetingLine(row.pk, labels.get(row.category, row.category), when, row.place, asked, row.meets_at < at, row.cluster_id is not None)


def match_of(person: Person, *, category: str, outcode: str, at: datetime) -> finding.Match | None:
    """One list of people waiting, if this person may host a meeting for them."""
    found = (one for one in finding.matches_for(person, at=at) if (one.category, one.outcode) == (category, outcode))
    return next(found, None)


def choices(match: finding.Match) -> list[tuple[str, str]]:
    """Those who may be asked to a meeting: people somebody has met."""
    return [(str(one.interest_id), f"{one.known_as}: {parts_said(one.parts_of_week).lower()}") for one in match.people if one.is_met]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a helper may or may not do. `key` names the test that tries it."""

    key: str
    says: str


# tests/frontend/test_may_and_may_not.py tries each of these, allowed and refused.
MAY = (
    Line("host", "Bring together people who would like the same, and host their first meeting."),
    Line("vouch", "Write down that you met somebody and saw a letter with their name."),
    Line("letter", "Look at the letter of a budget beside somebody, and say that the sums are the same."),
    Line("suggest", "Suggest that the group asks somebody in. The group decides."),
    Line("ask", "Write a question for the group, and open it for answers."),
    Line("read", "See who is in the group, by first name, and what it agreed."),
)
MAY_NOT = (
    Line("answer", "Answer a question of the group, or change somebody’s answer."),
    Line("admit", "Say yes or no to somebody who wants to come in."),
    Line("welcome", "End somebody’s first days."),
    Line("sign", "Sign the group’s rules for somebody."),
    Line("rules", "Write new rules for the group."),
    Line("join", "Join, start or leave a group for somebody."),
    Line("promise", "Promise somebody’s money."),
    Line("pay", "Pay with somebody’s money, or send it back."),
    Line("agreement", "Say yes to a provider for somebody."),
    Line("happened", "Say on your own that a visit happened, or that it did not. You write down the person’s own answer, when we ask you to."),
    Line("money", "See how much somebody promised or paid."),
    Line("private", "See what somebody said about their language, faith or health."),
    Line("hire_self", "Help a group you are in yourself."),
)
