"""What must come of a payer's bank taking a payment back: every line at Stripe is one journal, and only that payer's own money pays for it."""

from config.simulation.model.book import Entry, Key, Move, Wrong
from config.simulation.model.debts import Dispute
from config.simulation.model.machine import judges
from config.simulation.model.state import Model


@judges
def dispute_withdrawn(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """The payer owes it; Stripe's fee is a cost, paid by FLOAT at once where it can."""
    case, bank, cost, own = _of(model, about), *_accounts(entry.council)
    pence, fee = _book_one(case, is_out=True)
    case.withdrawn -= pence
    money = (Move(case.purse.key("RECEIVABLE"), bank, -pence), Move(cost, bank, fee))
    return money + ((Move(own, cost, fee),) if model.book.holds("FLOAT", entry.council) >= fee else ())


@judges
def dispute_reinstated(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """The bank gave it up. The fee stays paid."""
    case, bank, _, _ = _of(model, about), *_accounts(entry.council)
    pence, _ = _book_one(case, is_out=False)
    case.withdrawn -= pence
    return (Move(bank, case.purse.key("RECEIVABLE"), pence),)


@judges
def debt_taken(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Out of what is free of the payer's own, and never more than they owe. The disputed payment loses it first, then the oldest."""
    case, pence = _of(model, about), sum(move.pence for move in entry.moves)
    if not 1 <= pence <= case.owed:
        raise Wrong(f"{pence}p was taken for a dispute of which {case.owed}p is owed.")
    lots = sorted(case.purse.lots, key=lambda lot: (lot is not case.payment, lot.taken_at or 0, lot.id))
    left = pence
    for lot in lots:
        part = min(lot.free, left)
        if part:
            lot.lost += part
            case.losses[lot.id] = case.losses.get(lot.id, 0) + part
            left -= part
    if left:
        raise Wrong(f"{pence}p was taken for a dispute, and the payer's payments have {left}p less left.")
    case.taken += pence
    return (Move(case.purse.key("SHARE"), case.purse.key("RECEIVABLE"), pence),)


@judges
def kept_for_debt(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """What was to go home and had not gone is its owner's again, and never more than they owe. `observing_withdrawals` has looked which."""
    rows = model.sent_back if entry.moves[0].debit.owner.startswith("holder:") else model.withdrawals
    purse, pence = rows[int(about)].purse, rows[int(about)].pence
    if pence > model.owes(purse.owner, purse.council):
        raise Wrong(f"{pence}p was kept of {purse.owner}, who owes {model.owes(purse.owner, purse.council)}p.")
    return (Move(purse.key("REFUND"), purse.key("SHARE"), pence),)


@judges
def debt_given_back(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """What was taken and is not owed any more, all of it; the lot that lost last has its own first."""
    case = _of(model, about)
    pence = left = min(case.taken, -case.owed)
    for name in reversed(case.losses):
        part, lot = min(case.losses[name], left), model.payments[name]
        case.losses[name] -= part
        lot.lost -= part
        left -= part
        if lot not in case.purse.lots:
            case.purse.lots.append(lot)
    case.taken -= pence
    return (Move(case.purse.key("RECEIVABLE"), case.purse.key("SHARE"), pence),)


def costs_now(model: Model, council: str, *, less: int = 0) -> list[Entry]:
    """Costs that waited are paid when somebody looks at FLOAT, as everybody does who takes (`less`) from it."""
    _, cost, own = _accounts(council)
    pence = min(model.book.holds("FEE_COST", council), model.book.holds("FLOAT", council) - less)
    return [Entry("costs_paid", council, (Move(own, cost, pence),))] if pence else []


@judges
def costs_paid(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Costs that waited for the platform's own money: as much as there is."""
    _, cost, own = _accounts(entry.council)
    return (Move(own, cost, min(model.book.holds("FEE_COST", entry.council), model.book.holds("FLOAT", entry.council))),)


def may_stand(case: Dispute, state: str) -> bool:
    """Whether our row may say so of it."""
    if state == "open":
        return case.withdrawn > 0 and case.status in ("needs_response", "won", "lost")
    return case.status == {"won": "won", "lost": "lost", "settled": "lost"}.get(state)


def _of(model: Model, about: str) -> Dispute:
    found = model.dispute_rows.get(int(about))
    if found is None:
        raise Wrong(f"No bank takes anything back for dispute {about}.")
    return found


def _book_one(case: Dispute, *, is_out: bool) -> tuple[int, int]:
    """The next line at Stripe in this direction that is not in the book. Raises Wrong when there is none."""
    for name, (pence, fee) in case.lines.items():
        if name not in case.booked and (pence < 0) == is_out:
            case.booked.add(name)
            return pence, fee
    raise Wrong(f"Stripe has no such line of dispute {case.id} that is not in the book: {case.lines}")


def _accounts(council: str) -> tuple[Key, Key, Key]:
    return Key("BANK", council), Key("FEE_COST", council), Key("FLOAT", council)
