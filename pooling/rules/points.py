"""The 17 points a group's rules should hold (care-rules.md 3.2): the question, a safe answer, and when it matters. Pure.

The safe answer counts until the group agrees another. Points that the five questions answered are read from there (`answered_by`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Point:
    """`when`: start, people, money, visits, leaving or later: the moment a group is asked for it."""

    slug: str
    label: str
    safe: str
    when: str
    answered_by: str = ""


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What is going on in a group: how many are in, whether anybody promised or chose visits, whether somebody leaves."""

    people: int
    has_promises: bool
    has_visits: bool
    somebody_leaves: bool


MOST_POINT_LETTERS: Final = 600

POINTS: Final[tuple[Point, ...]] = (
    Point("purpose", "What is it for, and what does each of us want from it?", "Each of us says for ourselves what it is for.", "start", "what_for"),
    Point(
        "people",
        "Who is in it, and who decides for each?",
        "Each of us decides for ourselves, or a person who may do so by law. Those who help us may speak. They do not vote.",
        "people",
        "who_comes",
    ),
    Point(
        "putting_in",
        "What does each of us put in?",
        "Each promises what they choose, up to their own top sum, for the weeks they choose.",
        "money",
    ),
    Point("sharing", "How do we split a cost?", "In equal parts. Spare pennies go round, so nobody pays more over time.", "start", "cost_rule"),
    Point(
        "away",
        "What if somebody is ill or away?",
        "If you tell us in time, you do not pay. A stay in hospital counts as telling us in time.",
        "visits",
    ),
    Point(
        "smallest",
        "How few can we be, and what would each pay then?",
        "Two people. The page of each service shows the price for each size. Nobody pays a new price before they say yes to it.",
        "visits",
    ),
    Point("deciding", "How do we decide?", "Everyone says yes. A vote never takes anybody’s money.", "start", "decision_rule"),
    Point(
        "jobs",
        "Who does what, and for how long?",
        "Jobs go round every six months. Money always needs two people.",
        "money",
    ),
    Point("leaving", "How long before leaving must somebody say so?", "Four weeks. You take what is yours.", "start", "notice_days"),
    Point(
        "leaving_at_once",
        "When may somebody leave at once?",
        "When they are not safe, in hospital for long, or their money ends. After a death nothing more is asked for.",
        "leaving",
    ),
    Point(
        "joining",
        "How does somebody new come in?",
        "Everyone who is in says yes. Then they try it for the first days. We look at the new price together first.",
        "people",
    ),
    Point(
        "falling_out",
        "What if we fall out?",
        "We talk, with the person who helps the group. Then with somebody from outside. Then with the council.",
        "people",
    ),
    Point(
        "private",
        "Who sees what?",
        "We see first names. Each sees their own money only. What somebody needs stays with those they tell.",
        "people",
    ),
    Point(
        "signing",
        "Who signs with a provider?",
        "Each signs for their own part only. Nobody owes what another did not pay.",
        "visits",
    ),
    Point(
        "stopping",
        "What if the whole group stops?",
        "We finish what we said yes to. All other money goes back to where it came from.",
        "leaving",
    ),
    Point("looking_again", "When do we look at our rules again?", "Once a year, and when somebody’s care plan is looked at.", "later"),
    Point(
        "changing",
        "How do our rules change?",
        "Everyone is asked. Each signs the new rules for themselves. Whoever does not may leave at once.",
        "later",
    ),
)
SLUGS: Final = frozenset(point.slug for point in POINTS)


def matter_now(facts: PointFacts) -> frozenset[str]:
    """Which points a group should talk about now."""
    moments = {"start"}
    if facts.people > 1:
        moments.add("people")
    if facts.has_promises:
        moments.add("money")
    if facts.has_visits:
        moments |= {"visits", "later"}
    if facts.somebody_leaves:
        moments.add("leaving")
    return frozenset(point.slug for point in POINTS if point.when in moments)


def open_points(facts: PointFacts, answered: Mapping[str, str]) -> list[Point]:
    """Those that matter now and that the group has not talked about: neither a question of the start nor answered in the long form."""
    now = matter_now(facts)
    return [point for point in POINTS if point.slug in now and not point.answered_by and not answered.get(point.slug)]
