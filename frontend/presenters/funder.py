"""The strip of a council's finance officer: whose pounds are where, each figure with the list behind it."""

from dataclasses import dataclass
from datetime import date, datetime

from frontend import words
from people import roles
from people.models import Organisation, Person
from pooling.selectors.funder import HERE, NOT_HERE, FunderLine, FunderMoney, where_money_is

WORDS = {
    "held": "Held for visits",
    "disputed": "In dispute",
    "free": "Not used yet",
    "coming": "On its way in",
    "not_given": "Paid in, not handed out yet",
    "back": "On its way back to you",
    "promised": "Promised, not asked for yet",
    "ordered": "Ordered, or waiting for your yes to an order",
    "asked": "Asked for",
    "late": "Late, of what is asked for",
}
ALWAYS = ("held", "disputed", "back", *NOT_HERE)
COLUMNS = ("For", "Group", "By", "Order", "How much")


@dataclass(frozen=True, slots=True)
class Figure:
    slug: str
    label: str
    pence: int
    people: str


@dataclass(frozen=True, slots=True)
class FunderPage:
    """`here` adds up to `here_pence`; `not_here` is never added to it."""

    organisation: Organisation
    here_pence: int
    here: list[Figure]
    not_here: list[Figure]


def organisation_of(person: Person, pk: int, *, at: datetime) -> Organisation | None:
    """The council's own money team, for who works there now; nobody else's."""
    mine = roles.organisations_of(person, at=at)
    return next((one for one in mine if one.pk == pk and one.kind == Organisation.Kind.COUNCIL), None)


def page(organisation: Organisation, *, today: date) -> FunderPage:
    money = where_money_is(organisation, today=today)
    here = [_figure(money, slug) for slug in HERE if slug in ALWAYS or money.pence(slug)]
    return FunderPage(organisation, money.here_pence, here, [_figure(money, slug) for slug in NOT_HERE])


def _figure(money: FunderMoney, slug: str) -> Figure:
    people = money.people(slug)
    return Figure(slug, WORDS[slug], money.pence(slug), words.count(people, "person", "people") if people else "")


def rows(organisation: Organisation, slug: str, *, today: date) -> list[list[str]]:
    """The list behind one figure; its sums add up to the figure."""
    return [_row(line) for line in where_money_is(organisation, today=today).of(slug)]


def _row(line: FunderLine) -> list[str]:
    place, day = line.membership, words.day_year(line.due_on) if line.due_on else ""
    name, group = (place.person.full_name, place.cluster.name) if place else ("Your own sum", "")
    return [name, group, day, line.reference, words.pounds(line.pence)]
