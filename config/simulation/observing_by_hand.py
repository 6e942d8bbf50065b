"""What somebody sent at Stripe's dashboard, by Stripe's own record."""

from typing import TYPE_CHECKING, Any

from config.simulation.model.by_hand import NO_COUNCIL
from config.simulation.model.debts import ByHand

if TYPE_CHECKING:
    from config.simulation.world import World

ALARM = "unexplained_line"


def sent(world: "World", transfer: dict[str, Any]) -> None:
    """None of our operations made it."""
    payee = next(one for one in world.model.payees if one.account == transfer["destination"])
    made = transfer["balance_transaction"], transfer["id"], "transfer_by_hand", f"payee:{payee.id}"
    world.model.by_hand[made[0]] = ByHand(*made, NO_COUNCIL, payee.council, transfer["amount"])


def gave_back(world: "World", refund: dict[str, Any]) -> None:
    """Nor this: a payer has it back."""
    payment = next(one for one in world.model.payments.values() if one.charge == refund["charge"])
    made = refund["balance_transaction"], refund["id"], "refund_by_hand", f"payment:{payment.id}"
    world.model.by_hand[made[0]] = ByHand(*made, payment.council, payment.council, refund["amount"], payment)


def left_open(world: "World") -> list[str]:
    """At rest: what nobody has explained."""
    return [f"line {one.line} ({one.state})" for one in world.model.by_hand.values() if one.state != "explained"]
