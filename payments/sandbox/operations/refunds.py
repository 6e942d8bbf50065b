"""Refunds: to a card at once, to a bank in a few days, and sometimes back again weeks later."""

from payments.sandbox import money
from payments.sandbox.errors import insufficient, invalid
from payments.sandbox.operations import cash, charges
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, PLATFORM, World, timer

ASK_SECONDS = 45 * DAY  # how long a payer has to say where a refund goes
# The SDK has no words for where a Direct Debit or a Pay by Bank refund goes: the account that paid.
DESTINATIONS = {
    "card": {"card": {"type": "refund"}, "type": "card"},
    "customer_balance": {"gb_bank_transfer": {}, "type": "gb_bank_transfer"},
}


def _blank(world: World, pence: int, call: Call) -> Json:
    return {
        "id": world.new_id("re"),
        "object": "refund",
        "amount": pence,
        "balance_transaction": None,
        "charge": None,
        "created": world.now(),
        "currency": "gbp",
        "destination_details": None,
        "metadata": call.metadata(),
        "payment_intent": None,
        "reason": call.param("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


@operation("POST", "/v1/refunds")
def create_refund(call: Call) -> Json:
    if call.param("origin") == "customer_balance":
        return _return_cash(call)
    world = call.world
    charge = _charge(call)
    left = charge["amount"] - charge["amount_refunded"]
    if not left:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    pence = call.amount(default=left)
    if pence > left:
        raise invalid(f"Refund amount ({money.pounds(pence)}) is greater than unrefunded amount on charge ({money.pounds(left)})", param="amount")
    refund = _blank(world, pence, call)
    refund |= {"charge": charge["id"], "payment_intent": charge["payment_intent"]}
    if charge["payment_method_details"]["type"] == "customer_balance" and world.get("customer", charge["customer"]).get("_unnamed"):
        refund["_ask"] = _whom_to_ask(call, world.get("customer", charge["customer"]))
    return send(world, refund, charge)


def _whom_to_ask(call: Call, customer: Json) -> str:
    """Where Stripe writes to when it does not know which account a bank transfer came from."""
    email = call.param("instructions_email") or customer["email"]
    if not email:
        message = "The customer's bank account is not known: give an `instructions_email`, so that they can be asked."
        raise invalid(message, code="parameter_missing", param="instructions_email")
    return str(email)


def send(world: World, refund: Json, charge: Json) -> Json:
    """Takes the refund's money. Short of balance a card refund waits, a bank refund is refused."""
    is_card = charge["payment_method_details"]["type"] == "card"
    refund["destination_details"] = DESTINATIONS.get(charge["payment_method_details"]["type"])
    still_pending = charges.available_on(world, charge) > world.now()
    enough = still_pending or money.balance(world, PLATFORM) >= refund["amount"]
    if not enough and not is_card:
        raise insufficient()
    charge["amount_refunded"] += refund["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.save(charge)
    world.add(refund)
    if enough:
        _pay_out(world, refund, charge)
    else:
        world.save(refund | {"pending_reason": "insufficient_funds"})
    refund = world.get("refund", refund["id"])
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    return refund


def _pay_out(world: World, refund: Json, charge: Json) -> None:
    is_card = charge["payment_method_details"]["type"] == "card"
    when = charges.available_on(world, charge)
    line = money.post(world, "refund" if is_card else "payment_refund", -refund["amount"], refund["id"], available_on=when)
    wait = world.option("card_refund_seconds" if is_card else "bank_refund_seconds")
    refund |= {"balance_transaction": line["id"], "status": "pending" if wait else "succeeded", "pending_reason": "processing"}
    if email := refund.get("_ask"):
        expires = world.now() + ASK_SECONDS
        told = {"email_sent": {"email_sent_at": world.now(), "email_sent_to": email}, "expires_at": expires}
        refund |= {"status": "requires_action", "next_action": {"type": "display_details", "display_details": told}}
        refund.pop("pending_reason")
        world.schedule(expires, "nobody_answered", refund["id"])
    elif wait:
        world.schedule(world.now() + wait, "refund_arrives", refund["id"])
    else:
        refund.pop("pending_reason")
    world.save(refund)


def go_on(world: World, refund: Json) -> Json:
    """The payer has said where it is to go."""
    if refund["status"] != "requires_action":
        raise invalid(f"This refund is {refund['status']}: nobody has to say where it goes.")
    refund |= {"status": "pending", "pending_reason": "processing"}
    refund.pop("next_action")
    world.schedule(world.now() + world.option("bank_refund_seconds"), "refund_arrives", refund["id"])
    world.emit("refund.updated", refund, PLATFORM, {"status": "requires_action"})
    return world.save(refund)


@timer
def nobody_answered(world: World, refund_id: str) -> None:
    refund = world.get("refund", refund_id)
    if refund["status"] == "requires_action":
        fail(world, refund, "unknown")


@timer
def refund_arrives(world: World, refund_id: str) -> None:
    refund = world.get("refund", refund_id)
    if refund["status"] != "pending":
        return
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    world.save(refund)
    world.emit("refund.updated", refund, PLATFORM, {"status": "pending"})


@timer
def waiting_refunds(world: World, account: str) -> None:
    """Card refunds that waited for money go out, oldest first, as far as it reaches."""
    if account != PLATFORM:
        return
    for refund in world.store.find("refund", PLATFORM, status="pending", pending_reason="insufficient_funds"):
        if money.balance(world, PLATFORM) < refund["amount"]:
            return
        _pay_out(world, refund, world.get("charge", refund["charge"]))
        world.emit("refund.updated", world.get("refund", refund["id"]))


def fail(world: World, refund: Json, reason: str) -> Json:
    """The bank sends a refund back, perhaps weeks after it succeeded: the money is ours again and the charge counts as less refunded."""
    if refund["status"] not in ("pending", "requires_action", "succeeded"):
        raise invalid(f"This refund is {refund['status']} and cannot fail.")
    refund |= {"status": "failed", "failure_reason": reason}
    refund.pop("next_action", None)
    if refund["balance_transaction"]:
        refund["failure_balance_transaction"] = money.post(world, "refund_failure", refund["amount"], refund["id"])["id"]
    if refund["charge"]:
        charge = world.get("charge", refund["charge"])
        charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
        world.save(charge)
    else:
        cash.move_cash(world, world.get("customer", refund["_customer"]), refund["amount"], "return_canceled")
    world.save(refund)
    for kind in ("refund.updated", "refund.failed", "charge.refund.updated"):
        world.emit(kind, refund)
    return refund


def _charge(call: Call) -> Json:
    charge_id = call.param("charge")
    if not charge_id and call.param("payment_intent"):
        charge_id = call.world.get("payment_intent", call.params["payment_intent"], call.account, param="payment_intent")["latest_charge"]
    if not charge_id:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.", code="parameter_missing")
    charge = call.world.get("charge", charge_id, call.account, param="charge")
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {charge_id} has not succeeded and cannot be refunded.", param="charge")
    return charge


def _return_cash(call: Call) -> Json:
    """Money of a customer that is in no payment goes back to the bank it came from. It was never in our balance, so no line is written."""
    world = call.world
    call.pounds()
    customer = world.get("customer", call.param("customer", ""), call.account, param="customer")
    pence = call.amount()
    if pence > customer["_cash"]:
        raise insufficient("The customer's cash balance is less than this refund.")
    refund = _blank(world, pence, call) | {"destination_details": {"gb_bank_transfer": {}, "type": "gb_bank_transfer"}, "_customer": customer["id"]}
    cash.move_cash(world, customer, -pence, "return_initiated")
    world.add(refund)
    world.schedule(world.now() + world.option("bank_refund_seconds"), "refund_arrives", refund["id"])
    world.emit("refund.created", refund)
    return refund


@operation("GET", "/v1/refunds/{refund}")
def retrieve_refund(call: Call) -> Json:
    return call.world.get("refund", call.ids["refund"], call.account, param="refund")


@operation("GET", "/v1/refunds")
def list_refunds(call: Call) -> Json:
    where = {name: call.params[name] for name in ("charge", "payment_intent") if name in call.params}
    return page_of(call, "refund", call.account, **where)
