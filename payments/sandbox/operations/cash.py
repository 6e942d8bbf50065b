"""The cash balance of a customer: money that has come by bank transfer and is not yet part of a payment."""

from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World


def move_cash(world: World, customer: Json, pence: int, kind: str, **detail: Json) -> Json:
    """Changes a customer's cash balance by a signed amount and writes the line of it."""
    customer["_cash"] += pence
    world.save(customer)
    line = {
        "id": world.new_id("ccsbtxn"),
        "object": "customer_cash_balance_transaction",
        "created": world.now(),
        "currency": "gbp",
        "customer": customer["id"],
        "customer_account": None,
        "ending_balance": customer["_cash"],
        "livemode": False,
        "net_amount": pence,
        "type": kind,
    } | detail
    world.emit("customer_cash_balance_transaction.created", line)
    return world.add(line, PLATFORM)
