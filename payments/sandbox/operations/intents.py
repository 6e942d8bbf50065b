"""Payment intents: by card or from one's bank at once, by bank transfer when the money comes, by Direct Debit when the bank has answered."""

import secrets
from typing import Any

from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.operations import cash, debits, methods, paying
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import World

OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
WAYS = ("card", "customer_balance", "bacs_debit", "pay_by_bank")


def new_intent(world: World, pence: int, types: list[str], **given: Any) -> Json:
    intent_id = world.new_id("pi")
    intent = {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": given.get("allowed"),
        "amount": pence,
        "amount_capturable": 0,
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{intent_id}_secret_{secrets.token_hex(8)}",
        "confirmation_method": "automatic",
        "created": world.now(),
        "currency": "gbp",
        "customer": given.get("customer"),
        "description": given.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": None,
        "payment_method_types": types,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": given.get("keep"),
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": given.get("transfer_group"),
        "_funded": 0,
        "_kind": "",
    }
    world.add(intent)
    world.emit("payment_intent.created", intent)
    return intent


@operation("POST", "/v1/payment_intents")
def create_intent(call: Call) -> Json:
    call.pounds()
    if call.param("capture_method") == "manual":
        raise invalid("The sandbox does not play manual capture.", param="capture_method")
    if call.amount() < 30:
        raise invalid("Amount must be at least £0.30 gbp", code="amount_too_small", param="amount")
    customer = call.param("customer")
    types = call.param("allowed_payment_method_types") or (list(WAYS) if customer else ["card", "pay_by_bank"])
    known_ways(types)
    if customer:
        call.world.get("customer", customer, call.account, param="customer")
    if call.param("off_session") and not call.param("confirm"):
        raise invalid("`off_session` can only be given when the PaymentIntent is confirmed.", param="off_session")
    given = {name: call.param(name) for name in ("customer", "description", "transfer_group")} | {"keep": call.param("setup_future_usage")}
    intent = new_intent(call.world, call.amount(), types, metadata=call.metadata(), allowed=call.param("allowed_payment_method_types"), **given)
    if call.param("payment_method") or call.param("payment_method_data"):
        _attach(intent, call)
        call.world.save(intent)
    return _confirm(call, intent) if call.param("confirm") else intent


@operation("GET", "/v1/payment_intents/{intent}")
def retrieve_intent(call: Call) -> Json:
    return call.world.get("payment_intent", call.ids["intent"], call.account, param="intent")


@operation("GET", "/v1/payment_intents")
def list_intents(call: Call) -> Json:
    where = {name: call.params[name] for name in ("customer",) if name in call.params}
    return page_of(call, "payment_intent", call.account, **where)


@operation("POST", "/v1/payment_intents/{intent}/confirm")
def confirm_intent(call: Call) -> Json:
    intent = retrieve_intent(call)
    _must_be_open(intent, "confirm")
    if call.param("payment_method") or call.param("payment_method_data"):
        _attach(intent, call)
    return _confirm(call, intent)


@operation("POST", "/v1/payment_intents/{intent}/cancel")
def cancel_intent(call: Call) -> Json:
    """Cancels; money that had partly come goes back to the customer's cash balance."""
    world = call.world
    intent = retrieve_intent(call)
    _must_be_open(intent, "cancel")
    if intent["_funded"]:
        customer = world.get("customer", intent["customer"])
        cash.move_cash(world, customer, intent["_funded"], "unapplied_from_payment", unapplied_from_payment={"payment_intent": intent["id"]})
    return end(world, intent, call.param("cancellation_reason"))


def end(world: World, intent: Json, reason: str | None) -> Json:
    intent |= {"status": "canceled", "canceled_at": world.now(), "cancellation_reason": reason, "next_action": None, "_funded": 0}
    world.emit("payment_intent.canceled", intent)
    return world.save(intent)


def _must_be_open(intent: Json, verb: str) -> None:
    if intent["status"] not in OPEN:
        message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
        raise StripeError(
            400,
            "invalid_request_error",
            message,
            code="payment_intent_unexpected_state",
            payment_intent={"id": intent["id"], "object": "payment_intent", "status": intent["status"]},
        )


def known_ways(types: list[str]) -> None:
    """Raises unless each is a way to pay that the sandbox plays."""
    if unknown := [each for each in types if each not in WAYS]:
        raise invalid(f"The sandbox does not play {', '.join(unknown)}; it plays {', '.join(WAYS)}.", param="allowed_payment_method_types")


def _attach(intent: Json, call: Call) -> None:
    """Puts a way to pay into an intent: a practice card, a saved method of the same customer, or a kind that needs nothing beforehand."""
    world, named = call.world, call.param("payment_method")
    if named:
        saved = world.store.get(named)
        if saved and saved[0]["object"] == "payment_method":
            kind = methods.belonging_to(world, named, intent["customer"])["type"]
        elif named in paying.PAYING_CARDS | paying.DECLINES.keys():
            kind = "card"
        else:
            raise invalid(f"No such PaymentMethod: '{named}'", code="resource_missing", param="payment_method")
    else:
        kind = call.param("payment_method_data", {}).get("type")
        if kind not in ("customer_balance", "pay_by_bank"):
            raise invalid("The sandbox takes cards by name, and Direct Debit as saved through Checkout.", param="payment_method_data")
    if kind not in intent["payment_method_types"]:
        raise invalid(f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent.", param="payment_method")
    intent |= {"payment_method": named or world.new_id("pm"), "status": "requires_confirmation", "_kind": kind}
    if kind == "customer_balance":
        _check_bank_options(call, intent)


def _check_bank_options(call: Call, intent: Json) -> None:
    options = call.param("payment_method_options", {}).get("customer_balance", {})
    asked = options.get("bank_transfer", {}).get("type")
    if not intent["customer"]:
        raise invalid("The `customer_balance` payment method needs a customer.", code="parameter_missing", param="customer")
    if options.get("funding_type") != "bank_transfer" or asked != "gb_bank_transfer":
        raise invalid("The sandbox plays bank transfers of type gb_bank_transfer.", param="payment_method_options[customer_balance]")
    kept = {"bank_transfer": {"type": "gb_bank_transfer"}, "funding_type": "bank_transfer", "setup_future_usage": None}
    intent["payment_method_options"] = {"customer_balance": kept}


def _confirm(call: Call, intent: Json) -> Json:
    _must_be_open(intent, "confirm")
    if not intent["payment_method"]:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise invalid(message, code="payment_intent_unexpected_state")
    match intent["_kind"]:
        case "customer_balance":
            return paying.wait_for_transfer(call.world, intent)
        case "pay_by_bank":
            return paying.go_to_bank(call.world, intent, call.param("return_url"))
        case "bacs_debit":
            return debits.ask(call.world, intent, methods.belonging_to(call.world, intent["payment_method"], intent["customer"]))
    return paying.pay_by_card(call.world, intent)
