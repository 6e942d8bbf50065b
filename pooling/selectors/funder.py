"""Where the money is that a council's own money team looks after: in the book by person, and beside it what is promised, ordered and asked for.

A promise is not money and is never added to it. Whoever calls has checked who asks: the funder sees names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from audit.clock import london_date
from ledger import selectors as book
from people.models import Organisation
from pooling.books import Wallet, lot_of
from pooling.models import Call, Membership, Pledge, Portion
from pooling.rules import ORDER_PAID_WITHIN_DAYS

HERE = ("held", "disputed", "free", "coming", "not_given", "back")
"""What adds up to the money with us: held for visits, in dispute, not used yet, on its way in, paid in and not handed out, on its way back."""
NOT_HERE = ("promised", "ordered", "asked", "late")
"""Promised and not asked for yet; orders, accepted or waiting for a yes; asked for; and what of that is late."""
_FIGURE_OF = {
    "HOLD": "held",
    "DISPUTE": "disputed",
    "SHARE": "free",
    "RESERVE": "free",
    "PENDING": "coming",
    "WALLET": "not_given",
    "REFUND": "back",
    "LEAVING": "back",
}


@dataclass(frozen=True, slots=True)
class FunderLine:
    """One person's sum under one figure. `membership` is None for a sum of the organisation itself. `due_on`: where there is a day."""

    figure: str
    membership: Membership | None
    pence: int
    due_on: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class FunderMoney:
    """`lines` of every figure, by name."""

    organisation: Organisation
    lines: list[FunderLine]

    def of(self, figure: str) -> list[FunderLine]:
        return [line for line in self.lines if line.figure == figure]

    def pence(self, figure: str) -> int:
        return sum(line.pence for line in self.of(figure))

    def people(self, figure: str) -> int:
        return len({line.membership.person_id for line in self.of(figure) if line.membership})

    @property
    def here_pence(self) -> int:
        return sum(self.pence(figure) for figure in HERE)


def where_money_is(organisation: Organisation, *, today: date) -> FunderMoney:
    """All of it as it stands. Six queries where the people live in one council."""
    portions = set(Portion.objects.filter(holder=organisation).values_list("pk", flat=True))
    pledges = list(Pledge.objects.filter(portion__in=portions))
    calls = list(Call.objects.unended().filter(portion__in=portions).order_by("due_on", "pk"))
    councils = {organisation.council_code, *(pledge.council_code for pledge in pledges)}
    sums = _in_the_book(organisation, portions, councils)
    ids = {key for key, _ in sums if key} | {pledge.membership_id for pledge in pledges} | {call.membership_id for call in calls}
    places = Membership.objects.select_related("person", "cluster").in_bulk(ids)
    lines = [FunderLine(figure, places.get(key), pence) for (key, figure), pence in sums.items() if pence]
    lines += _promised(pledges, places)
    lines += [line for call in calls for line in _called(call, places[call.membership_id], today)]
    return FunderMoney(organisation, sorted(lines, key=_by_name))


def _by_name(line: FunderLine) -> tuple[str, str, date]:
    name = line.membership.person.full_name if line.membership else ""
    return (name, line.figure, line.due_on or date.min)


def _in_the_book(organisation: Organisation, portions: set[int], councils: Iterable[str]) -> dict[tuple[int, str], int]:
    """Pence by place in a group (0: the organisation's own) and figure."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    for council in sorted(councils):
        own = Wallet(organisation.pk, council).owner
        for account, pence in book.balances(codes=_FIGURE_OF, council=council, with_money=True).items():
            lot = lot_of("/".join(account.owner.split("/")[-2:]), council)
            if account.owner == own:
                found[0, _FIGURE_OF[account.code]] += pence
            elif lot is not None and lot.portion_id in portions:
                found[lot.membership_id, _FIGURE_OF[account.code]] += pence
    return found


def _promised(pledges: Iterable[Pledge], places: dict[int, Membership]) -> list[FunderLine]:
    found: dict[int, int] = defaultdict(int)
    for pledge in pledges:
        if pledge.state == Pledge.State.PLEDGED:
            found[pledge.membership_id] += pledge.pence - pledge.called_pence
    return [FunderLine("promised", places[key], pence) for key, pence in found.items() if pence > 0]


def _called(call: Call, place: Membership, today: date) -> Iterator[FunderLine]:
    is_order = call.mode == "on_yes" and call.owed_pence is None
    if call.state not in (Call.State.CALLED, Call.State.ORDERED) or (call.state == Call.State.ORDERED and call.owed_pence == 0):
        return
    if is_order:
        yield FunderLine("ordered", place, call.pence, call.due_on, call.order_reference)
        return
    # A bill is an order that was said yes to: it is paid within so many days of the yes.
    by = call.due_on if call.billed_at is None else london_date(call.billed_at) + timedelta(days=ORDER_PAID_WITHIN_DAYS)
    yield FunderLine("asked", place, call.to_pay_pence, by, call.order_reference)
    if by < today:
        yield FunderLine("late", place, call.to_pay_pence, by, call.order_reference)
