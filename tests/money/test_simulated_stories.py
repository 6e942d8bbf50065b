"""Stories that the simulator found once in a hundred thousand steps, told to it in a few; it agrees with them to their end."""

import pytest

from config.simulation import reading
from config.simulation.model import people as must
from config.simulation.model.things import Call, Purse, Withdrawal
from config.simulation.observing import learn
from config.simulation.steps import disputes, losses
from config.simulation.steps.machines import _drop
from config.simulation.world import World
from pooling.models import Hold as HoldRow
from pooling.models import Withdrawal as Row
from pooling.services import holds, shares
from tests.money.conftest import Play
from tests.money.stories import fire, until


def takes_all_home(world: World, purse: Purse) -> Withdrawal:
    for call in list(purse.calls.values()):
        _drop(world, call)
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


def test_what_comes_back_after_the_first_was_kept(play: Play) -> None:
    """Two lots go home; both come back, the second only after the first was kept."""
    heard: list[str] = []

    def story(world: World) -> None:
        row = takes_all_home(world, world.model.purses[0])
        fire(world, "plan refunds", "perform", "deliver")
        for one in list(row.refunds):
            world.stripe.act("fail_refund", refund=one.stripe_id)
            learn(world)
            world.wait(7200)
            fire(world, "reconcile", "deliver")
            heard.append(" ".join([each.state for each in row.refunds] + [row.state]))
            if row.state == "failed" and not row.is_kept:
                keeps(world, row)
                fire(world, "deliver")

    found = play(1, 0, with_faults=False, story=story)
    assert found.wrong == "", "\n".join([*heard, *found.last, found.wrong])
    assert heard == ["failed sent failed", "cancelled failed failed"]


@pytest.mark.parametrize("is_planned", [False, True])
def test_what_waits_to_go_home_pays_what_its_bank_took_back(play: Play, is_planned: bool) -> None:
    """Two lots go home; a bank takes the second's payment back before Stripe is asked; the first comes back, is kept, and the bank keeps it."""
    heard: list[str] = []

    def story(world: World) -> None:
        row = takes_all_home(world, world.model.purses[0])
        first, second = row.refunds
        if is_planned:
            fire(world, "plan refunds")
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
    assert heard == ["sent cancelled returned", "failed cancelled failed", "cancelled cancelled kept"]


def is_paid_on(world: World, call: Call) -> None:
    """Held and released whole."""
    purse, about, pence = call.purse, world.new_number(), call.pence
    parts = [holds.HoldPart(call.share, purse.member, purse.portion, pence)]
    plan = must.place(world.model, f"milestone:{about}", [(call, pence)])
    [row] = world.ask("hold", plan, lambda: holds.place(about_kind="milestone", about_id=about, parts=parts, at=world.at)).values()
    hold, payee, work = world.model.holds[row.pk], world.model.payees[0], f"work:{about}"
    asked = {"hold": HoldRow(pk=hold.id, membership_id=purse.member), "pence": pence, "payee_id": payee.id, "about": work}
    world.ask("release", must.release(world.model, hold, pence, payee, work), lambda: holds.release(**asked, by=None, at=world.at))
    must.name_lots(world.model, purse, pence, reading.remittances_about(work), work, f"payee:{payee.id}", newest=False)


def test_two_people_bear_what_a_bank_kept(play: Play) -> None:
    """What was paid on is taken back by the payer's bank, which keeps it; FLOAT is too short at first."""
    heard: list[str] = []

    def story(world: World) -> None:
        purse = world.model.purses[0]
        paid = list(purse.calls.values())
        for call in paid:
            is_paid_on(world, call)
        assert paid[-1].payment is not None
        world.stripe.act("dispute", charge=paid[-1].payment.charge)
        learn(world)
        world.wait(7200)
        fire(world, "reconcile", "deliver")
        [case] = world.model.disputes.values()
        disputes.decides(world, case.id, won=False)
        world.wait(7200)
        fire(world, "reconcile", "deliver")
        heard.append(f"{case.state} {case.owed}")
        until(world, losses.says_that_it_is_lost, lambda: world.model.to_bear)
        for _ in range(20):
            losses.agrees_that_it_is_lost(world)
        heard.append(f"{case.state} {case.borne}")
        disputes.covers(world, purse.council)
        fire(world, "perform")
        world.wait(10 * 86_400)
        fire(world, "reconcile", "clear")
        until(world, losses.agrees_that_it_is_lost, lambda: case.borne)
        heard.append(f"{case.state} {case.owed}")
        heard.extend(word for word in ("float_is_short", "not_allowed") if any(said.endswith(f": {word}") for said in world.counts))

    found = play(1, 0, with_faults=False, story=story)
    assert found.wrong == "", "\n".join([*heard, *found.last, found.wrong])
    assert heard == ["lost 1812", "lost 0", "settled 0", "float_is_short", "not_allowed"]
