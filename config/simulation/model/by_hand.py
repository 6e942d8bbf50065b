"""What must come of what somebody sent at Stripe's dashboard: it rings, stands in SUSPENSE, and two operators say what it was."""

from collections.abc import Callable
from typing import Any

from config.simulation.model.book import Entry, Key, Move, Wrong
from config.simulation.model.debts import ByHand, Dispute, Recovery
from config.simulation.model.losses import LASTS_SECONDS
from config.simulation.model.machine import judges
from config.simulation.model.state import Model, Plan
from config.simulation.model.taken_back import costs_now

NO_COUNCIL = "X00000000"


@judges
def unexplained_line(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Once, of just its pence: in the council of its payment, or where nobody's is known."""
    thing = model.by_hand.get(about)
    if thing is None or thing.state != "made":
        raise Wrong(f"Line {about} is no stranger's, or in SUSPENSE already: {thing}")
    thing.state = "suspense"
    return (Move(Key("SUSPENSE", thing.found_in), Key("BANK", thing.found_in), thing.pence),)


def say(model: Model, thing: ByHand, about: str, *, is_operator: bool) -> Plan:
    """The first one says whose it was. Nothing moves; only what Stripe says itself is taken, and only while nobody's word waits."""
    if not is_operator:
        return Plan("not_allowed")
    if thing.state != "suspense":
        return Plan("not_in_suspense")
    if about != thing.about:
        return Plan("does_not_fit")
    if thing.asked_until > model.now:
        return Plan("not_in_suspense")

    def apply(_: Any) -> list[Entry]:
        thing.asked_until = model.now + LASTS_SECONDS
        return []

    return Plan(apply=apply)


def agree(model: Model, thing: ByHand, *, is_operator: bool, has_asked: bool, debt: Callable[[], int]) -> Plan:
    """The second one, who is another: out of SUSPENSE, once, and whoever has it owes it. `debt()`: our row of that, once there is one."""
    if thing.state != "suspense" or not thing.asked_until:
        return Plan("not_in_suspense")
    if not is_operator:
        return Plan("not_allowed")
    if thing.asked_until <= model.now:
        return Plan("needs_approval")
    if has_asked:
        return Plan("not_allowed")
    return Plan(apply=lambda _: _explained(model, thing, debt()))


def _explained(model: Model, thing: ByHand, number: int) -> list[Entry]:
    thing.state, council, pence = "explained", thing.council, thing.pence
    suspense, bank = Key("SUSPENSE", thing.found_in), Key("BANK", thing.found_in)
    if thing.payment is not None:
        case = Dispute(thing.source, thing.payment, thing.payment.of, "lost", "lost", withdrawn=pence)
        model.disputes[thing.source] = model.dispute_rows[number] = case
        entries = [Entry("line_explained", council, (Move(case.purse.key("RECEIVABLE"), suspense, pence),))]
    else:
        model.recoveries[number] = Recovery(number, thing.about, council, pence, "owed", is_credited=True)
        owes = Move(Key("RECEIVABLE", council, thing.about), Key("BANK", council), pence)
        entries = [Entry("line_explained", thing.found_in, (Move(bank, suspense, pence),)), Entry("line_explained", council, (owes,))]
    return entries + costs_now(model, council)
