"""Money asked back from payees: what Stripe did of it, and what our rows say."""

from typing import TYPE_CHECKING, Any

from config.simulation import reading
from config.simulation.model import recovered as recovered  # its rules for journals
from config.simulation.model.book import Wrong
from config.simulation.model.things import Outgoing

if TYPE_CHECKING:
    from config.simulation.world import World

_REVERSING = "select id, state from payments_recovery where id = any(%s)"
_SET_OFF = "select id, pence from payments_remittance where set_off_for_id = %s and not id = any(%s) order by waiting_since, id limit 1"
_REST = "select id, pence from payments_remittance where payment_id = %s and about = %s and id > %s order by id limit 1"
ALARM = "reversal_refused"


def happened(world: "World", thing: dict[str, Any]) -> None:
    """Stripe took transfers back: each for one operation of ours, and once."""
    for reversal in thing["reversals"]["data"]:
        operation = reversal["metadata"].get("operation", "")
        is_new = operation not in world.model.made_at_stripe
        world.model.saw(operation, reversal["id"])
        world.model.reversed_at_stripe += reversal["amount"] if is_new else 0


def kept_back(world: "World", about: str, pence: int) -> None:
    """Which waiting payment was kept back; what is more than the debt waits on, as a payment of its own."""
    number, model = int(about.partition(":")[2]), world.model
    known = [row.id for row in model.remittances.values() if row.state == "set_off"]
    [(pk, part)] = reading.rows(_SET_OFF, number, known)
    row = model.remittances[pk]
    if row.state != "waiting" or part != pence or pence > row.pence or row.owner != model.recoveries[number].owner:
        raise Wrong(f"{pence}p of remittance {pk} ({row.state}, {row.pence}p) was kept back for {about}.")
    rest, row.pence, row.state = row.pence - pence, pence, "set_off"
    if rest:
        [(other, left)] = reading.rows(_REST, row.lot.id, row.about, max(model.remittances))
        if left != rest:
            raise Wrong(f"Of remittance {pk} {rest}p should wait on, and {left}p does.")
        model.remittances[other] = Outgoing(other, rest, row.council, row.lot, row.owner, "waiting", row.since, row.about)


def rows(world: "World") -> None:
    """Where Stripe could not take it back it is owed. Raises Wrong."""
    waiting = [row.id for row in world.model.recoveries.values() if row.state == "reversing"]
    for pk, state in reading.rows(_REVERSING, waiting) if waiting else []:
        if state not in ("reversing", "owed"):
            raise Wrong(f"Recovery {pk} is {state}, and no journal says so.")
        world.model.recoveries[pk].state = state


def nothing_waits(world: "World") -> None:
    """Right after the timer that gives back: whoever's money came has it again."""
    late = [row.id for row in world.model.recoveries.values() if not row.is_credited and not row.left]
    if late:
        raise Wrong(f"Recoveries {late} have come, and the timer left them.")


def left_open(world: "World") -> list[str]:
    """At rest: what should have ended and has not. What a payee owes and is not paid again stays owed."""
    found = [row for row in world.model.recoveries.values() if row.state == "reversing" or (not row.is_credited and not row.left)]
    return [f"recovery {row.id} ({row.state})" for row in found]
