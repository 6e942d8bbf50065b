"""Direct Debits: set up at Stripe, collected from, refused by banks days later, ended by payers; operators who switch them on and off."""

from typing import Any

from config.simulation.model import debits as must
from config.simulation.observing import learn
from config.simulation.steps import step
from config.simulation.steps.people import PAGE, a_call, pays
from config.simulation.world import World
from payments.services import ways
from pooling.models import Call as CallRow
from pooling.services import calls

# What the bank behind each practice account says: it pays, has too little, says no, does not know the mandate.
ACCOUNTS = ("00012345", "00012345", "00012345", "00012345", "00012345", "22222227", "33333335", "00033333")


@step(3)
def sets_up_a_debit(world: World) -> bool | None:
    call = a_call(world, "called")
    if call is None or (must.standing(world.model, call.purse) is not None and world.often(80)):
        return False
    row, by = CallRow(pk=call.id), world.rows.people[call.purse.payer]
    asked: dict[str, Any] = {"success_url": PAGE, "cancel_url": PAGE, "by": by, "at": world.at}
    world.ask(f"set up a debit for call {call.id}", must.set_up(world.model, call), lambda: calls.set_up_debit(call=row, **asked))
    return None


@step(5)
def fills_in_the_page_of_a_debit(world: World) -> bool | None:
    mandate = world.pick([one for one in world.model.mandates.values() if one.state == "open" and one.page and not one.is_given])
    if mandate is None:
        return False
    status = world.stripe.fill_in(mandate.page, sort_code="108800", account_number=world.dice.choice(ACCOUNTS), agree="yes")
    world.tell(f"page of debit {mandate.id} filled in: {status}")
    learn(world)
    return None


@step(6)
def pays_by_debit(world: World) -> bool | None:
    called = [call for purse in world.model.purses for call in purse.calls.values() if call.state == "called"]
    call = world.pick([call for call in called if not must.why_not(world.model, call.purse)]) or (world.pick(called) if world.often(10) else None)
    if call is None:
        return False
    pays(world, call, "bacs")
    return None


@step(1)
def a_bank_says_no_to_a_debit(world: World) -> bool | None:
    """Before it has paid; what comes after that is a payment taken back."""
    payment = world.pick([one for one in world.model.live.values() if one.bank == "asked"])
    if payment is None or world.often(20):
        return False
    code = world.dice.choice(("insufficient_funds", "debit_not_authorized", "account_closed"))
    done = world.stripe.act("fail_debit", charge=payment.charge, code=code)
    world.tell(f"a bank says no to {payment.id[:8]}: {done}")
    learn(world)
    return None


@step(1)
def a_debit_is_ended_at_the_bank(world: World) -> bool | None:
    mandate = world.pick([one for one in world.model.mandates.values() if one.is_given and not one.is_ended])
    if mandate is None or world.often(85):
        return False
    done = world.stripe.act("revoke_mandate", mandate=mandate.at_stripe)
    world.tell(f"debit {mandate.id} is ended at the bank: {done}")
    learn(world)
    return None


@step(1)
def an_operator_switches_debits(world: World) -> bool | None:
    """On mostly: what is under way goes on either way."""
    is_on, on = world.often(85), world.model.debit_is_on
    council = world.dice.choice(sorted({purse.council for purse in world.model.purses}))
    if is_on == (council in on):
        return False
    ways.choose(council_code=council, kind="bacs", is_on=is_on, by=world.rows.operator, at=world.at)
    (on.add if is_on else on.remove)(council)
    world.tell(f"debits in {council}: {'on' if is_on else 'off'}")
    return None
