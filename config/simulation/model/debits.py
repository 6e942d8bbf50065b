"""What must come of Direct Debits: set up once at Stripe, on their way from the day they are asked for, and a no of the bank days later."""

from typing import Any

from config.simulation.model.book import Entry, Key, Move, Wrong
from config.simulation.model.machine import judges
from config.simulation.model.state import Model, Plan
from config.simulation.model.things import Call, Mandate, Payment, Purse

STANDS = ("started", "open", "active")


def set_up(model: Model, call: Call) -> Plan:
    """One for each payer: asked again, it is the one that is open or stands."""
    if call.purse.is_held:
        return Plan("no_card")
    if call.state != "called":
        return Plan("not_now")
    if call.purse.council not in model.debit_is_on:
        return Plan("way_is_off")

    def apply(row: Any) -> list[Entry]:
        already = standing(model, call.purse)
        if already is None and row.pk not in model.mandates:
            model.mandates[row.pk] = Mandate(row.pk, call.purse, str(row.operation_id))
        elif already is None or already.id != row.pk:
            raise Wrong(f"Direct Debit {row.pk} was set up beside {already.id if already else 'one that ended'}.")
        return []

    return Plan(apply=apply)


def standing(model: Model, purse: Purse) -> Mandate | None:
    """The one that is being set up or stands, by our row."""
    return next((one for one in model.mandates.values() if one.purse is purse and one.state in STANDS), None)


def why_not(model: Model, purse: Purse) -> str:
    """Why nothing can be collected from this payer; "" when it can."""
    if purse.council not in model.debit_is_on:
        return "way_is_off"
    mandate = standing(model, purse)
    return "" if mandate is not None and mandate.state == "active" else "no_debit_yet"


def may_stand(mandate: Mandate, state: str) -> bool:
    """Whether our row may say so of it."""
    if state == "active":
        return mandate.is_given
    if state == "ended":
        return mandate.state == "active" and mandate.is_ended
    return mandate.is_run_out if state == "failed" else state == "open"


@judges
def payment_failed(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """The bank said no after all: the exact way back."""
    payment = _refused(model, about)
    if payment.state != "clearing":
        raise Wrong(f"Payment {about} is {payment.state}: nothing of it is on its way.")
    payment.state = payment.local = "failed"
    model.live.pop(payment.id, None)
    return (Move(payment.of.key("PENDING"), Key("CLEAR", payment.council), payment.pence),)


@judges
def debit_came(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """The first of its two lines at Stripe, with Stripe's fee, once both are available."""
    return _line(_refused(model, about), model.now, 0)


@judges
def debit_bounced(model: Model, entry: Entry, about: str) -> tuple[Move, ...]:
    """The second: all of it back."""
    payment = _refused(model, about)
    model.bouncing.pop(payment.id, None)
    return tuple(Move(credit, debit, pence) for debit, credit, pence in _line(payment, model.now, 1))


def _line(payment: Payment, now: int, number: int) -> tuple[Move, ...]:
    if payment.state == "clearing" or payment.bounced != number or payment.available_at > now:
        raise Wrong(f"Payment {payment.id} is {payment.state} with {payment.bounced} of its lines in the book, available at {payment.available_at}.")
    payment.bounced += 1
    bank, clear, cost, own = (Key(code, payment.council) for code in ("BANK", "CLEAR", "FEE_COST", "FLOAT"))
    return (Move(bank, clear, payment.pence), Move(cost, bank, payment.fee), Move(own, cost, payment.fee))


def _refused(model: Model, about: str) -> Payment:
    payment = model.payments.get(about)
    if payment is None or payment.bank != "no":
        raise Wrong(f"No bank said no to payment {about}.")
    return payment
