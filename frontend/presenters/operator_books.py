"""Up to which day each council's books are closed, and what was asked for, in words."""

from dataclasses import dataclass
from datetime import date, datetime

from frontend import words
from frontend.presenters.statements import PLACES
from payments import selectors
from payments.services import closing
from people.models import Approval, Person


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request to close a council's books that nobody has answered. `is_mine`: another operator must."""

    approval: Approval
    council: str
    through: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What the books of one council held at the end of a day: a row for each kind of account."""

    title: str
    rows: list[tuple[str, str, str]]

    columns = ("Money", "How much", "In the book")


@dataclass(frozen=True, slots=True)
class BooksPage:
    columns: tuple[str, ...]
    rows: list[tuple[str, str]]
    names: dict[str, str]
    waiting: list[Waiting]
    closed: list[Held]


def page(person: Person, *, at: datetime) -> BooksPage:
    """A row a council, what closed days hold, and what waits for an answer. Four queries."""
    books = selectors.books(person)
    names = {one.code: one.name for one in books}
    rows = [(one.name, words.day_year(one.closed_through) if one.closed_through else "nothing is closed") for one in books]
    asked = Approval.objects.open(at).filter(what=closing.CLOSE).select_related("asked_by").order_by("pk")
    waits = [_waiting(one, names, person) for one in asked]
    closed = [held(one.name, one.closed_through, one.held) for one in books if one.closed_through]
    return BooksPage(("Council", "Closed up to"), rows, names, waits, closed)


def held(council: str, day: date, found: list[selectors.HeldThen]) -> Held:
    """What accounts held at the end of a day, in words."""
    names = [PLACES.get(one.account, one.account) for one in found]
    rows = [(name[:1].upper() + name[1:], words.pounds(one.pence), one.account) for name, one in zip(names, found, strict=True)]
    return Held(f"What {council}’s books held at the end of {words.day_year(day)}", rows)


def _waiting(approval: Approval, names: dict[str, str], person: Person) -> Waiting:
    code, through = closing.read_about(approval.about_id)
    return Waiting(approval, names[code], words.day_year(through), approval.asked_by_id == person.pk)
