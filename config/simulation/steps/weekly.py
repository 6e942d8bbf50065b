"""Weekly lists of who looks after money: made on asking, sent, stopped. What comes for them is the clock's."""

from typing import Any

from config.simulation import observing_weekly
from config.simulation.model import weekly as must
from config.simulation.steps import step
from config.simulation.steps.wallets import asked_for
from config.simulation.world import World
from pooling.models import WeeklyList
from pooling.services import weekly_lists


@step(1)
def makes_a_list(world: World) -> bool | None:
    wallet = world.dice.choice(world.model.wallets)
    today = world.at.date().toordinal()
    if not must.wanted(world.model, wallet, today) and world.often(90):
        return False
    asked, is_staff = asked_for(world, wallet)
    plan = must.make(world.model, wallet, today, is_staff=is_staff)
    world.ask("make a weekly list", plan, lambda: weekly_lists.make(**asked))
    return None


@step(3)
def sends_a_list(world: World) -> bool | None:
    found = list(world.model.lists.values())[-10:]
    row = world.pick([one for one in found if one.state == "ready"]) or (world.pick(found) if world.often(5) else None)
    if row is None:
        return False
    plan = must.send(world.model, row, observing_weekly.rows_of(row.id))
    asked: dict[str, Any] = {"weekly_list": WeeklyList.objects.get(pk=row.id), "by": world.rows.people[row.wallet.payer], "at": world.at}
    world.ask(f"send list {row.id} ({row.state})", plan, lambda: weekly_lists.send(**asked))
    world.see()
    return None


@step(1)
def stops_a_list(world: World) -> bool | None:
    row = world.pick(list(world.model.lists.values())[-5:])
    if row is None or world.often(80):
        return False
    asked: dict[str, Any] = {"weekly_list": WeeklyList.objects.get(pk=row.id), "by": world.rows.people[row.wallet.payer], "at": world.at}
    world.ask(f"stop list {row.id} ({row.state})", must.stop(row), lambda: weekly_lists.stop(**asked))
    world.see()
    return None
