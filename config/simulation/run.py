"""One run: the same seed gives the same steps, the same journals and the same digest."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

from config.simulation import checking
from config.simulation.model import people as must
from config.simulation.model.book import Wrong
from config.simulation.people import BEGINS, arrive, holders, payees, who_orders
from config.simulation.plants import PLANTS
from config.simulation.process import running
from config.simulation.seams import taken_hold
from config.simulation.steps import (
    FAULTS,
    STEPS,
    Step,
    by_hand,
    debits,
    disputes,
    faults,
    ledger,
    losses,
    machines,
    orders,
    people,
    recoveries,
    stripe,
    wallets,
    weekly,
)
from config.simulation.world import World
from payments.services import floats

PLAYED = (by_hand, debits, disputes, faults, ledger, losses, machines, orders, people, recoveries, stripe, wallets, weekly)
FIRST_FLOAT_PENCE = 2500
DAY = 86_400


@dataclass
class Found:
    """What a run came to. `wrong` empty: the model and the book agreed in everything, and all books are clean."""

    seed: int
    steps: int
    digest: str
    seconds: float
    wrong: str = ""
    last: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def run(
    seed: int,
    steps: int,
    *,
    with_faults: bool,
    proof_every: int = 1000,
    plant: str = "",
    to_rest: bool = True,
    story: Callable[[World], None] = lambda _: None,
    note: Callable[[str], None] = lambda _: None,
) -> Found:
    """Plays `steps` steps on the database that the connections point at, which must be fresh, with a sandbox of its own.

    `plant`: a bug to put in, by its name. `story`: steps in an order that chance seldom finds, after the others. `to_rest`: afterwards faults
    end, days pass, and everything must have come to its end. `note`: told after each heavy check how far it is, so that a run that is stopped
    has said something.
    """
    began = time.monotonic()
    with running(seed, int(BEGINS.timestamp())) as sandbox, taken_hold(seed, sandbox) as ears, PLANTS.get(plant, nullcontext)():
        world = World(seed, sandbox, ears, with_faults=with_faults)
        wrong = ""
        try:
            _begin(world)
            _play(world, steps, proof_every, note)
            story(world)
            if to_rest:
                checking.at_rest(world)
        except Wrong as found:
            wrong = str(found)
        return Found(seed, world.step, world.digest, time.monotonic() - began, wrong, list(world.said), world.counts)


def _begin(world: World) -> None:
    world.rows, world.model.purses = arrive()
    for arrived in (holders, who_orders):
        wallet, held = arrived(world.rows)
        world.model.wallets.append(wallet)
        world.model.purses += held
    world.model.payees = payees(world.stripe)
    for council in sorted({purse.council for purse in world.model.purses}):
        row = floats.top_up(council_code=council, pence=FIRST_FLOAT_PENCE, by=None, at=world.at)
        must.top_up(world.model, council, FIRST_FLOAT_PENCE).apply(row)
    for purse in world.model.purses:
        for _ in range(2):
            people.asks_for(world, purse, world.dice.randint(200, 4000))
        for call in list(purse.calls.values()):
            people.pays(world, call, "bank_transfer" if purse.is_held else "card")
    machines.fires(world, "perform")
    for payment in list(world.model.live.values()):
        if payment.page:
            world.stripe.fill_in(payment.page, number=stripe.PAYS)
    # Stripe's very first card payment waits a week.
    for name in ("reconcile", "reconcile", "perform", "deliver", "clear", "deliver"):
        world.wait(4 * DAY if name == "reconcile" else 1)
        machines.fires(world, name)


def _play(world: World, steps: int, proof_every: int, note: Callable[[str], None]) -> None:
    known: dict[Step, int] = STEPS | (FAULTS if world.with_faults else {})
    names, weights = list(known), list(known.values())
    stopped = 0
    for number in range(1, steps + 1):
        world.step = number
        while world.dice.choices(names, weights)[0](world) is False:
            pass
        stopped += bool(world.model.stopped)
        if number % proof_every == 0:
            checking.whole_book(world)
            checking.tidy()
            waiting = sum(one.state == "waiting" for one in world.model.remittances.values())
            still = f"an alarm kept money back in {stopped} of them, {waiting} payments wait to go"
            note(f"{number} steps agree, it is {world.at:%Y-%m-%d}, {still}, digest {world.digest}")
