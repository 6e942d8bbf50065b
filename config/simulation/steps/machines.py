"""Celery and the clock: any timer, at any moment, in any order, as often as it likes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from audit.services import deliveries
from config.simulation import observing
from config.simulation.seams import dies_after_stripe, dies_at_statement
from config.simulation.steps import step
from config.simulation.world import World
from payments.services import inbox, operations, payees, payins, reconciliation, refunds, remittances
from pooling.services import calls

TIMERS = {
    "deliver": deliveries.deliver_due,
    "perform": operations.perform_due,
    "process": inbox.process_due,
    "clear": payins.clear_due,
    "plan remittances": remittances.plan_due,
    "plan refunds": refunds.plan_due,
    "reconcile": reconciliation.run_due,
    "calls": calls.advance_due,
    "payees": payees.refresh_due,
}
OFTEN = {"deliver": 6, "perform": 6, "process": 4, "clear": 3, "plan remittances": 3, "plan refunds": 2, "reconcile": 1, "calls": 1, "payees": 1}
DAY = 86_400


def fires(world: World, name: str) -> None:
    world.run(name, lambda: TIMERS[name](at=world.at))
    if name == "deliver":
        observing.note_withdrawals(world)


@step(44)
def a_timer_fires(world: World) -> None:
    fires(world, world.dice.choices(list(OFTEN), list(OFTEN.values()))[0])


@step(3)
def a_page_waits_for_stripe(world: World) -> bool | None:
    """Whoever pressed Pay waits while Stripe is asked."""
    waiting = [payment for payment in world.model.live.values() if payment.local == "started"]
    payment = world.pick(waiting)
    if payment is None:
        return False
    operation = UUID(payment.operation)
    world.run(f"ask Stripe about {payment.id[:8]}", lambda: bool(operations.perform(operation, at=world.at)))
    return None


@step(2, is_fault=True)
def a_worker_dies(world: World) -> None:
    """At any statement of any timer."""
    name = world.dice.choice(list(TIMERS))
    number = world.dice.randint(1, 60)
    world.run(f"{name}, killed at statement {number}", lambda: TIMERS[name](at=world.at), until=dies_at_statement(number))
    observing.note_withdrawals(world)


@step(2, is_fault=True)
def a_worker_dies_after_stripe(world: World) -> None:
    world.run("perform, killed after Stripe", lambda: operations.perform_due(at=world.at), until=dies_after_stripe())


@step(26)
def time_passes(world: World) -> None:
    """Minutes mostly; sometimes a night, a week, or just the hour in which London's clocks change."""
    kind = world.dice.randrange(100)
    if kind < 70:
        world.wait(world.dice.randint(1, 3600))
    elif kind < 96:
        world.wait(world.dice.randint(3600, DAY))
    elif kind < 99:
        world.wait(world.dice.randint(DAY, 8 * DAY))
    else:
        world.wait(max(1, int((_next_change(world.at) - world.at).total_seconds()) + world.dice.randint(-3600, 3600)))
    world.tell("time passes")


def _next_change(at: datetime) -> datetime:
    """The next last Sunday of March or October, 01:00 UTC; at most a fortnight ahead is jumped, or the story would be all clock changes."""
    for year in (at.year, at.year + 1):
        for month in (3, 10):
            last = datetime(year, month, 31, 1, tzinfo=UTC)
            change = last - timedelta(days=(last.weekday() + 1) % 7)
            if change > at:
                return min(change, at + timedelta(days=14))
    return at
