"""Written orders: accepted by who looks after the money, fixed by the person's yes, paid after it, and then paid on."""

from collections.abc import Callable
from typing import Any

from config.simulation.model import orders as must
from config.simulation.model.things import Call
from config.simulation.steps import step
from config.simulation.steps.people import an_about, names_lots
from config.simulation.world import World
from pooling.models import Call as CallRow
from pooling.services import calls, holds


def an_order(world: World, is_so: Callable[[Call], bool]) -> Call | None:
    """One of which this is so; now and then any call."""
    found = [call for purse in world.model.purses for call in purse.calls.values()]
    fitting = [call for call in found if call.purse.mode != "ahead" and is_so(call)]
    return world.pick(fitting) if fitting and world.often(95) else world.pick(found) if world.often(4) else None


@step(6)
def accepts_an_order(world: World) -> bool | None:
    call = an_order(world, lambda one: one.state == "called")
    if call is None:
        return False
    asked: dict[str, Any] = {"reference": f"Order {call.id}", "by": world.rows.people[call.purse.payer], "at": world.at}
    world.ask(f"order call {call.id} ({call.state})", must.accept(call), lambda: calls.accept_order(call=CallRow(pk=call.id), **asked))
    return None


@step(6)
def says_yes_to_an_order(world: World) -> bool | None:
    """Once for each; what a second yes to a part of one order comes to has tests of its own."""
    call = an_order(world, lambda one: one.state == "ordered" and one.owed is None)
    if call is None or call.owed is not None:
        return False
    pence, share = world.amount(call.pence), world.new_number()
    plan = must.bill(world.model, call, share, pence)
    asked: dict[str, Any] = {"about_id": share, "pence": pence, "at": world.at}
    world.ask(f"say yes to {pence}p of order {call.id} ({call.state})", plan, lambda: calls.bill_order(call=CallRow(pk=call.id), **asked))
    return None


@step(6)
def pays_an_order(world: World) -> bool | None:
    call = an_order(world, lambda one: one.is_payable)
    if call is None:
        return False
    by = world.rows.people[call.purse.payer]
    words, plan = f"pay order {call.id} ({call.state})", must.pay(world.model, call)
    world.ask(words, plan, lambda: calls.pay_order_by_bank(call=CallRow(pk=call.id), by=by, at=world.at))
    return None


@step(6)
def an_order_is_paid_on(world: World) -> bool | None:
    call = an_order(world, lambda one: one.state == "funded" and one.owed is not None)
    if call is None:
        return False
    payee, about = world.dice.choice(world.model.payees), an_about(world)
    pence = call.needs if world.often(60) else world.amount(call.needs)
    plan = must.release(world.model, call, pence, payee, about)
    asked: dict[str, Any] = {"payee_id": payee.id, "about": about, "by": world.rows.people[call.purse.person], "at": world.at}
    words = f"pay {pence}p of order {call.id} on ({call.state})"
    if world.ask(words, plan, lambda: holds.release_by_order(call=CallRow(pk=call.id), pence=pence, **asked)):
        names_lots(world, call.purse, pence, about, payee.id)
    return None
