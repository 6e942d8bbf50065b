"""Money asked back from whoever was paid; and their bank taking what they have at Stripe, so that it can't be taken back there."""

from typing import Any

from django.db import transaction

from config.simulation.model import recovered
from config.simulation.model.things import Outgoing
from config.simulation.steps import step
from config.simulation.world import World
from payments.models import Recovery
from payments.services import recoveries

NEWEST = 40


@step(2)
def asks_for_it_back(world: World) -> bool | None:
    """A part or all of what one thing was paid; sometimes more than that, and sometimes before it went out."""
    row: Outgoing | None = world.pick(list(world.model.remittances.values())[-NEWEST:])
    if row is None or world.often(55):
        return False
    pence, about = world.amount(row.pence - row.asked_back), row.about
    asked: dict[str, Any] = {"about": about, "pence": pence, "by": None, "at": world.at}

    def ask() -> list[Recovery]:
        with transaction.atomic():
            return recoveries.open_for(**asked)

    world.ask(f"ask {pence}p of {about} back ({row.state})", recovered.ask_back(world.model, about, pence), ask)
    return None


@step(1)
def a_providers_money_goes_to_its_bank(world: World) -> bool | None:
    payee = world.pick(world.model.payees)
    if payee is None or world.often(80):
        return False
    done = world.stripe.act("drain", account=payee.account)
    world.tell(f"payee {payee.id} has it all at its bank: {done}")
    return None
