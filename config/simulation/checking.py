"""The heavy checks: the whole book against the model, the rooms' own proofs, and at the end that everything came to rest as it must."""

from django.db import connections

from config.simulation import observing_by_hand as by_hand
from config.simulation import observing_debits as debits
from config.simulation import observing_disputes as disputes
from config.simulation import observing_recoveries as recoveries
from config.simulation import reading
from config.simulation.model.book import Wrong
from config.simulation.steps.by_hand import explains_all
from config.simulation.steps.disputes import covers, decides
from config.simulation.steps.machines import TIMERS, fires, passes
from config.simulation.steps.people import asks_for
from config.simulation.world import World
from ledger.services.proof import prove
from payments.selectors import proof as payments_proof
from payments.services import reconciliation
from payments.services.proof import prove_against_stripe
from pooling.selectors import proof as pooling_proof

DAY = 86_400
QUIET_DAYS = 14  # a first Direct Debit takes ten; then it rests before it goes on
_UNCOVERED = "In {} the book owes people {} pence, but only {} pence is at Stripe or on its way."


def whole_book(world: World) -> None:
    """Every account, and every proof that needs no Stripe: they find what a bank took and nobody covered yet, and nothing else. Raises Wrong."""
    there = {key: balance for key, balance in reading.all_balances().items() if balance}
    wanted = {key: balance for key, balance in world.model.book.balances.items() if balance}
    if there != wanted:
        differs = sorted(key for key in there.keys() | wanted.keys() if there.get(key) != wanted.get(key))
        raise Wrong("; ".join(f"{key} holds {there.get(key, 0)}, the model {wanted.get(key, 0)}" for key in differs[:5]))
    book = world.model.book
    short = [council for council in sorted({*book.owed, *book.there}) if book.spare(council) < 0]
    known = [_UNCOVERED.format(council, book.owed[council], book.there[council]) for council in short]
    found = [*prove(), *payments_proof(), *pooling_proof()]
    if sorted(found) != known:
        raise Wrong(f"The proofs find: {found[:5]}; of this is so: {known}")


def tidy() -> None:
    """What autovacuum would do some time: here at stated steps."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")


def at_rest(world: World) -> None:
    """Faults end, providers are in order, days pass and every timer runs. Then everything that was begun has ended, and all books are equal."""
    asks_for(world, world.model.purses[0], world.model.purses[0].earmark_left + 1)  # a penny more than was ever said yes to
    world.stripe.control("faults", [])
    for payee in world.model.payees:
        world.stripe.act("regain_transfers", account=payee.account)
        payee.is_ready = True
    for case in [case for case in world.model.disputes.values() if case.status == "needs_response"]:
        decides(world, case.id, won=world.often(50))
    for _ in range(QUIET_DAYS):
        passes(world, DAY)
        explains_all(world)
        for council in sorted({purse.council for purse in world.model.purses}):
            if world.model.book.spare(council) < 0 or world.model.float_is_short(council):
                covers(world, council)
        for name in ("payees", "reconcile", *TIMERS, "perform", "deliver"):
            fires(world, name)
    world.run("reconcile by hand", lambda: reconciliation.run(at=world.at).matched)
    world.run("reconcile again", lambda: reconciliation.run(at=world.at).matched)
    for name in TIMERS:
        fires(world, name)
    fires(world, "deliver")
    _everything_ended(world)
    whole_book(world)
    if different := prove_against_stripe():
        raise Wrong(f"Stripe, line by line: {different[:5]}")


def _everything_ended(world: World) -> None:
    model = world.model
    short = {council for council in {purse.council for purse in model.purses} if model.float_is_short(council)}
    left = [
        f"payment {p.id} ({p.kind})"
        for p in model.payments.values()
        if p.taken_at and p.state != "available" and p.bank != "no" and p.council not in short
    ]
    left += [f"remittance {r.id} ({r.state})" for r in model.remittances.values() if r.state not in ("paid", "set_off") and r.council not in short]
    left += [
        f"refund {r.id} ({r.state})" for r in model.refunds.values() if not (r.has_left if r.state == "sent" else r.state in ("failed", "cancelled"))
    ]
    left += by_hand.left_open(world) + disputes.left_open(world) + recoveries.left_open(world) + debits.left_open(world)
    undecided = [w for w in model.withdrawals.values() if w.state != "failed" and any(one.state == "failed" for one in w.refunds)]
    left += [f"withdrawal {w.id} ({w.state}), and some of it did not get home" for w in undecided]
    said = reading.rows("select id, state from pooling_withdrawal")
    left += [f"withdrawal {pk} ({state}), in the model {w.state}" for pk, state in said if (w := model.withdrawals[pk]).state != state]
    waiting = reading.rows("select kind, state, id::text from payments_paymentoperation where state in ('planned', 'sent', 'unknown')")
    left += [f"operation {row}" for row in waiting if not short]
    told = reading.rows("select subject, state, last_error from audit_delivery where state <> 'done'")
    if left or told or model.news:
        raise Wrong(f"Not at rest: {left[:5]} {told[:3]}")
