"""Money going home: what our rows say became of it."""

from typing import TYPE_CHECKING

from config.simulation import reading
from config.simulation.model.book import Wrong
from config.simulation.model.things import Outgoing

if TYPE_CHECKING:
    from config.simulation.world import World


def rows(world: "World") -> None:
    """Withdrawals learn by facts what became of their refunds."""
    waiting = list(world.model.watched)
    found = reading.rows("select id, state from pooling_withdrawal where id = any(%s)", waiting) if waiting else []
    for pk, state in found:
        row = world.model.withdrawals[pk]
        if state != row.state:
            _judge_withdrawal(row.refunds, state, pk)
            row.state = state
        if not row.may_change:
            world.model.watched.pop(pk)


def _judge_withdrawal(refunds: list[Outgoing], state: str, pk: int) -> None:
    if state == "failed" and not any(one.state == "failed" for one in refunds):
        raise Wrong(f"Withdrawal {pk} says it failed, and none of its refunds did.")
    if state == "returned" and any(not one.has_left for one in refunds):
        raise Wrong(f"Withdrawal {pk} says it is back, and some of it has not left.")
    if state == "kept":
        raise Wrong(f"Withdrawal {pk} says it was kept, and nobody said so.")
