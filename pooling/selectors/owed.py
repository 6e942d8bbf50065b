"""Payments that went back without our asking, while they are not decided or not made good: for the payer, and for who looks after money."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from audit.kept import answers
from payments.models import Dispute
from people.models import Organisation, Person
from pooling.books import Wallet, lot_of
from pooling.models import Call, Membership, Pledge, Portion

OPEN = (Dispute.State.OPEN, Dispute.State.LOST)


@dataclass(frozen=True, slots=True)
class Owed:
    """One such payment. `place` and `portion` are None for a sum that an organisation paid in; `call` where it was no payment of a call."""

    dispute: Dispute
    place: Membership | None
    portion: Portion | None
    call: Call | None


def owed_by(person: Person) -> list[Owed]:
    """Those of the money with this person's name on it, oldest first. One query; four where there are any."""
    return seen(answers(_of_person, person))


def owed_by_holder(organisation: Organisation) -> list[Owed]:
    """Those of the money that an organisation looks after, and of its sums for several people. As many."""
    return seen(answers(_of_holder, organisation))


def _of_person(person: Person) -> QuerySet[Dispute]:
    return _disputes(Pledge.objects.filter(membership__person=person))


def _of_holder(organisation: Organisation) -> QuerySet[Dispute]:
    wallet = Wallet(organisation.pk, organisation.council_code).owner
    return _disputes(Pledge.objects.filter(portion__holder=organisation), wallet)


def _disputes(pledges: QuerySet[Pledge], wallet: str = "") -> QuerySet[Dispute]:
    """Lots are named in it as `books.Lot` names them."""
    owner = Concat(Value("member:"), Cast("membership_id", CharField()), Value("/portion:"), Cast("portion_id", CharField()))
    owners = pledges.annotate(lot_owner=owner).values("lot_owner")
    rows = Dispute.objects.filter(Q(lot_owner__in=owners) | Q(lot_owner=wallet), state__in=OPEN)
    return rows.select_related("payment").order_by("opened_at", "pk")


def seen(disputes: Iterable[Dispute]) -> list[Owed]:
    """Each with whose money it is and what was paid for."""
    rows = list(disputes)
    if not rows:
        return []
    lots = {row.pk: lot_of(row.lot_owner, row.council_code) for row in rows}
    there = [lot for lot in lots.values() if lot is not None]
    places = Membership.objects.select_related("person", "cluster").in_bulk({lot.membership_id for lot in there})
    portions = Portion.objects.select_related("holder").in_bulk({lot.portion_id for lot in there})
    calls = Call.objects.select_related("membership__cluster").in_bulk({number for row in rows if (number := _call(row))})
    found = []
    for row in rows:
        lot = lots[row.pk]
        place, portion = (places[lot.membership_id], portions[lot.portion_id]) if lot is not None else (None, None)
        found.append(Owed(row, place, portion, calls.get(_call(row))))
    return found


def _call(row: Dispute) -> int:
    kind, _, number = row.payment.about.partition(":")
    return int(number) if kind == "call" and number.isdigit() else 0
