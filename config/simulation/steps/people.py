"""What people do: promise, pay, have money held, say yes or no to work, take their free money home."""

from collections.abc import Callable
from typing import Any

from config.simulation import reading
from config.simulation.model import people as must
from config.simulation.model.things import Call, Hold, Purse
from config.simulation.people import promise
from config.simulation.steps import step
from config.simulation.steps.machines import lets_go
from config.simulation.world import World
from payments.services import floats
from pooling.models import Call as CallRow
from pooling.models import Earmark, Withdrawal
from pooling.models import Hold as HoldRow
from pooling.services import calls, earmarks, holds, shares

MOST_CALLS, MOST_HOLDS = 6, 30
PAGE = "http://127.0.0.1:8000/payments/"


def a_purse(world: World) -> Purse:
    return world.dice.choice(world.model.purses)


def a_call(world: World, *states: str) -> Call | None:
    """A call, mostly in one of these states."""
    found = [call for purse in world.model.purses for call in purse.calls.values()]
    return world.pick([call for call in found if call.state in states]) or world.pick(found)


@step(14)
def asks_for_a_share(world: World) -> bool | None:
    purse = a_purse(world)
    if len(purse.calls) >= MOST_CALLS:
        return False
    pence = world.dice.choice((world.dice.randint(1, 200), world.dice.randint(200, 20_000), world.amount(4000)))
    asks_for(world, purse, pence)
    return None


def asks_for(world: World, purse: Purse, pence: int) -> None:
    """A call of so much for a share of its own; a promise first, where there is none, or its year is over."""
    if purse.earmark and not purse.calls and world.at.date().toordinal() > purse.promised_until:
        earmarks.lower_to(earmark=Earmark(pk=purse.earmark, pledge_id=purse.pledge), pence=0, at=world.at)
        purse.earmark = 0
    if not purse.earmark:
        promise(world.rows, purse, world.new_number(), world.at)
    share, due = world.new_number(), world.at.date().toordinal() + world.dice.randint(0, 20)
    plan = must.open_call(world.model, purse, share, pence, due)
    earmark = Earmark(pk=purse.earmark, pledge_id=purse.pledge)
    due_on = world.at.date().fromordinal(due)
    asked: dict[str, Any] = {"about_kind": "milestone_share", "about_id": share, "pence": pence, "due_on": due_on, "at": world.at}
    world.ask(f"call {pence}p of {purse.owner}", plan, lambda: calls.open_call(earmark=earmark, **asked))


@step(9)
def starts_to_pay_by_card(world: World) -> bool | None:
    return _pay(world, "card")


@step(3)
def starts_to_pay_from_the_banks_app(world: World) -> bool | None:
    return _pay(world, "pay_by_bank")


@step(4)
def starts_to_pay_by_bank(world: World) -> bool | None:
    return _pay(world, "bank_transfer")


def _pay(world: World, kind: str) -> bool | None:
    call = a_call(world, "called")
    if call is None:
        return False
    pays(world, call, kind)
    return None


def pays(world: World, call: Call, kind: str) -> None:
    """Whoever pays for it starts to."""
    row, by = CallRow(pk=call.id), world.rows.people[call.purse.payer]
    plan = must.pay(world.model, call, kind)
    asked: dict[str, Any] = {"call": row, "by": by, "at": world.at}
    if kind in ("card", "pay_by_bank"):
        asked |= {"success_url": PAGE, "cancel_url": PAGE}
    ways: dict[str, Callable[..., Any]] = {"card": calls.pay_by_card, "pay_by_bank": calls.pay_by_bank_app}
    ways |= {"bank_transfer": calls.pay_by_bank, "bacs": calls.pay_by_debit}
    world.ask(f"pay call {call.id} by {kind}", plan, lambda: ways[kind](**asked))


@step(2)
def needs_it_no_more(world: World) -> bool | None:
    call = a_call(world, "missed", "clearing", "funded")
    if call is None:
        return False
    world.ask(
        f"drop call {call.id} ({call.state})", must.drop_call(world.model, call), lambda: calls.drop_call(call=CallRow(pk=call.id), at=world.at)
    )
    return None


@step(12)
def has_money_held(world: World) -> bool | None:
    """One to three payers' funded shares of one piece of work; now and then one that is not funded, or more than was called."""
    funded = [call for purse in world.model.purses for call in purse.calls.values() if call.state == "funded" and call.owed is None]
    if not funded or len(world.active) > MOST_HOLDS:
        return False
    chosen = world.dice.sample(funded, min(len(funded), world.dice.randint(1, 3)))
    if world.often(5) and (other := a_call(world, "called", "clearing")) is not None and other not in chosen:
        chosen.append(other)
    parts = [(call, call.pence if world.often(70) else world.amount(call.pence)) for call in chosen]
    about = world.new_number()
    asked = [holds.HoldPart(call.share, call.purse.member, call.purse.portion, pence) for call, pence in parts]
    plan = must.place(world.model, f"milestone:{about}", parts)
    words = f"hold {[(call.id, pence) for call, pence in parts]}"
    done = world.ask(words, plan, lambda: holds.place(about_kind="milestone", about_id=about, parts=asked, at=world.at))
    for row in (done or {}).values():
        world.active.append(world.model.holds[row.pk])
    return None


def a_hold(world: World) -> Hold | None:
    """One with something in it; now and then one that is used up."""
    if world.finished and world.often(4):
        return world.pick(world.finished)
    hold = world.pick(world.active)
    if hold is not None and hold.held + hold.disputed == 0:
        world.active.remove(hold)
        world.finished = [*world.finished[-9:], hold]
    return hold


def an_about(world: World) -> str:
    """What a payment is for; now and then something that was paid already."""
    return world.last_paid if world.last_paid and world.often(6) else f"work:{world.new_number()}"


@step(16)
def says_it_happened(world: World) -> bool | None:
    hold = a_hold(world)
    if hold is None:
        return False
    payee, about, pence = world.dice.choice(world.model.payees), an_about(world), world.amount(hold.held)
    plan = must.release(world.model, hold, pence, payee, about)
    row, by = HoldRow(pk=hold.id, membership_id=hold.purse.member), world.rows.people[hold.purse.person]
    asked: dict[str, Any] = {"payee_id": payee.id, "about": about, "by": by, "at": world.at}
    if world.ask(f"release {pence}p of hold {hold.id}", plan, lambda: holds.release(hold=row, pence=pence, **asked)):
        names_lots(world, hold.purse, pence, about, payee.id)
    return None


def names_lots(world: World, purse: Purse, pence: int, about: str, payee: int) -> None:
    must.name_lots(world.model, purse, pence, reading.remittances_about(about), about, f"payee:{payee}", newest=False)
    world.last_paid = about


@step(5)
def says_part_of_it_did_not(world: World) -> bool | None:
    hold = a_hold(world)
    if hold is None:
        return False
    pence, by = world.amount(hold.held), world.rows.people[hold.purse.person]
    row = HoldRow(pk=hold.id, membership_id=hold.purse.member)
    world.ask(
        f"give back {pence}p of hold {hold.id}", must.give_back(hold, pence), lambda: holds.give_back(hold=row, pence=pence, by=by, at=world.at)
    )
    return None


@step(4)
def questions_it(world: World) -> bool | None:
    hold = a_hold(world)
    if hold is None:
        return False
    pence, by = world.amount(hold.held), world.rows.people[hold.purse.person]
    row = HoldRow(pk=hold.id, membership_id=hold.purse.member)
    world.ask(f"question {pence}p of hold {hold.id}", must.dispute(hold, pence), lambda: holds.dispute(hold=row, pence=pence, by=by, at=world.at))
    return None


@step(5)
def settles_the_question(world: World) -> bool | None:
    hold = world.pick([hold for hold in world.active if hold.disputed]) or (a_hold(world) if world.often(20) else None)
    if hold is None:
        return False
    pay = world.amount(hold.disputed)
    back = hold.disputed - pay if world.often(80) else world.amount(hold.disputed)
    payee, about = world.dice.choice(world.model.payees), an_about(world)
    plan = must.settle(world.model, hold, pay, back, payee, about)
    row, by = HoldRow(pk=hold.id, membership_id=hold.purse.member), world.rows.people[hold.purse.person]
    asked: dict[str, Any] = {"pay_pence": pay, "return_pence": back, "payee_id": payee.id, "about": about, "by": by, "at": world.at}
    if world.ask(f"settle {pay}p and {back}p of hold {hold.id}", plan, lambda: holds.settle(hold=row, **asked)) and pay:
        names_lots(world, hold.purse, pay, about, payee.id)
    return None


@step(5)
def takes_money_home(world: World) -> bool | None:
    """One's own free money; now and then somebody else tries."""
    purse = a_purse(world)
    by = world.dice.choice(world.model.purses).person if world.often(5) else purse.person
    pence = world.amount(max(0, world.model.may_go_home(purse)))
    plan = must.withdraw(world.model, purse, pence, is_theirs=by in (purse.person, purse.payer))
    asked: dict[str, Any] = {
        "membership": world.rows.places[purse.member],
        "portion": world.rows.portions[purse.portion],
        "pence": pence,
        "by": world.rows.people[by],
    }
    row = world.ask(f"take {pence}p of {purse.owner} home", plan, lambda: shares.withdraw(**asked, at=world.at))
    if row is not None:
        about = f"withdrawal:{row.pk}"
        found = must.name_lots(world.model, purse, pence, reading.refunds_about(about), about, purse.owner, newest=True)
        world.model.withdrawals[row.pk].refunds = found
    return None


@step(1)
def keeps_what_came_back(world: World) -> bool | None:
    found = list(world.model.withdrawals.values())[-40:]
    row = world.pick([one for one in found if one.state == "failed"]) or world.pick(found)
    if row is None:
        return False
    by = world.rows.people[row.purse.payer]
    words = f"keep what came back of withdrawal {row.id} ({row.state})"
    kept = Withdrawal(pk=row.id, membership_id=row.purse.member)
    if world.ask(words, must.keep(world.model, row), lambda: shares.keep(withdrawal=kept, by=by, at=world.at)) is not None:
        lets_go(world)
    return None


@step(1)
def tops_the_float_up(world: World) -> bool | None:
    council = world.dice.choice(sorted({purse.council for purse in world.model.purses}))
    pence = world.dice.randint(100, 3000)
    if world.model.book.holds("FLOAT", council) > 20_000:
        return False
    world.ask(
        f"top up {pence}p", must.top_up(world.model, council, pence), lambda: floats.top_up(council_code=council, pence=pence, by=None, at=world.at)
    )
    return None
