"""What banks take back: taken over from Stripe's own record, and what our rows make of it."""

from typing import TYPE_CHECKING, Any

from config.simulation import reading
from config.simulation.model import taken_back
from config.simulation.model.book import Wrong
from config.simulation.model.debts import Dispute
from config.simulation.model.things import Purse

if TYPE_CHECKING:
    from config.simulation.world import World

_ROWS = "select id, stripe_id, state, withdrawn_pence, taken_pence from payments_dispute where stripe_id = any(%s)"
_SHORT = "select id, state, short_for from pooling_call where state = 'shortfall' or id = any(%s)"
UNCOVERED = "not_covered"  # it ends by itself in the moment somebody looks; the model knows whether people's money is covered
ALARMS = ("dispute", UNCOVERED)


def happened(world: "World", thing: dict[str, Any]) -> None:
    """An event about a dispute: its lines and how it stands."""
    model = world.model
    case = model.disputes.get(thing["id"])
    if case is None:
        payment = next(one for one in model.payments.values() if one.charge == thing["charge"])
        if payment.purse is None:
            raise Wrong(f"A bank takes back what no person paid: {thing['id']}")
        case = model.disputes[thing["id"]] = Dispute(thing["id"], payment, payment.purse)
    case.status = thing["status"]
    case.lines |= {line["id"]: (line["amount"], line["fee"]) for line in thing["balance_transactions"]}
    case.payment.is_charged_back = case.status != "won"


def known(world: "World", about: str) -> None:
    """A journal is about a dispute of our rows: which of Stripe's that is."""
    number = int(about.partition(":")[2])
    if number not in world.model.dispute_rows:
        [(stripe_id,)] = reading.rows("select stripe_id from payments_dispute where id = %s", number)
        world.model.dispute_rows[number] = world.model.disputes[stripe_id]


def rows(world: "World") -> None:
    """How our rows say that each stands, and which calls fell short or are whole again. Raises Wrong."""
    model = world.model
    waiting = [case.id for case in model.disputes.values() if case.may_change]
    if not waiting and not model.short:
        return
    for number, stripe_id, state, withdrawn, taken in reading.rows(_ROWS, waiting):
        case = model.dispute_rows[number] = model.disputes[stripe_id]
        if (withdrawn, taken) != (case.withdrawn, case.taken):
            raise Wrong(f"Dispute {number}: {withdrawn}p gone and {taken}p taken; the model says {case.withdrawn}p and {case.taken}p.")
        if state != case.state and not taken_back.may_stand(case, state):
            raise Wrong(f"Dispute {number} went from {case.state} to {state}; at Stripe it is {case.status}.")
        case.state = state
    open_ = {case.payment.id for case in model.disputes.values() if case.state == "open"}
    for case in model.disputes.values():
        case.payment.is_disputed = case.payment.id in open_
    _calls(world)
    for purse in {case.purse.member: case.purse for case in model.disputes.values() if case.may_change}.values():
        if model.free(purse) < 0:
            raise Wrong(f"What calls count on was taken: {purse.owner} has {model.free(purse)}p free.")


def _calls(world: "World") -> None:
    model = world.model
    for pk, state, dispute in reading.rows(_SHORT, list(model.short)):
        call = model.calls[pk]
        if state == "shortfall" and pk not in model.short:
            case = model.dispute_rows.get(dispute)
            if (
                call.state not in ("funded", "consumed", "shortfall")
                or case is None
                or case.purse is not call.purse
                or not (case.lines or case.withdrawn)
            ):
                raise Wrong(f"Call {pk} was {call.state} and fell short for dispute {dispute}: it may not.")
            model.short.add(pk)
        elif state != "shortfall":
            is_dropped = call.state == state == "cancelled"  # its owner needs it no more
            if not is_dropped and (state not in ("funded", "missed") if pk in call.purse.calls else state != "consumed"):
                raise Wrong(f"Call {pk} fell short and is now {state}: it may not.")
            model.short.discard(pk)
        call.state = state


def nothing_waits(world: "World") -> None:
    """Right after the timer that takes and gives back: nobody owes while they have free money, and nothing is to be given back.

    What a payee gave back came after that in the same run, and waits for the next one.
    """
    for case in world.model.disputes.values():
        if case.owed < 0 or (case.owed > 0 and _has_free(world, case.purse)):
            raise Wrong(f"Dispute {case.id}: {case.owed}p is owed, {world.model.free(case.purse)}p is free, and the timer left both.")
    if any(one.state != "explained" for one in world.model.by_hand.values()):
        return  # what waits may be what left by hand
    for row in world.model.refunds.values():
        if row.state == "approved" and (owed := world.model.owes(row.owner, row.council)):
            raise Wrong(f"Refund {row.id} of {row.pence}p waits to go home, its owner owes {owed}p, and the timer left both.")


def _has_free(world: "World", purse: Purse) -> bool:
    return purse.member not in world.model.just_credited and world.model.free(purse) > 0 and any(lot.free for lot in purse.lots)


def left_open(world: "World") -> list[str]:
    """At rest: what should have ended and has not."""
    cases = [case for case in world.model.disputes.values() if case.state not in ("won", "lost", "settled") or len(case.booked) < len(case.lines)]
    return [f"dispute {case.id} ({case.state}, at Stripe {case.status})" for case in cases]
