"""Banks that take card payments back, and give some of them up; and who puts in what is then missing."""

from config.simulation.model import people as must
from config.simulation.model.things import Payment
from config.simulation.observing import learn
from config.simulation.steps import step
from config.simulation.world import World
from payments.services import floats

NEWEST = 80


@step(1)
def a_bank_takes_a_payment_back(world: World) -> bool | None:
    """All of it or a part, whatever became of the money."""
    newest = [one for one in list(world.model.payments.values())[-NEWEST:] if one.charge and not one.is_charged_back]
    paid = [one for one in newest if one.kind == "card" or one.bank == "yes"]
    payment = world.pick(paid)
    if payment is None or world.often(60):
        return False
    pence = payment.pence if world.often(50) else world.dice.randint(1, payment.pence)
    done = world.stripe.act("dispute", charge=payment.charge, amount=pence)
    world.tell(f"a bank takes {pence}p of {_words(payment)} back: {done}")
    learn(world)
    return None


@step(1)
def a_bank_decides(world: World) -> bool | None:
    case = world.pick([case for case in world.model.disputes.values() if case.status == "needs_response"])
    if case is None:
        return False
    decides(world, case.id, won=world.often(50))
    return None


def decides(world: World, case: str, *, won: bool) -> None:
    done = world.stripe.act("close_dispute", dispute=case, won=won)
    world.tell(f"a bank {'gives it up' if won else 'keeps it'}: {done}")
    learn(world)


@step(2)
def somebody_covers_it(world: World) -> bool | None:
    """The platform puts in what people's money is short of."""
    short = [council for council in sorted(world.model.book.owed) if world.model.book.spare(council) < 0]
    if not short:
        return False
    covers(world, world.dice.choice(short))
    return None


def covers(world: World, council: str) -> None:
    pence = max(100, world.dice.randint(0, 3000) - world.model.book.spare(council))
    plan = must.top_up(world.model, council, pence)
    world.ask(f"top up {pence}p", plan, lambda: floats.top_up(council_code=council, pence=pence, by=None, at=world.at))


def _words(payment: Payment) -> str:
    return f"{payment.id[:8]} ({payment.state})"
