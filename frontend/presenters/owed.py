"""A payment that a bank took back, in plain words: which one, what is still to be paid, out of which money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from audit.clock import london_date
from frontend import words
from frontend.presenters import paying
from payments.models import Dispute
from people.models import Organisation, Person
from pooling import selectors
from pooling.selectors.owed import Owed


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One payment. `name`: whom it was paid for, for who looks after their money; "" for a sum for several people."""

    membership_id: int
    portion_id: int
    name: str
    holder: str
    what: str
    on: date
    pence: int
    taken_pence: int
    owed_pence: int
    is_open: bool
    by_hand: bool

    @property
    def is_sum(self) -> bool:
        return not self.membership_id

    @property
    def is_held(self) -> bool:
        return bool(self.holder)


@dataclass(frozen=True, slots=True)
class OwedNote:
    """What stands on a page about payments that went back; shown where there are any. `for_staff`: read by who looks after the money."""

    lines: list[OwedLine]
    for_staff: bool = False

    def __bool__(self) -> bool:
        return bool(self.lines)

    @property
    def title(self) -> str:
        one = self.lines[0]
        number = words.count(len(self.lines), "payment") if len(self.lines) > 1 else "a payment"
        if all(line.by_hand for line in self.lines):
            return f"{number[0].upper()}{number[1:]} went back to the bank it came from"
        return f"{f'The bank of {one.holder}' if one.holder and not self.for_staff else 'Your bank'} took {number} back"

    @property
    def owed_pence(self) -> int:
        return sum(line.owed_pence for line in self.lines)

    @property
    def is_open(self) -> bool:
        return any(line.is_open for line in self.lines)

    @property
    def source(self) -> str:
        """Whose money it comes out of, as the page says it."""
        if self.for_staff:
            return "what is not handed out yet" if all(line.is_sum for line in self.lines) else "the same person’s part"
        return "the money they look after for you" if self.lines[0].is_held else "your own money here"


def of_person(person: Person) -> list[OwedLine]:
    return lines(selectors.owed_by(person))


def of_holder(organisation: Organisation) -> list[OwedLine]:
    return lines(selectors.owed_by_holder(organisation))


def lines(found: Sequence[Owed]) -> list[OwedLine]:
    """Two queries more than what was found, however many."""
    calls = [one.call for one in found if one.call is not None]
    whats = {due.call_id: due.what or due.group for due in (paying.dues(calls) if calls else ())}
    return [_line(one, whats) for one in found]


def _line(one: Owed, whats: dict[int, str]) -> OwedLine:
    row, place, portion = one.dispute, one.place, one.portion
    group = place.cluster.name if place else "several people in one sum"
    return OwedLine(
        membership_id=place.pk if place else 0,
        portion_id=portion.pk if portion else 0,
        name=place.person.full_name if place else "",
        holder=portion.holder.name if portion and portion.holder else "",
        what=whats.get(one.call.pk, group) if one.call else group,
        on=london_date(row.opened_at),
        pence=row.withdrawn_pence,
        taken_pence=row.taken_pence,
        owed_pence=max(0, row.owed_pence),
        is_open=row.state == Dispute.State.OPEN,
        by_hand=row.kind == Dispute.Kind.BY_HAND,
    )
