"""Stories that the simulator found once in a hundred thousand steps, told to it in a few; it agrees with them to their end."""

from config.simulation import reading
from config.simulation.model import people as must
from config.simulation.model.things import Purse, Withdrawal
from config.simulation.observing import learn
from config.simulation.steps import disputes, machines
from config.simulation.world import World
from pooling.models import Withdrawal as Row
from pooling.services import shares
from tests.money.conftest import Play


def fire(world: World, *names: str) -> None:
    for name in names:
        machines.fires(world, name)


def takes_all_home(world: World, purse: Purse) -> Withdrawal:
    for call in list(purse.calls.values()):
        machines._drop(world, call)
    pence = world.model.may_go_home(purse)
    asked = {"membership": world.rows.places[purse.member], "portion": world.rows.portions[purse.portion], "by": world.rows.people[purse.person]}
    row = world.ask("all home", must.withdraw(world.model, purse, pence, is_theirs=True), lambda: shares.withdraw(**asked, pence=pence, at=world.at))
    about = f"withdrawal:{row.pk}"
    found = world.model.withdrawals[row.pk]
    found.refunds = must.name_lots(world.model, purse, pence, reading.refunds_about(about), about, purse.owner, newest=True)
    return found


def keeps(world: World, row: Withdrawal) -> None:
    asked = Row(pk=row.id, membership_id=row.purse.member)
    world.ask("keep", must.keep(world.model, row), lambda: shares.keep(withdrawal=asked, by=world.rows.people[row.purse.payer], at=world.at))


def test_what_stripe_will_not_send_home_after_the_first_was_kept(play: Play) -> None:
    """Two lots go home; a bank disputes the second's payment, so it waits; the first comes back and is kept; then the dispute is lost."""
    heard: list[str] = []

    def story(world: World) -> None:
        row = takes_all_home(world, world.model.purses[0])
        first, second = row.refunds
        world.stripe.act("dispute", charge=second.lot.charge, amount=second.lot.pence)
        learn(world)
        world.wait(7200)
        fire(world, "reconcile", "deliver", "plan refunds", "perform", "deliver")
        heard.append(f"{first.state} {second.state} {row.state}")
        world.stripe.act("fail_refund", refund=first.stripe_id)
        learn(world)
        world.wait(7200)
        fire(world, "reconcile", "deliver")
        heard.append(f"{first.state} {second.state} {row.state}")
        keeps(world, row)
        fire(world, "deliver")
        [case] = world.model.disputes
        disputes.decides(world, case, won=False)
        world.wait(7200)
        fire(world, "reconcile", "deliver", "plan refunds", "perform", "deliver", "deliver")
        heard.append(f"{first.state} {second.state} {row.state}")

    found = play(1, 0, with_faults=False, story=story)
    assert found.wrong == "", "\n".join([*heard, *found.last, found.wrong])
    assert heard == ["sent approved returning", "failed approved failed", "cancelled failed failed"]
