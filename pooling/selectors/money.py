"""A person's money, group by group and portion by portion. What is promised, asked for and here are different things, never added up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ledger import selectors as book
from people.models import Person
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
    """Where a person's money is, per group and portion, in order; only where something was promised. Five queries and one a group."""
    memberships = {one.pk: one for one in Membership.objects.filter(person=person).select_related("cluster")}
    pledges = list(Pledge.objects.filter(membership__in=memberships).select_related("portion__holder"))
    portions = {one.portion_id: one.portion for one in pledges}
    sums = _sums(memberships, pledges)
    accounts = _accounts(memberships)
    return [
        _money(memberships[key[0]], portions[key[1]], sums[key], accounts[key])
        for key in sorted({(one.membership_id, one.portion_id) for one in pledges})
    ]


Key = tuple[int, int]


def _sums(memberships: Iterable[int], pledges: Iterable[Pledge]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for pledge in pledges:
        if pledge.state == Pledge.State.PLEDGED:
            found[pledge.membership_id, pledge.portion_id]["promised"] += pledge.pence
    calls = list(Call.objects.filter(membership__in=memberships).exclude(state__in=CALL_FINAL))
    come = arrived(call for call in calls if call.state in CALL_WAITS_FOR_MONEY and call.unwanted_at is None)
    for call in calls:
        row = found[call.membership_id, call.portion_id]
        if call.state == State.CALLED or (call.state == State.ORDERED and call.owed_pence is not None):
            row["asked"] += call.to_pay_pence
        if call.state == State.FUNDED:
            row["needed"] += call.pence if call.owed_pence is None else call.owed_pence
        elif call.state in CALL_WAITS_FOR_MONEY and call.unwanted_at is None:
            row["needed"] += call.spare_pence + (call.to_pay_pence if call.pk in come else 0)
    for hold in Hold.objects.filter(membership__in=memberships):
        row = found[hold.membership_id, hold.portion_id]
        row["held"] += hold.held_pence
        row["disputed"] += hold.disputed_pence
        row["paid"] += hold.released_pence
    for back in Withdrawal.objects.filter(membership__in=memberships):
        row = found[back.membership_id, back.portion_id]
        row["came_back"] += back.returned_pence
        row["going_back"] += back.pence - back.returned_pence - back.kept_pence
    return found


def _accounts(memberships: Iterable[int]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for membership_id in memberships:
        for account, pence in book.balances(codes=("SHARE", "PENDING", "RECEIVABLE"), owner_prefix=f"member:{membership_id}/").items():
            found[membership_id, int(account.owner.rpartition(":")[2])][account.code] += pence
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
