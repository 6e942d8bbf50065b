"""Before there is a group: matches as a facilitator sees them, a meeting for those asked to it; and what people show of themselves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from audit.kept import answers
from people.models import Person, Role
from people.roles import FACILITATOR
from pooling.models import InCommon, Interest, Introduction, Membership
from pooling.rules import is_sure_enough
from pooling.rules.finding import parts_for_all, rank_by_common

MOST_MEETINGS = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of a match as its host sees them: by the name they are known by, and whether anybody met them. Nothing else about them."""

    interest_id: int
    known_as: str
    is_met: bool
    parts_of_week: list[str]


@dataclass(frozen=True, slots=True)
class Match:
    """Three or more who would like the same kind of help near the same place. Whoever shares most with the others stands first."""

    category: str
    outcode: str
    council_code: str
    people: list[Waiting]
    parts_for_all: list[str]

    @property
    def to_meet(self) -> int:
        return sum(not one.is_met for one in self.people)


def matches_for(facilitator: Person, *, at: datetime) -> list[Match]:
    """The matches in the councils where this person helps groups. Two queries."""
    by_need: dict[tuple[str, str, str], list[Interest]] = defaultdict(list)
    for row in answers(_matched, facilitator, at):
        by_need[row.council_code, row.category, row.outcode].append(row)
    said = _agreed_words(row.person_id for rows_ in by_need.values() for row in rows_)
    return [_match(key, found, said) for key, found in by_need.items()]


def _matched(facilitator: Person, at: datetime) -> QuerySet[Interest]:
    roles = Role.objects.live(at).filter(person=facilitator, person__is_active=True, kind=FACILITATOR)
    rows = Interest.objects.filter(state="matched", council_code__in=roles.values("council_code")).exclude(person=facilitator)
    return rows.select_related("person").order_by("council_code", "category", "outcode", "pk")


def _match(key: tuple[str, str, str], rows: list[Interest], said: dict[int, frozenset[str]]) -> Match:
    by_person = {row.person_id: row for row in rows}
    order = rank_by_common({person_id: said.get(person_id, frozenset()) for person_id in by_person})
    people = [
        Waiting(row.pk, row.person.known_as, is_sure_enough(row.person.sureness, "seen"), row.parts_of_week)
        for row in (by_person[person_id] for person_id in order)
    ]
    council, category, outcode = key
    return Match(category, outcode, council, people, parts_for_all(row.parts_of_week for row in rows))


def _agreed_words(person_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """What each agreed may be used, as "kind:word". It never leaves this module: only an order does."""
    said: dict[int, set[str]] = defaultdict(set)
    for person_id, kind, word in InCommon.objects.live().filter(person__in=set(person_ids)).values_list("person", "kind", "word"):
        said[person_id].add(f"{kind}:{word}")
    return {person_id: frozenset(words) for person_id, words in said.items()}


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting for those asked to it and its host: first names, where and when, and the group that came of it. `may_start`: nobody has yet."""

    introduction_id: int
    category: str
    outcode: str
    host: str
    meets_at: datetime
    place: str
    names: list[str]
    cluster_id: int | None


def meeting(introduction: Introduction) -> Meeting:
    """Two queries, with its facilitator at hand."""
    asked = introduction.interests.filter(state__in=("introduced", "group")).order_by("pk")
    return Meeting(
        introduction_id=introduction.pk,
        category=introduction.category,
        outcode=introduction.outcode,
        host=introduction.facilitator.full_name,
        meets_at=introduction.meets_at,
        place=introduction.place,
        names=list(asked.values_list("person__known_as", flat=True)),
        cluster_id=introduction.cluster_id,
    )


def meetings_of(facilitator: Person) -> list[Introduction]:
    """The meetings this person hosts, newest first. Two queries."""
    asked = Prefetch("interests", Interest.objects.select_related("person").order_by("pk"))
    return list(Introduction.objects.filter(facilitator=facilitator).prefetch_related(asked).order_by("-meets_at", "-pk")[:MOST_MEETINGS])


def interests_of(person: Person) -> list[Interest]:
    """What this person would like together with others, and is not over or a group yet."""
    return list(Interest.objects.unended().of(person).select_related("introduction").order_by("pk"))


def shown_to(viewer: Membership | None, places: Iterable[Membership]) -> dict[int, list[tuple[str, str]]]:
    """By person: what they chose to show to people in their groups, as (kind, word). Nothing to or of anybody in their first days. One query."""
    if viewer is None or not viewer.is_in or viewer.state == Membership.State.TRIAL:
        return {}
    settled = [place.person_id for place in places if place.is_in and place.state != Membership.State.TRIAL]
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for person_id, kind, word in InCommon.objects.live().filter(person__in=settled, shown=True).order_by("pk").values_list("person", "kind", "word"):
        found[person_id].append((kind, word))
    return dict(found)
