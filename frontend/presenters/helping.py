"""For somebody who helps groups: the groups they stand beside, whom to meet, which letters to see, what waits for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audit.kept import answers
from audit.one_question import asked_of, together
from frontend.presenters import booking_tasks, briefs, choosing, standing_by
from frontend.presenters.groups import ASKED, purpose_labels
from marketplace.selectors.helping import tasks_among, waiting_beside
from people.models import Person
from pooling.models import Budget, Cluster, Membership
from pooling.rules import MEMBERSHIP_FINAL
from pooling.selectors.finding import matches_for


@dataclass(frozen=True, slots=True)
class HelpedGroup:
    """A group they stand beside. `going`: it can buy; `room`: how many more may come."""

    group: Cluster
    purpose: str
    people: list[str]
    asked: int


@dataclass(frozen=True, slots=True)
class LetterLine:
    budget_id: int
    name: str
    title: str
    weekly_pence: int


@dataclass(frozen=True, slots=True)
class HelpingPage:
    groups: list[HelpedGroup]
    to_meet: list[Person]
    letters: list[LetterLine]
    tasks: list[standing_by.TaskLine | dict[str, Any]]
    may_book_for: list[str]
    matches: int = 0


def people_helped(person: Person) -> list[Membership]:
    """Everybody with a place, or asked into one, in the groups this person stands beside."""
    return answers(_places, person)


def _places(person: Person) -> QuerySet[Membership]:
    places = Membership.objects.filter(cluster__facilitator=person).exclude(state__in=MEMBERSHIP_FINAL)
    return places.select_related("person", "cluster").order_by("cluster_id", "joined_at", "pk")


def _waiting(person: Person, at: datetime) -> QuerySet[Any, Any]:
    books_for = booking_tasks.waiting_to_book(person, at)
    return together(waiting_beside(person), briefs.waiting_for_helper(person), *choosing.waiting(person), books_for)


def _helped(person: Person) -> QuerySet[Cluster]:
    return Cluster.objects.filter(facilitator=person).order_by("name", "pk")


def page(person: Person, *, at: datetime) -> HelpingPage:
    """Everything on the page. A fixed number of queries."""
    places = [place for place in people_helped(person) if place.person_id != person.pk]
    people = {place.person_id: place.person for place in places}
    found = asked_of(_waiting, person, at)
    return HelpingPage(
        groups=_groups(person, places),
        to_meet=[one for one in people.values() if one.sureness == "said"],
        letters=_letters(people),
        tasks=[*standing_by.lines(tasks_among(found), decides=False), *briefs.said_of(found, person), *choosing.said_of(found, person)],
        may_book_for=booking_tasks.may_book_for(found),
        matches=len(matches_for(person, at=at)),
    )


def _groups(person: Person, places: list[Membership]) -> list[HelpedGroup]:
    groups, purposes = answers(_helped, person), purpose_labels()
    return [
        HelpedGroup(
            group=group,
            purpose=purposes.get(group.purpose, group.purpose),
            people=[place.person.known_as for place in places if place.cluster_id == group.pk and place.is_in],
            asked=sum(1 for place in places if place.cluster_id == group.pk and place.state in ASKED),
        )
        for group in groups
    ]


def _letters(people: dict[int, Person]) -> list[LetterLine]:
    """Real budgets that nobody has seen the letter of. What an organisation holds is theirs to say."""
    rows = Budget.objects.current().filter(person__in=people, kind=Budget.Kind.AGREED, sureness=Budget.Sureness.SAID, portions__holder__isnull=True)
    found = rows.order_by("recorded_at", "pk").distinct().prefetch_related("portions")
    return [
        LetterLine(row.pk, people[row.person_id].full_name, ", ".join(part.get_route_display() for part in row.portions.all()), row.weekly_cost_pence)
        for row in found
    ]
