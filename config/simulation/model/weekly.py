"""What must come of weekly lists: made, sent, stopped; and of what comes for one, which goes to people from the top of it, whole calls only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.simulation.model.book import Entry, Move, Wrong
from config.simulation.model.machine import judges
from config.simulation.model.state import Model, Plan
from config.simulation.model.things import Call, ListRow, Payment, Purse, Wallet, WeeklyList

COVERS_DAYS, ORDER_PAID_WITHIN_DAYS = 10, 30
LONDON = ZoneInfo("Europe/London")


def make(model: Model, wallet: Wallet, today: int, *, is_staff: bool) -> Plan:
    """All that is asked of its people for ten days. One that was ready gives way."""
    if not is_staff or not wanted(model, wallet, today):
        return Plan("nothing_to_list" if is_staff else "not_allowed")

    def apply(row: Any) -> list[Entry]:
        made(model, wallet, row.pk, today)
        return []

    return Plan(apply=apply)


def made(model: Model, wallet: Wallet, number: int, today: int) -> WeeklyList:
    """A new one is ready, in the order that they set last; whoever is not in that comes after, as usual."""
    for old in model.lists.values():
        old.state = "superseded" if old.wallet is wallet and old.state == "ready" else old.state
    usual = _usual(model, wanted(model, wallet, today))
    row = model.lists[number] = WeeklyList(number, wallet, usual=usual)
    row.order = _by_person(model, usual, {person: place for place, person in enumerate(wallet.own_order)})
    return row


def people_in(model: Model, row: WeeklyList) -> list[int]:
    """Whose calls it has, in its order."""
    return list(dict.fromkeys(model.calls[call].purse.person for call in row.order))


def reorder(model: Model, row: WeeklyList, numbers: Mapping[int, int], *, is_staff: bool) -> Plan:
    """By the numbers people were given; the same number: as they stood. Without one: after. No numbers at all: the usual order. It is kept."""
    if not is_staff:
        return Plan("not_allowed")
    if row.state != "ready":
        return Plan("not_now")

    def apply(_: Any) -> list[Entry]:
        row.order = _by_person(model, row.order, numbers) if numbers else row.usual
        people = people_in(model, row)
        row.wallet.own_order = [*people, *(one for one in row.wallet.own_order if one not in people)] if numbers else []
        return []

    return Plan("" if set(numbers) <= set(people_in(model, row)) else "not_in_this_list", apply)


def _by_person(model: Model, calls: Sequence[int], places: Mapping[int, int]) -> list[int]:
    people = list(dict.fromkeys(model.calls[call].purse.person for call in calls))
    people.sort(key=lambda person: places.get(person, max(places.values(), default=0) + 1))
    return sorted(calls, key=lambda call: people.index(model.calls[call].purse.person))


def _usual(model: Model, calls: Iterable[int]) -> list[int]:
    """Whose first visit is soonest; then who has gone without for longest; then by name, which here goes with the number."""
    due = {call: _due(model.calls[call]) for call in calls}
    who = {call: model.calls[call].purse.person for call in due}
    first = {person: min(day for call, day in due.items() if who[call] == person) for person in who.values()}
    paid = dict.fromkeys(first, 0)
    for call in model.calls.values():
        if call.state in ("funded", "consumed") and call.purse.person in paid:
            paid[call.purse.person] = max(paid[call.purse.person], call.due_day)
    return sorted(due, key=lambda call: (first[who[call]], paid[who[call]], who[call], due[call], call))


def _due(call: Call) -> int:
    """Of an order that was said yes to: when thirty days are over."""
    if not call.billed_at:
        return call.due_day
    return datetime.fromtimestamp(call.billed_at, LONDON).toordinal() + ORDER_PAID_WITHIN_DAYS


def wanted(model: Model, wallet: Wallet, today: int) -> set[int]:
    held = [purse for purse in model.purses if purse.is_held and purse.council == wallet.council]
    asked = [call for purse in held for call in purse.calls.values()]
    soon = {call.id for call in asked if call.state == "called" and call.due_day <= today + COVERS_DAYS}
    return soon | {call.id for call in asked if call.state == "ordered" and call.owed is not None}


def send(model: Model, row: WeeklyList, rows: Sequence[ListRow]) -> Plan:
    """It stands as it is from now on; the one before it is over. `rows`: as they are before."""
    if row.state != "ready":
        return Plan("not_now")
    to_pay = [model.calls[one.call] for one in rows if one.state == "waiting" and one.kind == "pay"]
    if not any(call.is_payable or call.state == "clearing" for call in to_pay):
        return Plan("nothing_to_pay")

    def apply(_: Any) -> list[Entry]:
        for old in model.lists.values():
            old.state = "superseded" if old.wallet is row.wallet and old.state == "sent" else old.state
        row.state = "sent"
        return []

    return Plan(apply=apply)


def stop(row: WeeklyList) -> Plan:
    def apply(_: Any) -> list[Entry]:
        row.state = "stopped"
        return []

    return Plan("" if row.state == "sent" else "not_now", apply)


@judges
def hand_out(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """What came for a list goes to somebody in it, debts first; `observing_weekly` has looked out of which lot."""
    lot, purse, pence = model.handed.pop(int(about))
    if pence > model.free_in(_wallet(lot)):
        raise Wrong(f"{pence}p was handed out of {_wallet(lot).owner}, where {model.free_in(_wallet(lot))}p may be.")
    return (Move(_wallet(lot).key("SHARE"), purse.key("SHARE"), pence),)


def hand_on(model: Model, number: int, name: str, lot: Payment, purse: Purse, pence: int) -> None:
    """A part of a lot of the wallet goes along: of the oldest that has something left. Raises Wrong."""
    found = model.take(lot.of, pence, newest=False)
    if not found or found[0] != (lot, pence):
        raise Wrong(f"Part {name} of {pence}p was taken of {lot.id}; should be of {[(one.id, part) for one, part in found]}")
    lot.used += pence
    new = Payment(name, lot.kind, pence, lot.council, purse, state="available", local="clearing", charge=lot.charge)
    new.taken_at, new.available_at = lot.taken_at, lot.available_at
    model.payments[name] = new
    purse.lots.append(new)
    model.handed[number] = (lot, purse, pence)
    model.given[number] = model.given.get(number, 0) + pence


def pay(row: WeeklyList, call: Call, above: Sequence[Call]) -> None:
    """A call in the list is paid. Raises Wrong where it needed nothing, or somebody `above`, for whom nothing is on its way, still waits."""
    if row.state not in ("sent", "done") or not call.is_payable:
        raise Wrong(f"List {row.id} ({row.state}) paid call {call.id}, which was {call.state}.")
    if left := [one.id for one in above if one.is_payable]:
        raise Wrong(f"List {row.id} paid call {call.id} before {left}.")
    call.state = "funded"


def _wallet(lot: Payment) -> Wallet:
    assert isinstance(lot.purse, Wallet)
    return lot.purse
