"""What journals the machines may post: what Stripe did, in any order and at any time, but nothing that it did not do, and nothing twice."""

from collections.abc import Callable

from config.simulation.model.book import Entry, Key, Move, Wrong
from config.simulation.model.state import Model
from config.simulation.model.things import Outgoing, Payment

Judge = Callable[[Model, Entry, str], tuple[Move, ...]]
JUDGES: dict[str, Judge] = {}


def judges(function: Judge) -> Judge:
    """Registers the rule for the journals of its name: gives the moves that the journal must have. Raises Wrong."""
    JUDGES[function.__name__] = function
    return function


def judge(model: Model, entry: Entry, about: str) -> None:
    """Takes over a journal that a machine posted. Raises Wrong when it may not be."""
    rule = JUDGES.get(entry.kind)
    if rule is None:
        raise Wrong(f"No machine may post this: {entry}")
    wanted = rule(model, entry, about.partition(":")[2])
    if entry.moves != wanted:
        raise Wrong(f"{entry} should be {Entry(entry.kind, entry.council, wanted)}")
    model.book.enter(entry)


@judges
def payment_clearing(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    payment = _payment(model, about)
    if payment.taken_at is None or payment.state != "asked" or payment.purse is None:
        raise Wrong(f"Payment {about} is {payment.state}, Stripe took it at {payment.taken_at}: nothing to take over.")
    payment.state = payment.local = "clearing"
    model.live[payment.id] = payment
    return (Move(Key("CLEAR", payment.council), payment.purse.key("PENDING"), payment.pence),)


@judges
def payment_available(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Its gross to whom it belongs, Stripe's fee out of FLOAT, and never before Stripe's own day."""
    payment = _payment(model, about)
    if (
        payment.taken_at is None
        or payment.state != ("asked" if payment.purse is None else "clearing")
        or payment.available_at > model.now
        or payment.bank not in ("", "yes")
    ):
        raise Wrong(
            f"Payment {about} is {payment.state} and available at {payment.available_at}, its bank said {payment.bank!r}: not now, at {model.now}."
        )
    payment.state = "available"
    model.live.pop(payment.id, None)
    bank, cost, float_ = (Key(code, payment.council) for code in ("BANK", "FEE_COST", "FLOAT"))
    if payment.purse is None:
        return (Move(bank, float_, payment.pence),)
    payment.purse.lots.append(payment)
    gross = (Move(bank, Key("CLEAR", payment.council), payment.pence), Move(payment.purse.key("PENDING"), payment.purse.key("SHARE"), payment.pence))
    return gross + ((Move(cost, bank, payment.fee), Move(float_, cost, payment.fee)) if payment.fee else ())


@judges
def withdraw(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Free money that the clock sends home; `observing` has looked at which, and whether it is old enough."""
    row = model.withdrawals[int(about)]
    return (Move(row.purse.key("SHARE"), row.purse.key("REFUND"), row.pence),)


@judges
def remittance_planned(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    row = _known(model.remittances, about)
    if row.state != "waiting" or {"", row.council} & model.stopped:
        raise Wrong(f"Remittance {about} is {row.state} and may not be planned; stopped: {sorted(model.stopped)}")
    if any(one.state == "owed" and one.owner == row.owner and one.council == row.council for one in model.recoveries.values()):
        raise Wrong(f"Remittance {about} may not be planned: its payee owes us from before.")
    if row.lot.is_disputed or model.book.spare(row.council) < 0:
        raise Wrong(f"Remittance {about} may not be planned: disputed {row.lot.is_disputed}, spare {model.book.spare(row.council)}p.")
    row.state = "planned"
    return (Move(Key("DUE", row.council, row.owner), Key("OUT", row.council), row.pence),)


@judges
def remittance_stopped(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Planned, and not sent before its payee's bank details changed (`observing` has looked): it waits again."""
    row = _known(model.remittances, about)
    if row.state != "planned":
        raise Wrong(f"Remittance {about} is {row.state}: there is nothing to put back.")
    row.state = "waiting"
    return (Move(Key("OUT", row.council), Key("DUE", row.council, row.owner), row.pence),)


@judges
def remittance_paid(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    row = _known(model.remittances, about)
    model.paid_out += row.pence
    if row.state != "planned" or model.paid_out > model.sent_at_stripe:
        raise Wrong(f"Remittance {about} is {row.state}: paid {model.paid_out}p in all, and Stripe sent {model.sent_at_stripe}p.")
    row.state = "paid"
    return (Move(Key("OUT", row.council), Key("BANK", row.council), row.pence),)


@judges
def refund_sent(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    row = _known(model.refunds, about)
    owed = model.owes(row.owner, row.council)
    if row.state != "approved" or row.lot.is_disputed or owed:
        raise Wrong(f"Refund {about} is {row.state}, disputed {row.lot.is_disputed}, its owner owes {owed}p: it can't be sent.")
    row.state = "sent"
    return (Move(Key("REFUND", row.council, row.owner), Key("OUT", row.council), row.pence),)


@judges
def refund_stopped(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """Planned, and Stripe was not asked before its owner's bank took money back."""
    row = _known(model.refunds, about)
    if row.state != "sent" or row.has_left or row.stripe_id or not model.owes(row.owner, row.council):
        raise Wrong(f"Refund {about} is {row.state}, at Stripe: {row.stripe_id!r}, and its owner owes nothing or it went: it can't be stopped.")
    row.state = "approved"
    return (Move(Key("OUT", row.council), Key("REFUND", row.council, row.owner), row.pence),)


@judges
def refund_left(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    row = _known(model.refunds, about)
    if row.state != "sent" or row.has_left or not row.stripe_id:
        raise Wrong(f"Refund {about} is {row.state}, left: {row.has_left}, at Stripe: {row.stripe_id!r}: it can't leave.")
    row.has_left = True
    return (Move(Key("OUT", row.council), Key("BANK", row.council), row.pence),)


@judges
def refund_failed(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    row = _known(model.refunds, about)
    is_lost = any(case.state in ("lost", "settled") and case.payment.charge == row.lot.charge for case in model.disputes.values())
    is_gone = any(one.payment is not None and one.payment.charge == row.lot.charge for one in model.by_hand.values())
    is_refused = (is_gone or (is_lost and row.lot.is_charged_back)) and not row.has_left and not row.stripe_id
    if row.state != "sent" or not (row.is_failed_at_stripe or is_refused):
        raise Wrong(f"Refund {about} is {row.state}, its bank did not send it back, and Stripe did not say no to it.")
    row.state = "failed"
    if row.about.startswith("withdrawal:"):
        withdrawal = model.withdrawals[int(row.about.partition(":")[2])]
        model.watched[withdrawal.id] = withdrawal
    return (Move(Key("BANK" if row.has_left else "OUT", row.council), Key("REFUND", row.council, row.owner), row.pence),)


def _payment(model: Model, about: str) -> Payment:
    found = model.payments.get(about)
    if found is None:
        raise Wrong(f"Nobody asked for payment {about}.")
    return found


def _known(rows: dict[int, Outgoing], about: str) -> Outgoing:
    found = rows.get(int(about))
    if found is None:
        raise Wrong(f"Nobody asked for {about}.")
    return found
