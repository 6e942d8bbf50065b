"""What must come of asking a payee for money back: who pays it, and when its payer has it again."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from config.simulation.model.book import Entry, Key, Move, Wrong
from config.simulation.model.debts import Recovery
from config.simulation.model.machine import judges
from config.simulation.model.state import Model, Plan
from config.simulation.model.things import Outgoing


def ask_back(model: Model, about: str, pence: int) -> Plan:
    """Never more than was paid for it and not asked back yet, and not while any of it is going out. The newest payment first."""
    rows = sorted((row for row in model.remittances.values() if row.about == about), key=lambda row: -row.id)
    if any(row.state == "planned" for row in rows):
        return Plan("still_going_out")
    parts, left = [], pence
    # By lot: of a payment that was asked back while it waited a part may have been kept back, and the rest waits on under another number.
    of_lot = Counter[str]()
    for row in rows:
        of_lot[row.lot.id] += row.pence - row.asked_back
    for row in rows:
        if (part := min(row.pence - row.asked_back, of_lot[row.lot.id], left)) > 0:
            parts.append((row, part))
            of_lot[row.lot.id] -= part
            left -= part
    if left or not parts:
        return Plan("beyond_what_is_left")
    return Plan(apply=lambda made: _opened(model, parts, made))


def _opened(model: Model, parts: Iterable[tuple[Outgoing, int]], made: Any) -> list[Entry]:
    """Stripe is asked where it was sent; else there is nothing there to take back."""
    for (row, part), one in zip(parts, made, strict=True):
        if (one.remittance_id, one.pence) != (row.id, part) or row.lot.purse is None:
            raise Wrong(f"{one.pence}p of remittance {one.remittance_id} was asked back, and should be {part}p of {row.id}.")
        row.asked_back += part
        state = "reversing" if row.state == "paid" else "owed"
        model.recoveries[one.pk] = Recovery(one.pk, row.owner, row.council, part, state, row, row.lot.purse)
    return []


@judges
def recovery_reversed(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Stripe took it back."""
    row = _of(model, about)
    model.reversed_at_stripe -= row.pence
    if row.state != "reversing" or model.reversed_at_stripe < 0:
        raise Wrong(f"Recovery {about} is {row.state}, and Stripe took {-model.reversed_at_stripe}p less back than that.")
    row.come, row.state = row.pence, "recovered"
    return (Move(Key("BANK", entry.council), _owes(row), row.pence),)


@judges
def recovery_set_off(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Kept back from what waits for them: the oldest debt first. `observing_recoveries` has looked at which payment it was."""
    row, pence = _of(model, about), sum(move.pence for move in entry.moves)
    older = [one for one in model.recoveries.values() if one.state == "owed" and _owes(one) == _owes(row) and one.id < row.id]
    if row.state != "owed" or older or not 1 <= pence <= row.left:
        raise Wrong(f"{pence}p was kept back for recovery {about}, which is {row.state} with {row.left}p left; older: {[one.id for one in older]}.")
    row.come += pence
    row.state = "owed" if row.left else "recovered"
    return (Move(Key("DUE", entry.council, row.owner), _owes(row), pence),)


@judges
def recover(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Its payer has it again, once: when it came, or FLOAT can stand in for it."""
    [move] = entry.moves
    for row in model.recoveries.values():
        if row.is_credited or row.purse is None or row.remittance is None:
            continue
        if row.pence == move.pence and row.purse.key("SHARE") == move.credit and row.remittance.about.endswith(f":{about}"):
            break
    else:
        raise Wrong(f"Nobody is to have {move.pence}p of {about} again.")
    if row.left and model.book.spare(entry.council) < row.pence:
        raise Wrong(f"{row.pence}p was given back before it came, and {model.book.spare(entry.council)}p can stand in for it.")
    row.is_credited, lot = True, row.remittance.lot
    lot.used -= row.pence
    model.just_credited.add(row.purse.member)
    if lot not in row.purse.lots:
        row.purse.lots.append(lot)
    return (Move(_owes(row), row.purse.key("SHARE"), row.pence),)


def _owes(row: Recovery) -> Key:
    return Key("RECEIVABLE", row.council, row.owner)


def _of(model: Model, about: str) -> Recovery:
    found = model.recoveries.get(int(about))
    if found is None:
        raise Wrong(f"Nobody asked for money back by recovery {about}.")
    return found
