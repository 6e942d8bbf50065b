"""Bacs Direct Debit: asked for now, known in some days, and the payer's bank may take it back long after."""

from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.operations import charges, methods
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World, timer

REASONS = {
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "debit_not_authorized": "The customer has told their bank that this payment was not authorised.",
    "account_closed": "The customer's bank account has been closed.",
    "bank_account_restricted": "The customer's bank account can't be used for this payment.",
}


def ask(world: World, intent: Json, method: Json) -> Json:
    """Sends an intent's Direct Debit to the bank: the intent is `processing` until the bank has spoken."""
    mandate = methods.mandate_of(world, method)
    if mandate["status"] != "active":
        raise StripeError(
            400,
            "invalid_request_error",
            "The provided mandate is invalid and can not be used for the payment intent.",
            code="payment_intent_mandate_invalid",
        )
    seconds = world.option("bacs_seconds" if method["_used"] else "bacs_seconds_new_mandate")
    world.save(method | {"_used": True})
    details = method["bacs_debit"] | {"mandate": mandate["id"], "expected_debit_date": None}
    charge = charges.ask_bank(world, intent, details, seconds)
    intent |= {"status": "processing", "latest_charge": charge["id"], "last_payment_error": None, "next_action": None}
    world.save(intent)
    world.emit("payment_intent.processing", intent)
    world.schedule(world.now() + seconds, "bank_answers", intent["id"])
    return intent


@timer
def bank_answers(world: World, intent_id: str) -> None:
    """Did the bank pay? What the practice account's number stands for, or no when the mandate ended meanwhile."""
    intent = world.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        return
    method = world.get("payment_method", intent["payment_method"])
    code = str(method["_bank"])
    if code == "mandate_refused" or (not code and methods.mandate_of(world, method)["status"] != "active"):
        code = "debit_not_authorized"
    if code:
        fail(world, intent, code)
    else:
        settle(world, intent)


def settle(world: World, intent: Json) -> Json:
    """The money has come."""
    _must_be_processing(intent)
    charges.settle(world, world.get("charge", intent["latest_charge"]))
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    world.save(intent)
    world.emit("payment_intent.succeeded", intent)
    _tell_session(world, intent, "async_payment_succeeded")
    return intent


def fail(world: World, intent: Json, code: str) -> Json:
    """The bank says no before it was paid. (After it was paid, the same is a dispute.)"""
    _must_be_processing(intent)
    if code not in REASONS:
        raise invalid(f"A code is one of {', '.join(REASONS)}.", param="code")
    charge = charges.fail(world, world.get("charge", intent["latest_charge"]), code, REASONS[code])
    error = {"code": code, "message": REASONS[code], "type": "card_error", "charge": charge["id"]}
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
    if code in ("debit_not_authorized", "account_closed"):
        method = world.get("payment_method", charge["payment_method"])
        if (mandate := methods.mandate_of(world, method))["status"] == "active":
            methods.end_mandate(world, mandate, "revoked", code)
    world.save(intent)
    world.emit("payment_intent.payment_failed", intent)
    _tell_session(world, intent, "async_payment_failed")
    return intent


def _must_be_processing(intent: Json) -> None:
    if intent["status"] != "processing":
        raise invalid(f"This payment is {intent['status']}: the bank has nothing to answer.")


def _tell_session(world: World, intent: Json, kind: str) -> None:
    for session in world.store.find("checkout.session", PLATFORM, payment_intent=intent["id"]):
        if kind == "async_payment_succeeded":
            world.save(session | {"payment_status": "paid"})
        world.emit(f"checkout.session.{kind}", world.get("checkout.session", session["id"]))
