"""Money going home: what our rows say became of it."""

from typing import TYPE_CHECKING

from config.simulation import reading
from config.simulation.model.book import Wrong
from config.simulation.model.things import Outgoing, Withdrawal

if TYPE_CHECKING:
    from config.simulation.world import World

_FIRST = "select min(id) from {0} where journal_key = (select journal_key from {0} where id = %s)"


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


def kept_for_debt(world: "World", about: str, pence: int) -> None:
    """So much of a sum stays, because its owner owes: all of it, or a sum of its own beside what goes on. Raises Wrong."""
    kind, _, text = about.partition(":")
    known, table = (world.model.sent_back, "pooling_walletmove") if kind == "wallet_back" else (world.model.withdrawals, "pooling_withdrawal")
    number = int(text)
    [(first,)] = reading.rows(_FIRST.format(table), number)
    whole = known[first]
    stays = [_stays(world, whole, about, *found) for found in reading.refunds_about(about)]
    if sum(one.pence for one in stays) != pence or (pence == whole.pence) != (number == first):
        raise Wrong(f"{pence}p of {whole.pence}p stay as {about}: {[(one.id, one.pence) for one in stays]}")
    if number != first:
        whole.pence -= pence
        whole.refunds = [one for one in whole.refunds if one not in stays]
        whole = known[number] = Withdrawal(number, whole.purse, pence, stays)
    whole.is_kept, whole.state = True, "kept"


def _stays(world: "World", whole: Withdrawal, about: str, pk: int, payment: str, part: int) -> Outgoing:
    """Its lot has it again; what is more than that goes on as the refund it was."""
    row = next((one for one in whole.refunds if one.lot.id == payment and one.state == "approved"), None)
    if row is None or (part != row.pence if pk == row.id else part >= row.pence):
        raise Wrong(f"Refund {pk} of {part}p stays as {about}, and of {payment} {row and row.pence}p were to go home.")
    if pk != row.id:
        row.pence -= part
        row = world.model.refunds[pk] = Outgoing(pk, part, row.council, row.lot, row.owner, "cancelled", row.since, about)
    row.state, row.about = "cancelled", about
    row.lot.refunded -= part
    if row.lot not in whole.purse.lots:
        whole.purse.lots.append(row.lot)
    return row
