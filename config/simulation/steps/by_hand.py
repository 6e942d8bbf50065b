"""Somebody pays a provider, or a payment back, by hand at Stripe's dashboard; two operators find out and say what the line was."""

from typing import Any

from config.simulation import reading
from config.simulation.model import by_hand as must
from config.simulation.model.debts import ByHand
from config.simulation.model.things import Payment
from config.simulation.observing import learn
from config.simulation.steps import step
from config.simulation.steps.losses import an_operator
from config.simulation.world import World
from payments.services import suspense

_OWES = "select id from payments_recovery where about = %s"
_HAS_IT_BACK = "select id from payments_dispute where stripe_id = %s"
NEWEST = 80
MOST_UNEXPLAINED = 2  # while one is, nearly nothing goes out: with more, a long run would play hardly anything else


def _is_enough(world: World) -> bool:
    return sum(one.state != "explained" for one in world.model.by_hand.values()) >= MOST_UNEXPLAINED


@step(1, is_fault=True)
def somebody_pays_a_provider_at_the_dashboard(world: World) -> bool | None:
    """Below a pound nothing stops; above it nothing goes out until it is explained."""
    payee = world.pick(world.model.payees)
    if payee is None or _is_enough(world) or world.often(60):
        return False
    pays(world, payee.account, world.dice.choice((1, 99, 100, world.dice.randint(101, 3000))))
    return None


def pays(world: World, account: str, pence: int) -> None:
    done = world.stripe.act("transfer_by_hand", destination=account, amount=pence)
    world.tell(f"{pence}p paid by hand: {done}")
    learn(world)


@step(2, is_fault=True)
def somebody_sends_a_payment_back_at_the_dashboard(world: World) -> bool | None:
    """All of it or a part, whatever became of the money here."""
    newest = [one for one in reversed(world.model.payments.values()) if one.charge and one.purse is not None and one.state == "available"][:NEWEST]
    payment = world.pick(list({one.charge: one for one in newest}.values()))  # not a part of one
    if payment is None or _is_enough(world) or world.often(60):
        return False
    gives_back(world, payment, payment.pence if world.often(30) else world.dice.randint(1, payment.pence))
    return None


def gives_back(world: World, payment: Payment, pence: int) -> None:
    done = world.stripe.act("refund_by_hand", charge=payment.charge, amount=pence)
    world.tell(f"{pence}p of {payment.of.owner.partition(':')[0]} sent back by hand: {done}")
    learn(world)


@step(12, is_fault=True)
def says_what_a_line_was(world: World) -> bool | None:
    thing = world.pick([one for one in world.model.by_hand.values() if one.state != "explained"])
    if thing is None or world.often(30):
        return False
    by, is_operator = an_operator(world, world.rows.operator)
    about = thing.about if world.often(90) else world.dice.choice([one.about for one in world.model.by_hand.values()])
    says(world, thing, about, by, is_operator=is_operator)
    return None


def says(world: World, thing: ByHand, about: str, by: Any, *, is_operator: bool = True) -> None:
    asked: dict[str, Any] = {"line_id": thing.line, "kind": thing.kind, "about": about, "reason": "Seen there.", "by": by, "at": world.at}
    plan = must.say(world.model, thing, about, is_operator=is_operator)
    world.ask(f"a line is said to be {thing.kind} ({thing.state})", plan, lambda: suspense.propose(**asked))


@step(16, is_fault=True)
def agrees_what_a_line_was(world: World) -> bool | None:
    thing = world.pick([one for one in world.model.by_hand.values() if one.state == "suspense"])
    if thing is None or (not thing.asked_until and world.often(80)):
        return False
    has_asked = world.often(10)
    by, is_operator = an_operator(world, world.rows.operator if has_asked else world.rows.second)
    agrees(world, thing, by, is_operator=is_operator, has_asked=has_asked)
    return None


def agrees(world: World, thing: ByHand, by: Any, *, is_operator: bool = True, has_asked: bool = False) -> None:
    def debt() -> int:
        found = reading.rows(_HAS_IT_BACK, thing.source) if thing.payment is not None else reading.rows(_OWES, f"line:{thing.line}")
        [(number,)] = found
        return int(number)

    plan = must.agree(world.model, thing, is_operator=is_operator, has_asked=has_asked, debt=debt)
    world.ask(f"a line is explained as {thing.kind} ({thing.state})", plan, lambda: suspense.confirm(line_id=thing.line, by=by, at=world.at))
    world.see()  # its alarm has ended


def explains_all(world: World) -> None:
    """At rest: nothing stays in SUSPENSE."""
    for thing in [one for one in world.model.by_hand.values() if one.state == "suspense"]:
        if thing.asked_until <= world.model.now:
            says(world, thing, thing.about, world.rows.operator)
        agrees(world, thing, world.rows.second)
