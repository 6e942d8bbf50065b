"""What happens at Stripe without us: payers type cards and send money, banks send refunds back, webhooks come as they like."""

import json
import time

from config.simulation.observing import learn
from config.simulation.process import SECRET
from config.simulation.steps import step
from config.simulation.world import World
from payments.sandbox.webhooks import signature
from payments.services import inbox

PAYS, DECLINED = "4242424242424242", "4000000000000002"


@step(10)
def fills_in_a_page(world: World) -> bool | None:
    payment = world.pick([one for one in world.model.live.values() if one.page and one.local == "open" and one.taken_at is None])
    if payment is None:
        return False
    agrees = world.often(85)
    form = {"number": PAYS if agrees else DECLINED} if payment.kind == "card" else {"answer": "yes" if agrees else "no"}
    status = world.stripe.fill_in(payment.page, **form)
    world.tell(f"page of {payment.id[:8]} filled in: {status}")
    learn(world)
    return None


@step(6)
def sends_money_from_the_bank(world: World) -> bool | None:
    """What was asked for; or less, or more, or twice."""
    waiting = [one for one in world.model.live.values() if one.kind == "bank_transfer" and one.intent and one.taken_at is None]
    payment = world.pick([one for one in waiting if one.call is None] if world.often(40) else waiting)
    if payment is None:
        return False
    pence = payment.pence if world.often(75) else max(1, payment.pence + world.dice.randint(-500, 500))
    times = 2 if world.often(6) else 1
    done = [world.stripe.act("bank_transfer", payment_intent=payment.intent, amount=pence) for _ in range(times)]
    world.tell(f"{pence}p sent for {payment.id[:8]}: {done}")
    learn(world)
    return None


@step(1)
def a_bank_sends_a_refund_back(world: World) -> bool | None:
    found = list(world.model.refunds.values())[-60:]
    row = world.pick([one for one in found if one.stripe_id and not one.is_failed_at_stripe])
    if row is None or world.often(50):
        return False
    done = world.stripe.act("fail_refund", refund=row.stripe_id)
    world.tell(f"refund {row.id} comes back: {done}")
    learn(world)
    return None


@step(18)
def a_webhook_comes(world: World) -> bool | None:
    """Any of those under way, in any order; sometimes it never comes, sometimes it will come again."""
    if not world.post:
        learn(world)
    if not world.post:
        return False
    event = world.post.pop(world.dice.randrange(min(len(world.post), 8)) if world.often(40) else 0)
    if world.with_faults and world.often(20):
        world.tell("a webhook is lost")
        return None
    if world.with_faults and world.often(10):
        world.post.append(event)
    payload = json.dumps(event).encode()
    world.run(
        f"webhook {event['type']}",
        lambda: inbox.store(payload=payload, signature=signature(payload, SECRET, int(time.time())), endpoint="platform").kind,
    )
    return None


@step(1)
def a_provider_changes_bank(world: World) -> bool | None:
    if not world.often(15):
        return False
    payee = world.dice.choice(world.model.payees)
    number = f"{world.dice.randrange(10**8):08d}"
    world.stripe.act("change_bank", account=payee.account, sort_code="108800", account_number=number)
    payee.bank_changed_at = world.model.now
    world.tell(f"payee {payee.id} changes bank")
    return None


@step(1)
def stripe_stops_or_lets_a_provider(world: World) -> bool | None:
    payee = world.dice.choice(world.model.payees)
    if payee.is_ready and not world.often(10):
        return False
    world.stripe.act("lose_transfers" if payee.is_ready else "regain_transfers", account=payee.account)
    payee.is_ready = not payee.is_ready
    world.tell(f"payee {payee.id} is {'' if payee.is_ready else 'not '}ready")
    return None
