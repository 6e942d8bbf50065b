"""A person's money, group by group and portion by portion. What is promised, asked for and here are different things, never added up."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from audit.kept import answers
from audit.one_question import asked_of, rows, together
from ledger import selectors as book
from people.models import Person
from pooling.books import Lot
from pooling.models import Call, Hold, Membership, Pledge, Portion, Withdrawal
from pooling.rules import CALL_FINAL, CALL_WAITS_FOR_MONEY
from pooling.selectors.promises import arrived

State = Call.State


@dataclass(frozen=True, slots=True)
class Money:
    """One portion's money in one group. `paid` is what providers got or are owed; `came_back` is home again.

    A promise is not money. `owed`: a bank took it back, and it is still to be paid out of this money and nobody else's.
    """

    membership: Membership
    portion: Portion
    promised_pence: int
    asked_pence: int
    clearing_pence: int
    yours_pence: int
    free_pence: int
    held_pence: int
    disputed_pence: int
    paid_pence: int
    going_back_pence: int
    came_back_pence: int
    owed_pence: int


def money_of(person: Person) -> list[Money]:
    """Where a person's money is, per group and portion, in order; only where something was promised. Five queries at most."""
    pledges = answers(_pledges, person)
    lots = {(one.membership_id, one.portion_id): one for one in pledges}
    sums, accounts = _sums(person, pledges), _accounts(lots.values())
    return [_money(lots[key].membership, lots[key].portion, sums[key], accounts[key]) for key in sorted(lots)]


def _pledges(person: Person) -> QuerySet[Pledge]:
    return Pledge.objects.filter(membership__person=person).select_related("membership__cluster", "portion__holder")


def _calls(person: Person) -> QuerySet[Call]:
    return Call.objects.filter(membership__person=person).exclude(state__in=CALL_FINAL)


Key = tuple[int, int]
_KEY = {"membership": "membership_id", "portion": "portion_id"}


def _sums(person: Person, pledges: Sequence[Pledge]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for pledge in pledges:
        if pledge.state == Pledge.State.PLEDGED:
            found[pledge.membership_id, pledge.portion_id]["promised"] += pledge.pence
    calls = answers(_calls, person) if pledges else []
    come = arrived(call for call in calls if call.state in CALL_WAITS_FOR_MONEY and call.unwanted_at is None)
    for call in calls:
        row = found[call.membership_id, call.portion_id]
        if call.state == State.CALLED or (call.state == State.ORDERED and call.owed_pence is not None):
            row["asked"] += call.to_pay_pence
        if call.state == State.FUNDED:
            row["needed"] += call.pence if call.owed_pence is None else call.owed_pence
        elif call.state in CALL_WAITS_FOR_MONEY and call.unwanted_at is None:
            row["needed"] += call.spare_pence + (call.to_pay_pence if call.pk in come else 0)
    for one in asked_of(_held_and_back, person) if pledges else ():
        row = found[one["membership"], one["portion"]]
        for what in one.said.keys() - _KEY.keys():
            row[what] += one[what]
    return found


def _held_and_back(person: Person) -> QuerySet[Any, Any]:
    """Sums by what became of them: of holds, and of what was sent home."""
    held = F("placed_pence") - F("released_pence") - F("returned_pence") - F("disputed_pence")
    going = F("pence") - F("returned_pence") - F("kept_pence")
    return together(
        rows(Hold.objects.filter(membership__person=person), "hold", **_KEY, held=held, disputed="disputed_pence", paid="released_pence"),
        rows(Withdrawal.objects.filter(membership__person=person), "back", **_KEY, going_back=going, came_back="returned_pence"),
    )


def _accounts(pledges: Iterable[Pledge]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    owners = {Lot(one.membership_id, one.portion_id, one.council_code).owner: (one.membership_id, one.portion_id) for one in pledges}
    balances = book.balances(codes=("SHARE", "PENDING", "RECEIVABLE"), owners=owners) if owners else {}
    for account, pence in balances.items():
        found[owners[account.owner]][account.code] += pence
    return found


def _money(membership: Membership, portion: Portion, sums: dict[str, int], accounts: dict[str, int]) -> Money:
    return Money(
        membership=membership,
        portion=portion,
        promised_pence=sums["promised"],
        asked_pence=sums["asked"],
        clearing_pence=accounts["PENDING"],
        yours_pence=accounts["SHARE"],
        free_pence=max(0, accounts["SHARE"] - sums["needed"]),
        held_pence=sums["held"],
        disputed_pence=sums["disputed"],
        paid_pence=sums["paid"],
        going_back_pence=sums["going_back"],
        came_back_pence=sums["came_back"],
        owed_pence=max(0, accounts["RECEIVABLE"]),
    )
