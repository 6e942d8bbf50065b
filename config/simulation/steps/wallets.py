"""Who looks after money: pays one sum in for its people, hands it out, sends back what nobody needs, keeps what came back."""

import uuid
from typing import Any

from config.simulation import reading
from config.simulation.model import people as lots
from config.simulation.model import wallets as must
from config.simulation.model.state import Plan
from config.simulation.model.things import Purse, Wallet
from config.simulation.steps import step
from config.simulation.steps.machines import lets_go
from config.simulation.world import World
from pooling.models import WalletMove
from pooling.services import wallets


def asked_for(world: World, wallet: Wallet) -> tuple[dict[str, Any], bool]:
    """Whoever works for them asks; now and then somebody else."""
    person = wallet.payer if world.often(96) else world.dice.choice(world.model.purses).person
    by = world.rows.people[person]
    return {"organisation": world.rows.organisations[wallet.holder], "council_code": wallet.council, "by": by, "at": world.at}, person == wallet.payer


@step(3)
def pays_a_sum_in(world: World) -> None:
    wallet = world.dice.choice(world.model.wallets)
    asked, is_staff = asked_for(world, wallet)
    pence = world.dice.choice((0, world.dice.randint(1, 100), *(world.dice.randint(1000, 30_000) for _ in range(6))))
    plan = must.pay_in(world.model, wallet, pence, is_staff=is_staff)
    world.ask(f"pay {pence}p in", plan, lambda: wallets.pay_in(**asked, pence=pence))


@step(1)
def does_not_send_it_after_all(world: World) -> bool | None:
    wallet = world.dice.choice(world.model.wallets)
    if must.waiting(world.model, wallet) is None or world.often(60):
        return False
    asked, is_staff = asked_for(world, wallet)
    plan = must.stop_waiting(world.model, wallet, is_staff=is_staff)
    world.ask("stop waiting for a sum", plan, lambda: wallets.stop_waiting(**asked))
    return None


@step(3)
def hands_it_out(world: World) -> bool | None:
    """To one or two people mostly; now and then to the same one twice, to one whose money it is not, or more than they can use."""
    wallet = world.dice.choice(world.model.wallets)
    here = world.model.book.holds("WALLET", wallet.council, wallet.owner)
    if not here and world.often(90):
        return False
    held = [purse for purse in world.model.purses if purse.is_held and purse.council == wallet.council]
    chosen = world.dice.sample(held, world.dice.randint(1, len(held)))
    if world.often(6):
        chosen.append(world.dice.choice(world.model.purses))
    today = world.at.date().toordinal()
    slices = [(purse, _sum(world, purse, here // len(chosen), today)) for purse in chosen] if world.often(97) else []
    asked, is_staff = asked_for(world, wallet)
    unheard, made = reading.unheard(), must.Parts()
    plan = must.hand_out(world.model, wallet, slices, unheard=unheard, today=today, is_staff=is_staff, made=made)
    rows = [wallets.Slice(purse.member, purse.portion, pence) for purse, pence in slices]
    move = world.ask(f"hand out {[pence for _, pence in slices]}", plan, lambda: wallets.hand_out(**asked, slices=rows, token=uuid.uuid4()))
    if move is not None:
        must.name_parts(world.model, made, reading.parts_of(move.pk))
        lets_go(world)
    return None


def _sum(world: World, purse: Purse, there: int, today: int) -> int:
    return must.most(world.model, purse, today) + 1 if world.often(4) else world.amount(there)


@step(2)
def sends_some_back(world: World) -> bool | None:
    wallet = world.dice.choice(world.model.wallets)
    here = world.model.book.holds("WALLET", wallet.council, wallet.owner)
    if not here and world.often(90):
        return False
    asked, is_staff = asked_for(world, wallet)
    pence, token = world.amount(here), uuid.uuid4()
    plan = must.send_back(world.model, wallet, pence, is_staff=is_staff)
    move = world.ask(f"send {pence}p of a wallet back", plan, lambda: wallets.send_back(**asked, pence=pence, token=token))
    if move is None:
        return None
    about = f"wallet_back:{move.pk}"
    found = lots.name_lots(world.model, wallet, pence, reading.refunds_about(about), about, wallet.owner, newest=True)
    world.model.sent_back[move.pk].refunds = found
    if world.often(30):  # pressed again, with the same sum or another
        other = world.often(50)
        again = Plan("done_already" if other else "")
        world.ask("send it back again", again, lambda: wallets.send_back(**asked, pence=pence + other, token=token))
    return None


@step(1)
def keeps_what_came_back_to_a_wallet(world: World) -> bool | None:
    found = list(world.model.sent_back.values())[-40:]
    row = world.pick([one for one in found if any(refund.state == "failed" for refund in one.refunds)]) or (
        world.pick(found) if world.often(20) else None
    )
    if row is None:
        return False
    by, move = world.rows.people[row.purse.payer], WalletMove.objects.get(pk=row.id)
    if world.ask(f"keep what came back of {row.id}", must.keep(row), lambda: wallets.keep(move=move, by=by, at=world.at)) is not None:
        lets_go(world)
    return None
