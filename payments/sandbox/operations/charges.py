"""Charges: money taken, and its line in the books."""

from payments.sandbox import money
from payments.sandbox.errors import missing
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World, timer

BRANDS = {"4": "visa", "5": "mastercard"}


def payment_details(method: str, *, last4: str = "4242") -> Json:
    if method != "card":
        return {"type": method, method: {}}
    return {"type": "card", "card": card_details(last4) | {"amount_authorized": None, "network": "visa"}}


def card_details(last4: str) -> Json:
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    card = {"brand": "visa", "checks": checks, "country": "GB", "exp_month": 12, "exp_year": 2034, "fingerprint": "sandbox"}
    return card | {"funding": "debit", "last4": last4, "three_d_secure": None, "wallet": None}


def blank_charge(world: World, charge_id: str, pence: int, method: str) -> Json:
    """A charge that has gone through and has no line in the books yet."""
    return {
        "id": charge_id,
        "object": "charge",
        "amount": pence,
        "amount_captured": pence,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "CLUBTOGETHER",
        "captured": True,
        "created": world.now(),
        "currency": "gbp",
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": payment_details(method),
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def _from_intent(intent: Json) -> Json:
    return {name: intent[name] for name in ("customer", "description", "metadata", "payment_method", "transfer_group")} | {
        "payment_intent": intent["id"]
    }


def failed_charge(world: World, intent: Json, decline: Json) -> Json:
    charge = blank_charge(world, world.new_id("ch"), intent["amount"], "card") | _from_intent(intent)
    outcome = {
        "network_status": "declined_by_network",
        "reason": decline["code"],
        "risk_level": "normal",
        "seller_message": decline["message"],
        "type": "issuer_declined",
    }
    charge |= {"amount_captured": 0, "captured": False, "paid": False, "status": "failed", "outcome": outcome}
    charge |= {"failure_code": decline["code"], "failure_message": decline["message"]}
    world.emit("charge.failed", charge)
    return world.add(charge)


def take(world: World, intent: Json, method: str) -> Json:
    """Takes an intent's money: a charge (`ch_` for a card, `py_` for anything else) and, at once or a little later, its balance transaction."""
    charge = _new(world, intent, method) | {"_line": {"available_on": world.now() + _wait(world, method)}}
    world.add(charge)
    _plan_line(world, charge)
    charge = world.get("charge", charge["id"])
    world.emit("charge.succeeded", charge)
    return charge


def _new(world: World, intent: Json, method: str) -> Json:
    prefix = "ch" if method == "card" else "py"
    return blank_charge(world, world.new_id(prefix), intent["amount"], method) | _from_intent(intent)


def _wait(world: World, method: str) -> int:
    """How many seconds until what was just paid is available."""
    if method != "card":
        return int(world.option({"customer_balance": "bank_transfer_seconds"}.get(method, f"{method}_seconds")))
    first = not world.store.setting("has_taken_a_card", False)
    world.store.set("has_taken_a_card", True)
    return int(world.option("card_seconds_first" if first else "card_seconds"))


def _plan_line(world: World, charge: Json) -> None:
    if delay := world.option("balance_transaction_seconds"):
        world.schedule(world.now() + delay, "write_line", charge["id"])
    else:
        write_line(world, charge["id"])


# --- Direct Debit: asked for today, known days later ---


def ask_bank(world: World, intent: Json, details: Json, seconds: int) -> Json:
    """A charge that is pending until `seconds` have passed. Its balance line is there from the start, pending too, as Stripe writes it."""
    charge = _new(world, intent, "bacs_debit")
    charge["payment_method_details"] = {"type": "bacs_debit", "bacs_debit": details}
    charge |= {"status": "pending", "paid": False, "_line": {"available_on": world.now() + seconds + world.option("bacs_available_seconds")}}
    world.add(charge)
    _plan_line(world, charge)
    charge = world.get("charge", charge["id"])
    world.emit("charge.pending", charge)
    return charge


def settle(world: World, charge: Json) -> Json:
    """The bank has paid."""
    charge |= {"status": "succeeded", "paid": True}
    world.emit("charge.succeeded", charge)
    return world.save(charge)


def fail(world: World, charge: Json, code: str, message: str) -> Json:
    """The bank has said no. A line that was written is taken back by a second one, fee and all, which comes due with it."""
    if charge["balance_transaction"]:
        first = world.get("balance_transaction", charge["balance_transaction"])
        when = first["available_on"]
        undone = money.post(world, "payment_failure_refund", -first["amount"], charge["id"], fee=-first["fee"], available_on=when)
        charge["failure_balance_transaction"] = undone["id"]
    outcome = {"network_status": "declined_by_network", "reason": code, "risk_level": "normal", "seller_message": message, "type": "issuer_declined"}
    charge |= {"amount_captured": 0, "captured": False, "paid": False, "status": "failed", "outcome": outcome}
    charge |= {"failure_code": code, "failure_message": message}
    world.emit("charge.failed", charge)
    return world.save(charge)


@timer
def write_line(world: World, charge_id: str) -> None:
    """Gives a charge its balance transaction."""
    charge = world.get("charge", charge_id)
    if charge["status"] == "failed":
        return
    method = charge["payment_method_details"]["type"]
    fee = min(money.FEES[method](charge["amount"]), charge["amount"])
    kind = "charge" if method == "card" else "payment"
    line = money.post(world, kind, charge["amount"], charge_id, fee=fee, available_on=charge["_line"]["available_on"])
    was_null = charge["created"] != world.now()
    world.save(charge | {"balance_transaction": line["id"]})
    if was_null:
        world.emit("charge.updated", charge | {"balance_transaction": line["id"]}, PLATFORM, {"balance_transaction": None})


def available_on(world: World, charge: Json) -> int:
    """When a charge's money is, or will be, available."""
    if charge["balance_transaction"]:
        return int(world.get("balance_transaction", charge["balance_transaction"])["available_on"])
    return int(charge.get("_line", {}).get("available_on", world.now()))


@operation("GET", "/v1/charges")
def list_charges(call: Call) -> Json:
    where = {name: call.params[name] for name in ("payment_intent", "customer", "transfer_group") if name in call.params}
    return page_of(call, "charge", call.account, **where)


@operation("GET", "/v1/charges/{charge}")
def retrieve_charge(call: Call) -> Json:
    found = call.world.store.get(call.ids["charge"])
    if found is None or found[0]["object"] != "charge" or found[1] != call.account:
        raise missing("charge", call.ids["charge"])
    return found[0]
