"""Two operators bear what will not be paid: what a payer owes after a bank kept it, and what a provider can't give back."""

from typing import Any

from config.simulation.model import losses as must
from config.simulation.model.debts import Dispute
from config.simulation.steps import step
from config.simulation.world import World
from payments.services import disputes, recoveries
from people.models import Person


def everything(world: World) -> list[must.Loss]:
    return [*world.model.dispute_rows.values(), *world.model.recoveries.values()]


def a_loss(world: World, found: list[must.Loss]) -> must.Loss | None:
    """One of these; now and then another, of which nothing is owed."""
    return world.pick(found) if found and world.often(95) else world.pick(everything(world)) if world.often(5) else None


@step(4)
def says_that_it_is_lost(world: World) -> bool | None:
    loss = a_loss(world, [one for one in everything(world) if must.can_be_borne(one) and not must.is_asked(world.model, one)])
    if loss is None or world.often(40):
        return False
    by, is_operator = an_operator(world, world.rows.operator)
    asked: dict[str, Any] = {"reason": "It will not come.", "by": by, "at": world.at}
    about, plan = must.name(world.model, loss), must.ask(world.model, loss, is_operator=is_operator)
    world.ask(f"{about} is lost ({loss.state})", plan, lambda: verbs(loss)[0](**number(about), **asked))
    return None


@step(6)
def agrees_that_it_is_lost(world: World) -> bool | None:
    loss = a_loss(world, [one for one in everything(world) if must.is_asked(world.model, one)])
    if loss is None:
        return False
    has_asked = world.often(10)
    by, is_operator = an_operator(world, world.rows.operator if has_asked else world.rows.second)
    about, plan = must.name(world.model, loss), must.agree(world.model, loss, is_operator=is_operator, has_asked=has_asked)
    pence = must.owed(loss)
    world.ask(f"{about} is borne ({loss.state})", plan, lambda: verbs(loss)[1](**number(about), pence=pence, by=by, at=world.at))
    return None


def an_operator(world: World, operator: Person) -> tuple[Person, bool]:
    """Now and then somebody who is none."""
    is_one = world.often(96)
    return (operator if is_one else world.rows.people[world.dice.choice(world.model.purses).payer]), is_one


def verbs(loss: must.Loss) -> tuple[Any, Any]:
    room = disputes if isinstance(loss, Dispute) else recoveries
    return room.propose_write_off, room.confirm_write_off


def number(about: str) -> dict[str, int]:
    kind, _, pk = about.partition(":")
    return {f"{kind}_id": int(pk)}
