"""Weekly lists of who looks after money: made on asking, sent, stopped. What comes for them is the clock's."""

from collections.abc import Mapping
from typing import Any

from audit.clock import london_date
from config.simulation import observing_weekly
from config.simulation.model import weekly as must
from config.simulation.model.things import WeeklyList as List
from config.simulation.steps import step
from config.simulation.steps.wallets import asked_for
from config.simulation.world import World
from pooling.models import WeeklyList
from pooling.services import weekly_lists


@step(1)
def makes_a_list(world: World) -> bool | None:
    wallet = world.dice.choice(world.model.wallets)
    today = london_date(world.at).toordinal()
    if not must.wanted(world.model, wallet, today) and world.often(90):
        return False
    asked, is_staff = asked_for(world, wallet)
    plan = must.make(world.model, wallet, today, is_staff=is_staff)
    if (made := world.ask("make a weekly list", plan, lambda: weekly_lists.make(**asked))) is not None:
        observing_weekly.stands_in_order(world.model.lists[made.pk], observing_weekly.rows_of(made.pk))
    return None


@step(2)
def puts_a_list_in_order(world: World) -> bool | None:
    """Mostly one that is not sent yet; some the same number, some none; now and then somebody who is not in it, or nobody at all."""
    found = list(world.model.lists.values())[-10:]
    row = world.pick([one for one in found if one.state == "ready"]) or (world.pick(found) if world.often(5) else None)
    if row is None:
        return False
    people = must.people_in(world.model, row) if world.often(85) else []
    numbers = {person: world.dice.randint(1, 3) for person in people if world.often(80)}
    if world.often(5):
        numbers[world.dice.choice(world.model.purses).person] = 1
    orders(world, row, numbers)
    return None


def orders(world: World, row: List, numbers: Mapping[int, int]) -> None:
    who, is_staff = asked_for(world, row.wallet)
    plan = must.reorder(world.model, row, numbers, is_staff=is_staff)
    asked: dict[str, Any] = {"weekly_list": WeeklyList.objects.get(pk=row.id), "numbers": numbers, "by": who["by"], "at": world.at}
    if world.ask(f"put list {row.id} in order ({row.state})", plan, lambda: weekly_lists.reorder(**asked)) is not None:
        observing_weekly.stands_in_order(row, observing_weekly.rows_of(row.id))


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
