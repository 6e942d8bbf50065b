"""Direct Debits: what banks and payers did at Stripe, and what our rows say of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from audit.clock import london_date
from config.simulation import reading
from config.simulation.model import debits
from config.simulation.model.book import Wrong
from config.simulation.model.things import Outgoing, Payment
from places.calendar import add_working_days

if TYPE_CHECKING:
    from config.simulation.world import World

_ROWS = "select id, state, checkout_url from payments_mandate where id = any(%s)"
HOLD_WORKING_DAYS = 7


def page_left(world: "World", session: dict[str, Any]) -> None:
    """The page where a Direct Debit is set up was filled in, or has run out."""
    if session["mode"] != "setup":
        return
    [mandate] = [one for one in world.model.mandates.values() if one.operation == session["client_reference_id"]]
    mandate.is_run_out = session["status"] == "expired"
    if session["status"] == "complete":
        world.model.saw(mandate.operation, session["id"])
        mandate.is_given, mandate.at_stripe = True, world.stripe.get(f"/v1/setup_intents/{session['setup_intent']}")["mandate"]


def changed(world: "World", thing: dict[str, Any]) -> None:
    """A payer or their bank ended one."""
    for mandate in world.model.mandates.values():
        if mandate.at_stripe == thing["id"]:
            mandate.is_ended = thing["status"] != "active"


def said(world: "World", payment: Payment, charge: dict[str, Any]) -> bool:
    """What is known of a debit already, and what its bank says now. False: this is the first that is heard of it. Raises Wrong."""
    if payment.kind != "bacs" or payment.taken_at is None:
        return False
    if charge["id"] != payment.charge or payment.bank != "asked":
        raise Wrong(f"The bank of payment {payment.id} said {payment.bank}, and now {charge['status']} to {charge['id']}.")
    payment.bank = "yes" if charge["status"] == "succeeded" else "no"
    if payment.bank == "no":
        world.model.bouncing[payment.id] = payment
    return True


def refused(world: "World", charge: dict[str, Any]) -> None:
    """A bank says no; cards that are declined were never taken."""
    payment = world.model.payments.get(charge["metadata"].get("payment", ""))
    if payment is not None:
        said(world, payment, charge)


def rows(world: "World", learn: Callable[["World"], None]) -> None:
    """How our rows say that each stands. Raises Wrong."""
    model = world.model
    waiting = [one.id for one in model.mandates.values() if one.state in debits.STANDS]
    for pk, state, page in reading.rows(_ROWS, waiting) if waiting else []:
        mandate = model.mandates[pk]
        mandate.page = page
        if state != mandate.state:
            learn(world)
            if not debits.may_stand(mandate, state):
                raise Wrong(f"Direct Debit {pk} went from {mandate.state} to {state}; at Stripe: {mandate}")
            mandate.state = state


def rests(row: Outgoing, at: datetime) -> bool:
    """Money that a payer's bank may still claim back waits some days more before it goes to a provider."""
    here = london_date(datetime.fromtimestamp(row.lot.available_at, UTC))
    return row.lot.kind == "bacs" and london_date(at) < add_working_days(here, HOLD_WORKING_DAYS)


def left_open(world: "World") -> list[str]:
    """At rest: what should have ended and has not."""
    found = [one for one in world.model.mandates.values() if one.state in ("started", "open") or (one.state == "active" and one.is_ended)]
    left = [f"payment {one.id}, to which its bank said no" for one in world.model.bouncing.values() if not world.model.float_is_short(one.council)]
    calls = [call for purse in world.model.purses for call in purse.calls.values() if call.state == "clearing"]
    left += [f"call {call.id}, whose bank said no" for call in calls if call.payment is not None and call.payment.bank == "no"]
    return [f"Direct Debit {one.id} ({one.state})" for one in found] + left
