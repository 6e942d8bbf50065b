"""Checkout Sessions: the page where a card is typed in."""

from typing import Any

from payments.sandbox.errors import invalid
from payments.sandbox.operations import intents, paying
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, World, timer

SMALLEST = 30  # pence: Stripe takes no card payment below it


def _items(call: Call) -> tuple[int, list[Json]]:
    """The total in pence, and the lines as the page shows them."""
    lines = []
    for item in call.param("line_items", []):
        price = item.get("price_data", {})
        pence = price.get("unit_amount")
        if pence is None or price.get("currency") != "gbp":
            raise invalid("The sandbox needs line_items with price_data in gbp and a unit_amount.", param="line_items")
        lines.append({"name": price.get("product_data", {}).get("name", ""), "pence": pence * item.get("quantity", 1)})
    if not lines:
        raise invalid("You must provide line_items.", code="parameter_missing", param="line_items")
    return sum(line["pence"] for line in lines), lines


@operation("POST", "/v1/checkout/sessions")
def create_session(call: Call) -> Json:
    world = call.world
    if call.param("mode") != "payment":
        raise invalid("The sandbox plays mode=payment alone.", param="mode")
    for name in ("success_url", "cancel_url") if call.param("cancel_url") else ("success_url",):
        if not call.param(name, "").startswith(("http://", "https://")):
            raise invalid("Not a valid URL", code="url_invalid", param=name)
    if call.param("allowed_payment_method_types", ["card"]) != ["card"]:
        raise invalid("The sandbox's Checkout takes cards alone.", param="allowed_payment_method_types")
    if call.param("customer"):
        world.get("customer", call.params["customer"], call.account, param="customer")
    total, lines = _items(call)
    if total < SMALLEST:
        raise invalid("The Checkout Session's total amount must be at least £0.30 gbp.", code="amount_too_small")
    expires = call.param("expires_at", world.now() + DAY)
    if not world.now() + 1800 <= expires <= world.now() + DAY + 60:
        raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.", param="expires_at")
    session = _session(world, call, total, expires) | {"_lines": lines, "_intent_data": call.param("payment_intent_data", {})}
    world.schedule(expires, "session_runs_out", session["id"])
    return world.add(session)


def _session(world: World, call: Call, total: int, expires: int) -> Json:
    session_id = world.new_id("cs_test")
    given: dict[str, Any] = {name: call.param(name) for name in ("cancel_url", "client_reference_id", "customer", "customer_email", "success_url")}
    return given | {
        "id": session_id,
        "object": "checkout.session",
        "allow_promotion_codes": None,
        "allowed_payment_method_types": call.param("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": world.now(),
        "currency": "gbp",
        "custom_fields": [],
        "custom_text": {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None},
        "customer_creation": "if_required",
        "customer_details": None,
        "expires_at": expires,
        "livemode": False,
        "locale": None,
        "metadata": call.metadata(),
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "url": f"{world.base_url}/_checkout/{session_id}",
    }


@operation("GET", "/v1/checkout/sessions/{session}")
def retrieve_session(call: Call) -> Json:
    return call.world.get("checkout.session", call.ids["session"], call.account, param="session")


@operation("GET", "/v1/checkout/sessions")
def list_sessions(call: Call) -> Json:
    where = {name: call.params[name] for name in ("payment_intent", "customer", "status") if name in call.params}
    return page_of(call, "checkout.session", call.account, **where)


@operation("POST", "/v1/checkout/sessions/{session}/expire")
def expire_session(call: Call) -> Json:
    session = retrieve_session(call)
    if session["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ' + session["status"] + "."
        )
    return close(call.world, session)


def close(world: World, session: Json) -> Json:
    """Ends a session that nobody paid, and the payment that was tried in it."""
    if session["payment_intent"]:
        intents.end(world, world.get("payment_intent", session["payment_intent"]), "expired")
    session |= {"status": "expired", "url": None}
    world.emit("checkout.session.expired", session)
    return world.save(session)


@timer
def session_runs_out(world: World, session_id: str) -> None:
    session = world.get("checkout.session", session_id)
    if session["status"] == "open":
        close(world, session)


def pay(world: World, session: Json, payment_method: str) -> Json:
    """What the page's Pay button does. Raises the 402 of a declined card; the session then stays open."""
    given = session["_intent_data"]
    if session["payment_intent"]:
        intent = world.get("payment_intent", session["payment_intent"])
    else:
        known = {name: given.get(name) for name in ("description", "transfer_group")}
        intent = intents.new_intent(
            world, session["amount_total"], ["card"], customer=session["customer"], metadata=given.get("metadata", {}), **known
        )
        session["payment_intent"] = intent["id"]
        world.save(session)
    paying.pay_by_card(world, intent | {"payment_method": payment_method, "_kind": "card"})
    session |= {"status": "complete", "payment_status": "paid", "url": None}
    world.save(session)
    world.emit("checkout.session.completed", session)
    return session
