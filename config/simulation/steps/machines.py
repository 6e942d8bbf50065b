"""Celery and the clock: any timer, at any moment, in any order, as often as it likes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from audit.services import deliveries
from config.simulation import observing
from config.simulation import observing_disputes as disputes
from config.simulation import observing_recoveries as recoveries
from config.simulation.model import people as must
from config.simulation.model.book import Wrong
from config.simulation.model.things import Call, Hold
from config.simulation.observing import old_lots
from config.simulation.seams import dies_after_stripe, dies_at_statement
from config.simulation.steps import step
from config.simulation.world import World
from payments.services import ages, arrivals, cash, inbox, operations, payees, reconciliation, refunds, remittances, setting_off
from pooling.models import Call as CallRow
from pooling.models import Hold as HoldRow
from pooling.services import aged, calls, holds, idle, setbacks, weekly_money

TIMERS = {
    "deliver": deliveries.deliver_due,
    "perform": operations.perform_due,
    "process": inbox.process_due,
    "clear": arrivals.clear_due,
    "plan remittances": remittances.plan_due,
    "plan refunds": refunds.plan_due,
    "reconcile": reconciliation.run_due,
    "calls": calls.advance_due,
    "payees": payees.refresh_due,
    "ages": ages.advance_due,
    "aged": aged.advance_due,
    "idle": idle.advance_due,
    "cash": cash.send_back_due,
    "setbacks": setbacks.advance_due,
    "set off": setting_off.set_off_due,
    "weekly": weekly_money.advance_due,
}
OFTEN = {"deliver": 6, "perform": 6, "process": 4, "clear": 3, "weekly": 2, "plan remittances": 3, "plan refunds": 2} | dict.fromkeys(
    ("reconcile", "calls", "payees", "setbacks", "set off"), 1
)
SELDOM = ("ages", "aged", "idle", "cash")
DAY = 86_400


def fires(world: World, name: str) -> None:
    _fires(world, name)
    _old_goes(world, name)


def _old_goes(world: World, name: str) -> None:
    """What came back to a payer, and is old."""
    if name in ("deliver", "setbacks") and any(old_lots(world, purse) for purse in world.model.purses):
        lets_go(world)


def _fires(world: World, name: str) -> None:
    world.model.just_credited.clear()
    world.run(name, lambda: TIMERS[name](at=world.at))
    if name in ("deliver", "calls"):
        observing.seldom(world)
    if name == "setbacks":
        disputes.nothing_waits(world)
        recoveries.nothing_waits(world)


@step(40)
def a_timer_fires(world: World) -> None:
    name = world.dice.choice(SELDOM) if world.often(4) else world.dice.choices(list(OFTEN), list(OFTEN.values()))[0]
    fires(world, name)


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
    observing.seldom(world)
    _old_goes(world, name)  # by the next worker; what the first one did before it died is done


@step(4, is_fault=True)
def a_worker_dies_after_stripe(world: World) -> None:
    world.run("perform, killed after Stripe", lambda: operations.perform_due(at=world.at), until=dies_after_stripe())


@step(26)
def time_passes(world: World) -> None:
    """Minutes mostly; sometimes a night, a week, or just the hour in which London's clocks change."""
    kind = world.dice.randrange(100)
    seconds = world.dice.randint(1, 3600)
    if 60 <= kind < 96:
        seconds = world.dice.randint(3600, DAY)
    elif 96 <= kind < 99:
        seconds = world.dice.randint(DAY, 8 * DAY)
    elif kind == 99:
        seconds = max(1, int((_next_change(world.at) - world.at).total_seconds()) + world.dice.randint(-3600, 3600))
    passes(world, seconds)


def passes(world: World, seconds: int) -> None:
    """Time goes on; what weeks hold of money that has become 88 days old is let go at once, as the room above does, and goes home.

    What its owner owes is paid from it first.
    """
    world.wait(seconds)
    world.tell("time passes")
    lets_go(world)


def lets_go(world: World) -> None:
    purses = [purse for purse in (*world.model.purses, *world.model.wallets) if old_lots(world, purse)]
    for purse in purses:
        for hold in [hold for hold in world.active if hold.purse is purse]:
            _end(world, hold)
        for call in list(purse.calls.values()):
            _drop(world, call)
    for _ in range(2):  # what a payee gave back is taken the second time
        if any(world.model.book.holds("RECEIVABLE", purse.council, purse.owner) > 0 for purse in purses):
            _fires(world, "setbacks")
    if purses:
        _fires(world, "aged")
    if left := [lot.id for purse in purses for lot in old_lots(world, purse)]:
        raise Wrong(f"Lots of 88 days and more stay here: {left}")


def _drop(world: World, call: Call) -> None:
    row = CallRow(pk=call.id)
    world.ask(f"let go of call {call.id}", must.drop_call(world.model, call), lambda: calls.drop_call(call=row, at=world.at))


def _end(world: World, hold: Hold) -> None:
    row, by = HoldRow(pk=hold.id, membership_id=hold.purse.member), None
    if hold.disputed:
        payee, pence = world.model.payees[0], hold.disputed
        plan = must.settle(world.model, hold, 0, pence, payee, "")
        asked: dict[str, Any] = {"pay_pence": 0, "return_pence": pence, "payee_id": payee.id, "about": "", "by": by, "at": world.at}
        world.ask(f"let go of what is questioned of hold {hold.id}", plan, lambda: holds.settle(hold=row, **asked))
    if hold.held:
        pence = hold.held
        world.ask(f"let go of hold {hold.id}", must.give_back(hold, pence), lambda: holds.give_back(hold=row, pence=pence, by=by, at=world.at))


def _next_change(at: datetime) -> datetime:
    """The next last Sunday of March or October, 01:00 UTC; at most a fortnight ahead is jumped, or the story would be all clock changes."""
    for year in (at.year, at.year + 1):
        for month in (3, 10):
            last = datetime(year, month, 31, 1, tzinfo=UTC)
            change = last - timedelta(days=(last.weekday() + 1) % 7)
            if change > at:
                return min(change, at + timedelta(days=14))
    return at
