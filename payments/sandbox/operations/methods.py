"""Ways to pay that are kept for later: a card or a bank account with its Direct Debit mandate, saved through Checkout."""

import hashlib
import secrets
from typing import Any

from payments.sandbox.errors import invalid
from payments.sandbox.operations import charges
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, World, timer

# What the bank behind each practice account says: nothing (it pays), or why it does not.
ACCOUNTS = {"00012345": "", "22222227": "insufficient_funds", "33333335": "debit_not_authorized", "00033333": "mandate_refused"}
MANDATE_WAIT = 2 * DAY


def save_card(world: World, card: str, customer: str | None) -> Json:
    """`card` is the practice card's name: the saved one behaves as it does."""
    method = _method(world, "card", customer) | {"card": charges.card_details("4242") | {"generated_from": None}, "_card": card}
    method["card"] |= {"display_brand": "visa", "networks": {"available": ["visa"], "preferred": None}, "three_d_secure_usage": {"supported": True}}
    return _keep(world, method, customer)


def save_bank(world: World, sort_code: str, number: str, customer: str | None) -> Json:
    """A bank account and the mandate to take money from it."""
    print_of = hashlib.sha256(f"debit/{sort_code}/{number}".encode()).hexdigest()[:16]
    shown = {"fingerprint": print_of, "last4": number[-4:], "sort_code": f"{sort_code[:2]}-{sort_code[2:4]}-{sort_code[4:]}"}
    method = _method(world, "bacs_debit", customer) | {"bacs_debit": shown, "_bank": ACCOUNTS.get(number, ""), "_used": False}
    method["_mandate"] = _mandate(world, method)["id"]
    return _keep(world, method, customer)


def _method(world: World, kind: str, customer: str | None) -> Json:
    nobody = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    return {
        "id": world.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": nobody,
        "created": world.now(),
        "customer": customer,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }


def _keep(world: World, method: Json, customer: str | None) -> Json:
    world.add(method)
    if customer:
        world.emit("payment_method.attached", method)
    return method


def _mandate(world: World, method: Json) -> Json:
    mandate_id = world.new_id("mandate")
    bacs = {"display_name": None, "network_status": "pending", "reference": secrets.token_hex(5).upper(), "revocation_reason": None}
    bacs |= {"service_user_number": None, "url": f"{world.base_url}/_mandate/{mandate_id}"}
    mandate = {
        "id": mandate_id,
        "object": "mandate",
        "created": world.now(),
        "customer_acceptance": {
            "accepted_at": world.now(),
            "offline": None,
            "online": {"ip_address": "127.0.0.1", "user_agent": "practice"},
            "type": "online",
        },
        "livemode": False,
        "multi_use": {"amount": None, "currency": None},
        "on_behalf_of": None,
        "payment_method": method["id"],
        "payment_method_details": {"type": "bacs_debit", "bacs_debit": bacs},
        "single_use": None,
        "status": "active",
        "type": "multi_use",
    }
    world.schedule(world.now() + MANDATE_WAIT, "mandate_answered", mandate_id)
    return world.add(mandate)


@timer
def mandate_answered(world: World, mandate_id: str) -> None:
    """The customer's bank says whether it knows the mandate."""
    mandate = world.get("mandate", mandate_id)
    if mandate["status"] != "active":
        return
    method = world.get("payment_method", mandate["payment_method"])
    if method["_bank"] == "mandate_refused":
        end_mandate(world, mandate, "refused", "could_not_process")
        return
    mandate["payment_method_details"]["bacs_debit"]["network_status"] = "accepted"
    world.emit("mandate.updated", mandate)
    world.save(mandate)


def end_mandate(world: World, mandate: Json, network_status: str, reason: str) -> Json:
    """No more money may be taken by it."""
    mandate["payment_method_details"]["bacs_debit"] |= {"network_status": network_status, "revocation_reason": reason}
    mandate["status"] = "inactive"
    world.emit("mandate.updated", mandate)
    return world.save(mandate)


def mandate_of(world: World, method: Json) -> Json:
    return world.get("mandate", method["_mandate"])


def belonging_to(world: World, method_id: str, customer: str | None) -> Json:
    """A saved method, if it is this customer's. Raises Stripe's refusal."""
    method = world.get("payment_method", method_id, param="payment_method")
    if method["customer"] != customer:
        message = f"The customer does not have a payment method with the ID {method_id}. The payment method must be attached to the customer."
        raise invalid(message, code="resource_missing", param="payment_method")
    return method


# --- setup intents: made by a Checkout Session in mode `setup` ---


NULL_AT_FIRST = (
    "application",
    "automatic_payment_methods",
    "cancellation_reason",
    "last_setup_error",
    "latest_attempt",
    "mandate",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "payment_method_options",
    "single_use_mandate",
)


def new_setup(world: World, types: list[str], customer: str | None, given: dict[str, Any]) -> Json:
    setup_id = world.new_id("seti")
    setup: Json = dict.fromkeys(NULL_AT_FIRST)
    setup |= {
        "id": setup_id,
        "object": "setup_intent",
        "client_secret": f"{setup_id}_secret_{secrets.token_hex(8)}",
        "created": world.now(),
        "customer": customer,
        "description": given.get("description"),
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "payment_method_types": types,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    world.emit("setup_intent.created", setup)
    return world.add(setup)


def finish_setup(world: World, setup: Json, method: Json) -> Json:
    setup |= {"status": "succeeded", "payment_method": method["id"], "mandate": method.get("_mandate")}
    world.emit("setup_intent.succeeded", setup)
    return world.save(setup)


def end_setup(world: World, setup: Json) -> None:
    if setup["status"] == "requires_payment_method":
        setup |= {"status": "canceled", "cancellation_reason": "abandoned"}
        world.emit("setup_intent.canceled", setup)
        world.save(setup)


@operation("GET", "/v1/setup_intents/{intent}")
def retrieve_setup(call: Call) -> Json:
    return call.world.get("setup_intent", call.ids["intent"], call.account, param="intent")


@operation("GET", "/v1/mandates/{mandate}")
def retrieve_mandate(call: Call) -> Json:
    return call.world.get("mandate", call.ids["mandate"], call.account, param="mandate")


@operation("GET", "/v1/payment_methods/{payment_method}")
def retrieve_method(call: Call) -> Json:
    return call.world.get("payment_method", call.ids["payment_method"], call.account, param="payment_method")


@operation("GET", "/v1/customers/{customer}/payment_methods")
def list_methods(call: Call) -> Json:
    call.world.get("customer", call.ids["customer"], call.account, param="customer")
    where = {name: call.params[name] for name in ("type",) if name in call.params}
    return page_of(call, "payment_method", call.account, customer=call.ids["customer"], **where)


@operation("POST", "/v1/payment_methods/{payment_method}/detach")
def detach_method(call: Call) -> Json:
    """The customer's way to pay is forgotten: it can't be used again, and its mandate ends."""
    world, method = call.world, retrieve_method(call)
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.", param="payment_method")
    if method.get("_mandate"):
        end_mandate(world, mandate_of(world, method), "revoked", "debit_not_authorized")
    world.emit("payment_method.detached", method | {"customer": None}, previous={"customer": method["customer"]})
    return world.save(method | {"customer": None})
