"""Payment intents: by card at once, by bank transfer when the money comes."""

import secrets
from typing import Any

from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.operations import cash, paying
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import World

OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}


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
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": given.get("transfer_group"),
        "_funded": 0,
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
    types = call.param("allowed_payment_method_types") or (["card", "customer_balance"] if customer else ["card"])
    if customer:
        call.world.get("customer", customer, call.account, param="customer")
    given = {name: call.param(name) for name in ("customer", "description", "transfer_group")}
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


def _attach(intent: Json, call: Call) -> None:
    method = call.param("payment_method") or f"_{call.param('payment_method_data', {}).get('type')}"
    kind = "customer_balance" if method == "_customer_balance" else "card"
    if kind not in intent["payment_method_types"]:
        raise invalid(f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent.", param="payment_method")
    if kind == "card" and method not in paying.PAYING_CARDS | paying.DECLINES.keys():
        raise invalid(f"No such PaymentMethod: '{method}'", code="resource_missing", param="payment_method")
    intent |= {"payment_method": method if kind == "card" else call.world.new_id("pm"), "status": "requires_confirmation", "_kind": kind}
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
    if intent["_kind"] == "customer_balance":
        return paying.wait_for_transfer(call.world, intent)
    return paying.pay_by_card(call.world, intent)
