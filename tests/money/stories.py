"""Short stories that a simulation is told instead of chance: each meets one planted bug."""

from collections.abc import Callable
from typing import Any

from config.simulation import reading
from config.simulation.model import debits as debit_must
from config.simulation.model import wallets as wallet_must
from config.simulation.model import weekly as weekly_must
from config.simulation.model.things import Call, Purse, Wallet, WeeklyList
from config.simulation.observing import learn
from config.simulation.steps import debits, machines, people, wallets, weekly
from config.simulation.world import World
from pooling.models import Call as CallRow
from pooling.services import calls
from pooling.services import wallets as wallet_services

DAY = 86_400


def fire(world: World, *names: str) -> None:
    for name in names:
        machines.fires(world, name)


def until(world: World, step: Callable[[World], Any], is_so: Callable[[], object]) -> None:
    """A step that leaves to chance what it does, until it did this."""
    for _ in range(300):
        if is_so():
            return
        step(world)
    raise AssertionError(step.__name__)


def a_new_call(world: World, purse: Purse, pence: int) -> Call:
    before = set(purse.calls)
    people.asks_for(world, purse, pence)
    [number] = set(purse.calls) - before
    return purse.calls[number]


def a_bank_refuses_a_debit(world: World) -> None:
    """Set up, asked for, on its way for days; then the bank says no, and both of its lines at Stripe become available."""
    purse = world.model.purses[0]
    call = a_new_call(world, purse, 3000)
    until(world, debits.an_operator_switches_debits, lambda: purse.council in world.model.debit_is_on)
    asked = {"success_url": people.PAGE, "cancel_url": people.PAGE, "by": world.rows.people[purse.payer], "at": world.at}
    world.ask("set up", debit_must.set_up(world.model, call), lambda: calls.set_up_debit(call=CallRow(pk=call.id), **asked))
    for _ in range(2):
        world.wait(60)
        fire(world, "perform", "reconcile")
    [mandate] = world.model.mandates.values()
    until(world, debits.fills_in_the_page_of_a_debit, lambda: mandate.is_given)
    world.wait(2 * 3600)
    fire(world, "reconcile")
    people.pays(world, call, "bacs")
    fire(world, "perform")
    learn(world)
    payment = call.payments[-1]
    assert world.stripe.act("fail_debit", charge=payment.charge, code="insufficient_funds")
    for _ in range(12):
        world.wait(DAY)
        fire(world, "reconcile", "clear", "deliver")
    assert payment.bounced == 2


def pays_in(world: World, wallet: Wallet, pence: int) -> None:
    asked: dict[str, Any] = {"organisation": world.rows.organisations[wallet.holder], "council_code": wallet.council, "at": world.at}
    plan = wallet_must.pay_in(world.model, wallet, pence, is_staff=True)
    row = world.ask("pay in", plan, lambda: wallet_services.pay_in(**asked, by=world.rows.people[wallet.payer], pence=pence))
    fire(world, "perform", "perform")  # the first time the organisation pays in, Stripe is told of it before it is asked to wait
    assert world.stripe.act("bank_transfer", payment_intent=world.model.payments[str(row.pk)].intent, amount=pence)
    learn(world)
    for _ in range(3):
        world.wait(2 * DAY)
        fire(world, "reconcile", "clear", "deliver")


def a_wallet_is_handed_out_twice(world: World) -> None:
    """Two sums paid in, and handed out until less than half is left of the second."""
    wallet = world.model.wallets[0]
    for _ in range(2):
        pays_in(world, wallet, 3000)
    until(world, wallets.hands_it_out, lambda: world.model.book.holds("WALLET", wallet.council, wallet.owner) < 1500)


def a_list_leaves_something_over(world: World) -> None:
    """More is in the wallet than the list asks for."""
    [wallet, *_], held = world.model.wallets, next(purse for purse in world.model.purses if purse.is_held)
    pays_in(world, wallet, 9000)
    a_new_call(world, held, 3000)
    until(world, weekly.makes_a_list, lambda: any(row.state == "ready" and row.wallet is wallet for row in world.model.lists.values()))
    until(world, weekly.sends_a_list, lambda: any(row.state == "sent" and row.wallet is wallet for row in world.model.lists.values()))
    fire(world, "weekly")
    assert reading.rows("select 1 from pooling_weeklylistrow where state = 'funded'")


def a_new_list(world: World, wallet: Wallet) -> WeeklyList:
    before = set(world.model.lists)
    until(world, weekly.makes_a_list, lambda: any(world.model.lists[pk].wallet is wallet for pk in set(world.model.lists) - before))
    return [row for row in world.model.lists.values() if row.wallet is wallet][-1]


def a_list_in_an_order_of_their_own(world: World) -> None:
    """Who would be paid last is put first: what is there pays their week alone, and they stand first in the next list too."""
    wallet = world.model.wallets[0]
    theirs = [purse for purse in world.model.purses if purse.is_held and purse.council == wallet.council]
    pays_in(world, wallet, 4000)
    for purse in theirs:
        a_new_call(world, purse, 3000)
    world.wait(10 * DAY)
    row = a_new_list(world, wallet)
    *_, last = weekly_must.people_in(world.model, row)
    until(world, lambda _: weekly.orders(world, row, {last: 1}), lambda: weekly_must.people_in(world.model, row)[0] == last)
    until(world, weekly.sends_a_list, lambda: row.state == "sent")
    fire(world, "weekly")
    assert [world.model.calls[call].purse.person for call in row.paid] == [last]
    for purse in theirs:
        a_new_call(world, purse, 3000)
    world.wait(10 * DAY)
    assert weekly_must.people_in(world.model, a_new_list(world, wallet)) == weekly_must.people_in(world.model, row)


STORIES: dict[str, Callable[[World], None]] = {
    "debit_fee_taken_twice": a_bank_refuses_a_debit,
    "list_gives_too_much": a_list_leaves_something_over,
    "own_order_forgotten": a_list_in_an_order_of_their_own,
    "part_stays_in_its_lot": a_wallet_is_handed_out_twice,
}
