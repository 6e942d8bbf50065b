"""Up to which day each council's books are closed, and what was asked for, in words."""

from dataclasses import dataclass
from datetime import datetime

from frontend import words
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
class BooksPage:
    columns: tuple[str, ...]
    rows: list[tuple[str, str]]
    names: dict[str, str]
    waiting: list[Waiting]


def page(person: Person, *, at: datetime) -> BooksPage:
    """A row a council, and what waits for an answer. Three queries."""
    books = selectors.books(person)
    names = {one.code: one.name for one in books}
    rows = [(one.name, words.day_year(one.closed_through) if one.closed_through else "nothing is closed") for one in books]
    asked = Approval.objects.open(at).filter(what=closing.CLOSE).select_related("asked_by").order_by("pk")
    return BooksPage(("Council", "Closed up to"), rows, names, [_waiting(one, names, person) for one in asked])


def _waiting(approval: Approval, names: dict[str, str], person: Person) -> Waiting:
    code, through = closing.read_about(approval.about_id)
    return Waiting(approval, names[code], words.day_year(through), approval.asked_by_id == person.pk)
