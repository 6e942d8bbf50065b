"""How an intent is paid: by card or from one's bank at once, or by the bank transfers that arrive for it."""

from itertools import combinations

from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.operations import cash, charges, methods
from payments.sandbox.store import Json
from payments.sandbox.world import World

KEPT_THOUGH_DECLINED = "pm_card_chargeCustomerFail"  # a bank may accept a card for later and refuse the payment then
PAYING_CARDS = {"pm_card_visa", "pm_card_gb", "pm_card_visa_debit", "pm_card_mastercard"}
DECLINES = {
    "pm_card_chargeDeclined": ("card_declined", "generic_decline", "Your card was declined."),
    "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline", "Your card was declined."),
    "pm_card_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "pm_card_chargeCustomerFail": ("card_declined", "generic_decline", "Your card was declined."),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card", "Your card has expired."),
}


def pay_by_card(world: World, intent: Json) -> Json:
    """Takes a card payment. Raises a 402 that keeps what it wrote when the bank says no."""
    card = card_behind(world, intent["payment_method"])
    if card in DECLINES:
        code, reason, message = DECLINES[card]
        decline = {"code": code, "decline_code": reason, "message": message, "type": "card_error"}
        charge = charges.failed_charge(world, intent, decline)
        error = decline | {"charge": charge["id"], "doc_url": "https://stripe.com/docs/error-codes/card-declined"}
        intent |= {"status": "requires_payment_method", "last_payment_error": error, "latest_charge": charge["id"], "payment_method": None}
        world.save(intent)
        world.emit("payment_intent.payment_failed", intent)
        raise StripeError(402, "card_error", message, code=code, keeps=True, decline_code=reason, charge=charge["id"], payment_intent={**intent})
    if intent["setup_future_usage"] and intent["payment_method"] == card:
        intent["payment_method"] = methods.save_card(world, card, intent["customer"])["id"]
    return _succeed(world, intent, "card")


def card_behind(world: World, method_id: str) -> str:
    """The practice card's name: itself, or what a saved card stands for."""
    found = world.store.get(method_id)
    return str(found[0]["_card"]) if found else method_id


# --- straight from one's own bank ---

PAY_BY_BANK = (50, 1_000_000)  # pence: Stripe's own limits


def must_suit_bank(pence: int) -> None:
    if not PAY_BY_BANK[0] <= pence <= PAY_BY_BANK[1]:
        raise invalid("Pay by Bank takes amounts between £0.50 and £10,000.00.", code="amount_too_small" if pence < 50 else "amount_too_large")


def go_to_bank(world: World, intent: Json, return_url: str | None) -> Json:
    """The person is to say yes at their own bank, on the page that plays it."""
    must_suit_bank(intent["amount"])
    if not (return_url or "").startswith(("http://", "https://")):
        raise invalid("A `return_url` must be specified to confirm a PaymentIntent with pay_by_bank.", code="parameter_missing", param="return_url")
    told = {"url": f"{world.base_url}/_bank/{intent['id']}", "return_url": return_url}
    intent |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": told}}
    world.save(intent)
    world.emit("payment_intent.requires_action", intent)
    return intent


def bank_said_yes(world: World, intent: Json) -> Json:
    return _succeed(world, intent, "pay_by_bank")


def bank_said_no(world: World, intent: Json) -> Json:
    """Refused at the bank: nothing was taken, another way may be tried."""
    message = "The customer did not approve the payment at their bank."
    error = {"code": "payment_method_customer_decline", "message": message, "type": "card_error"}
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None, "next_action": None}
    world.emit("payment_intent.payment_failed", intent)
    return world.save(intent)


def _succeed(world: World, intent: Json, method: str) -> Json:
    charge = charges.take(world, intent, method)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    world.emit("payment_intent.succeeded", intent)
    return world.save(intent)


# --- bank transfers ---


def wait_for_transfer(world: World, intent: Json) -> Json:
    customer = world.get("customer", intent["customer"])
    intent["status"] = "requires_action"
    intent["_reference"] = f"CT{intent['id'][-8:].upper()}"
    intent["next_action"] = _instructions(world, intent, customer)
    world.save(intent)
    world.emit("payment_intent.requires_action", intent)
    if customer["_cash"]:
        apply_cash(world, customer["id"], intent["_reference"])
    return world.get("payment_intent", intent["id"])


def _instructions(world: World, intent: Json, customer: Json) -> Json:
    """Where to send the money: one account number for each customer, as Stripe gives, and a reference for each payment."""
    number = f"{int.from_bytes(customer['id'].encode()[-6:], 'big') % 100_000_000:08d}"
    address = {"city": "London", "country": "GB", "line1": "1 Practice Street", "line2": None, "postal_code": "EC1A 1AA", "state": None}
    sort_code = {"account_holder_address": address, "account_holder_name": "Clubtogether practice", "account_number": number, "bank_address": address}
    where = {"type": "sort_code", "sort_code": sort_code | {"sort_code": "108800"}, "supported_networks": ["bacs", "fps"]}
    told = {
        "amount_remaining": intent["amount"] - intent["_funded"],
        "currency": "gbp",
        "financial_addresses": [where],
        "reference": intent["_reference"],
    }
    told |= {"hosted_instructions_url": f"{world.base_url}/_bank_transfer/{intent['id']}", "type": "gb_bank_transfer"}
    return {"type": "display_bank_transfer_instructions", "display_bank_transfer_instructions": told}


def apply_cash(world: World, customer_id: str, reference: str | None) -> None:
    """Uses a customer's cash, as Stripe does in the UK: first for the payment whose reference was given; where none has it, for up to five that
    wait for just so much, the fewest and oldest; then for the oldest.
    """
    waiting = world.store.find("payment_intent", customer=customer_id, status="requires_action", _kind="customer_balance")
    first = [intent for intent in waiting if intent["_reference"] == reference]
    first = first or _just_so_much(waiting, world.get("customer", customer_id)["_cash"])
    chosen = {intent["id"] for intent in first}
    for intent in sorted(waiting, key=lambda intent: intent["id"] not in chosen):
        _apply(world, intent)


def _just_so_much(waiting: list[Json], pence: int) -> list[Json]:
    # Of the oldest few: every five of many would be looked at for long.
    groups = (group for size in range(1, 6) for group in combinations(waiting[:16], size))
    return next((list(group) for group in groups if sum(each["amount"] - each["_funded"] for each in group) == pence), [])


def _apply(world: World, intent: Json) -> None:
    customer = world.get("customer", intent["customer"])
    used = min(customer["_cash"], intent["amount"] - intent["_funded"])
    if used <= 0:
        return
    cash.move_cash(world, customer, -used, "applied_to_payment", applied_to_payment={"payment_intent": intent["id"]})
    intent["_funded"] += used
    if intent["_funded"] == intent["amount"]:
        _succeed(world, intent, "customer_balance")
        return
    intent["next_action"] = _instructions(world, intent, customer)
    world.save(intent)
    world.emit("payment_intent.partially_funded", intent)
