"""What must come of written orders: accepted, then fixed by the person's own yes, then paid, and then to the provider in one journal."""

from itertools import pairwise
from typing import Any

from config.simulation.model.book import Entry, Move
from config.simulation.model.people import SILLY, due, start
from config.simulation.model.state import Model, Plan
from config.simulation.model.things import Call, Hold, Payee


def accept(call: Call) -> Plan:
    """A promise on paper: no money moves."""
    if call.purse.mode == "ahead":
        return Plan("not_an_order")

    def apply(_: Any) -> list[Entry]:
        call.state = "ordered"
        return []

    return Plan("" if call.state == "called" else "not_now", apply)


def bill(model: Model, call: Call, share: int, pence: int) -> Plan:
    """The yes moves nothing either: it says how much is owed. What is free here pays first."""
    if pence < 1 or pence > call.pence:
        return Plan(SILLY if pence < 1 else "more_than_ordered")

    def apply(_: Any) -> list[Entry]:
        call.owed, call.share, call.billed_at = pence, share, model.now
        call.state = "funded" if not call.to_pay else call.state
        return []

    return Plan("" if call.state == "ordered" else "not_now", apply)


def pay(model: Model, call: Call) -> Plan:
    """By whoever gave the order, and after the yes."""
    if call.purse.mode == "ahead" or call.state == "called":
        return Plan("not_an_order")
    return start(model, call, "bank_transfer") if call.owed is not None else Plan("no_yes_yet")


def release(model: Model, call: Call, pence: int, payee: Payee, about: str) -> Plan:
    """All at once, out of what came: set aside, held and owed to the provider. What is left of it is free."""
    if call.state != "funded" or call.owed is None or not 1 <= pence <= call.owed:
        return Plan("not_covered")
    if about in model.paid_for:
        return Plan("already_paid_for")

    def apply(move: Any) -> list[Entry]:
        purse, hold = call.purse, Hold(move.hold_id, call.purse, call.share, pence, released=pence)
        model.holds[hold.id] = hold
        model.paid_for.add(about)
        call.state = "consumed"
        purse.calls.pop(call.id)
        way = [purse.key("SHARE"), purse.key("RESERVE", f"order:{call.id}"), purse.key("HOLD", f"hold:{hold.id}"), due(payee, purse.council)]
        return [Entry("release_by_order", purse.council, tuple(Move(*pair, pence) for pair in pairwise(way)))]

    return Plan(apply=apply)
