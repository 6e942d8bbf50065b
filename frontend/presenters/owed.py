"""A payment that a bank took back, in plain words: which one, what is still to be paid, out of which money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from audit.clock import london_date
from frontend.presenters import paying
from payments.models import Dispute
from people.models import Organisation, Person
from pooling import selectors
from pooling.selectors.owed import Owed


@dataclass(frozen=True, slots=True)
class OwedLine:
    """`name`: whom it was paid for, for who looks after their money. `went`: what happened, as a sentence begins."""

    membership_id: int
    portion_id: int
    name: str
    what: str
    went: str
    on: date
    pence: int
    taken_pence: int
    owed_pence: int
    is_open: bool
    is_held: bool

    @property
    def is_sum(self) -> bool:
        """A sum for several people: it is no single person's."""
        return not self.membership_id


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
    holder = portion.holder if portion else None
    group = place.cluster.name if place else "several people in one sum"
    return OwedLine(
        membership_id=place.pk if place else 0,
        portion_id=portion.pk if portion else 0,
        name=place.person.full_name if place else "",
        what=whats.get(one.call.pk, group) if one.call else group,
        went=_went(row, holder.name if holder else ""),
        on=london_date(row.opened_at),
        pence=row.withdrawn_pence,
        taken_pence=row.taken_pence,
        owed_pence=max(0, row.owed_pence),
        is_open=row.state == Dispute.State.OPEN,
        is_held=holder is not None,
    )


def _went(row: Dispute, holder: str) -> str:
    if row.kind == Dispute.Kind.BY_HAND:
        return "A payment went back to the bank it came from"
    return f"The bank of {holder} took a payment back" if holder else "Your bank took a payment back"
