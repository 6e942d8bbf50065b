"""Where somebody's money is: one strand a part of a budget and group, cut in lengths that add up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontend import words
from frontend.presenters import owed
from frontend.presenters.owed import OwedLine, OwedNote
from people.models import Person
from pooling import selectors, statements
from pooling.models import Membership, Portion


@dataclass(frozen=True, slots=True)
class Strand:
    """One part of a budget in one group. `lanes`: rows for the money lanes; they add up to what was put in. `owed`: what a bank took back."""

    title: str
    into: str
    """The title, inside a sentence."""
    comes_from: str
    membership_id: int
    portion_id: int
    strand: int
    lanes: list[dict[str, Any]]
    put_in_pence: int
    promised_pence: int
    asked_pence: int
    clearing_pence: int
    free_pence: int
    goes_back_to: str
    owed: OwedNote


def strands_of(person: Person, *, with_owed: bool = False) -> list[Strand]:
    """Every pound this person put in, per group and part of their budget; `with_owed`: and what a bank took back."""
    taken = owed.of_person(person) if with_owed else []
    return [_strand(money, taken) for money in selectors.money_of(person)]


def _strand(money: selectors.Money, taken: list[OwedLine]) -> Strand:
    rows = [
        ("paid", money.paid_pence, "for visits that happened"),
        ("held", money.held_pence - money.disputed_pence, "until you say that the visits happened"),
        ("disputed", money.disputed_pence, "you asked about it; it waits"),
        ("yours", money.yours_pence, "put in, not used yet"),
        ("going", money.going_back_pence, "on its way back"),
        ("back", money.came_back_pence, "back where it came from"),
    ]
    lanes = [{"state": state, "pence": pence, "sentence": said} for state, pence, said in rows if pence or state in ("paid", "held", "yours")]
    return Strand(
        title=money.membership.cluster.name,
        into=words.of_group(money.membership.cluster),
        comes_from=money.portion.get_route_display(),
        membership_id=money.membership.pk,
        portion_id=money.portion.pk,
        strand=money.membership.strand or 1,
        lanes=lanes,
        put_in_pence=sum(pence for _, pence, _ in rows),
        promised_pence=money.promised_pence,
        asked_pence=money.asked_pence,
        clearing_pence=money.clearing_pence,
        free_pence=money.free_pence,
        goes_back_to=goes_back_to(money.portion),
        owed=OwedNote([one for one in taken if (one.membership_id, one.portion_id) == (money.membership.pk, money.portion.pk)]),
    )


def goes_back_to(portion: Portion) -> str:
    """Money goes back where it came from, never anywhere else."""
    return portion.holder.name if portion.holder else "the card or bank account you paid from"


@dataclass(frozen=True, slots=True)
class Move:
    """One line of "every payment". `pence`: plus came to you, minus left."""

    at: datetime
    said: str
    pence: int


_SAID = {
    "payment_available": "Your payment is here",
    "hand_out": "Put in for you by whoever looks after your money",
    "place": "Held for visits",
    "release": "Paid for visits you said yes to",
    "give_back": "Not used. Yours again",
    "settle_pay": "Settled: paid",
    "settle_return": "Settled: yours again",
    "withdraw": "On its way back to where it came from",
    "leaving": "Put aside to go back, because you left",
    "late_true_up": "On its way back to where it came from",
    "keep": "Could not be sent back. Yours again",
    "release_by_order": "Paid for visits you said yes to",
    "kept_for_debt": "Not sent back after all, because the bank took a payment back",
    "debt_taken": "Pays for a payment that the bank took back",
    "debt_given_back": "The bank gave it back. Yours again",
    "recover": "Came back from the provider. Yours again",
}


def moves_of(membership: Membership, portion: Portion) -> list[Move]:
    """Everything that happened to this money, newest first."""
    return [Move(line.at, _SAID.get(line.kind, "Moved"), line.pence) for line in statements.lines(membership, portion)]
