"""Checkout Sessions: the page where a person chooses how to pay, or lets us keep a way to pay."""

from typing import Any

from payments.sandbox.errors import StripeError, invalid
from payments.sandbox.operations import debits, intents, methods, paying
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, World, timer

SMALLEST = 30  # pence: Stripe takes no card payment below it
WAYS = {"payment": ("card", "bacs_debit", "pay_by_bank"), "setup": ("card", "bacs_debit")}


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
    mode = call.param("mode")
    if mode not in WAYS:
        raise invalid("The sandbox plays mode=payment and mode=setup.", param="mode")
    for name in ("success_url", "cancel_url") if call.param("cancel_url") else ("success_url",):
        if not call.param(name, "").startswith(("http://", "https://")):
            raise invalid("Not a valid URL", code="url_invalid", param=name)
    types = call.param("allowed_payment_method_types", ["card"])
    if not types or not set(types) <= set(WAYS[mode]):
        raise invalid(f"The sandbox's Checkout plays {', '.join(WAYS[mode])} in mode {mode}.", param="allowed_payment_method_types")
    if call.param("customer"):
        world.get("customer", call.params["customer"], call.account, param="customer")
    expires = call.param("expires_at", world.now() + DAY)
    if not world.now() + 1800 <= expires <= world.now() + DAY + 60:
        raise invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.", param="expires_at")
    filled = _payment(call, types) if mode == "payment" else _setup(call, types)
    session = _session(world, call, types, expires) | filled
    world.schedule(expires, "session_runs_out", session["id"])
    return world.add(session)


def _payment(call: Call, types: list[str]) -> Json:
    total, lines = _items(call)
    if total < SMALLEST:
        raise invalid("The Checkout Session's total amount must be at least £0.30 gbp.", code="amount_too_small")
    if "pay_by_bank" in types:
        paying.must_suit_bank(total)
    if call.param("payment_intent_data", {}).get("setup_future_usage") and not call.param("customer"):
        raise invalid("The sandbox keeps ways to pay for a customer alone.", code="parameter_missing", param="customer")
    if call.param("setup_intent_data"):
        raise invalid("You can not pass `setup_intent_data` in `payment` mode.", param="setup_intent_data")
    return {"amount_subtotal": total, "amount_total": total, "_lines": lines, "_intent_data": call.param("payment_intent_data", {})}


def _setup(call: Call, types: list[str]) -> Json:
    """Nothing is paid: a way to pay is kept for this customer."""
    if not call.param("customer"):
        raise invalid("The sandbox keeps ways to pay for a customer alone.", code="parameter_missing", param="customer")
    if refused := [name for name in ("line_items", "payment_intent_data") if call.param(name)]:
        raise invalid(f"You can not pass `{refused[0]}` in `setup` mode.", param=refused[0])
    call.pounds()
    setup = methods.new_setup(call.world, types, call.params["customer"], call.param("setup_intent_data", {}))
    return {"setup_intent": setup["id"], "payment_status": "no_payment_required", "_lines": []}


def _session(world: World, call: Call, types: list[str], expires: int) -> Json:
    session_id = world.new_id("cs_test")
    given: dict[str, Any] = {name: call.param(name) for name in ("cancel_url", "client_reference_id", "customer", "customer_email", "success_url")}
    return given | {
        "id": session_id,
        "object": "checkout.session",
        "allow_promotion_codes": None,
        "allowed_payment_method_types": call.param("allowed_payment_method_types"),
        "amount_subtotal": None,
        "amount_total": None,
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
        "mode": call.param("mode"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_options": {},
        "payment_method_types": types,
        "payment_status": "unpaid",
        "setup_intent": None,
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
    if session["setup_intent"]:
        methods.end_setup(world, world.get("setup_intent", session["setup_intent"]))
    session |= {"status": "expired", "url": None}
    world.emit("checkout.session.expired", session)
    return world.save(session)


@timer
def session_runs_out(world: World, session_id: str) -> None:
    session = world.get("checkout.session", session_id)
    if session["status"] == "open":
        close(world, session)


def intent_of(world: World, session: Json) -> Json:
    """The payment of a session, made when the page is first used."""
    if session["payment_intent"]:
        return world.get("payment_intent", session["payment_intent"])
    given = session["_intent_data"]
    known = {name: given.get(name) for name in ("description", "transfer_group")} | {"keep": given.get("setup_future_usage")}
    types, customer = session["payment_method_types"], session["customer"]
    intent = intents.new_intent(world, session["amount_total"], types, customer=customer, metadata=given.get("metadata", {}), **known)
    session["payment_intent"] = intent["id"]
    world.save(session)
    return intent


def pay(world: World, session: Json, payment_method: str) -> Json:
    """The page's Pay button for a card, or its Keep button. Raises the 402 of a declined card; the session then stays open."""
    if session["mode"] == "setup":
        if payment_method in paying.DECLINES and payment_method != paying.KEPT_THOUGH_DECLINED:
            code, reason, message = paying.DECLINES[payment_method]
            raise StripeError(402, "card_error", message, code=code, decline_code=reason)
        return _keep(world, session, methods.save_card(world, payment_method, session["customer"]))
    paying.pay_by_card(world, intent_of(world, session) | {"payment_method": payment_method, "_kind": "card"})
    return _complete(world, session, "paid")


def debit(world: World, session: Json, sort_code: str, number: str) -> Json:
    """The page's button for Direct Debit: the mandate is given, and in a payment the money asked for."""
    is_kept = session["mode"] == "setup" or session["_intent_data"].get("setup_future_usage")
    method = methods.save_bank(world, sort_code, number, session["customer"] if is_kept else None)
    if session["mode"] == "setup":
        return _keep(world, session, method)
    debits.ask(world, intent_of(world, session) | {"payment_method": method["id"], "_kind": "bacs_debit"}, method)
    return _complete(world, session, "unpaid")


def from_bank(world: World, session: Json, *, yes: bool) -> Json:
    """What the person said at their bank. After a no the session stays open."""
    intent = intent_of(world, session) | {"payment_method": world.new_id("pm"), "_kind": "pay_by_bank"}
    if yes:
        paying.bank_said_yes(world, intent)
        return _complete(world, session, "paid")
    paying.bank_said_no(world, intent)
    return session


def _keep(world: World, session: Json, method: Json) -> Json:
    methods.finish_setup(world, world.get("setup_intent", session["setup_intent"]), method)
    return _complete(world, session, "no_payment_required")


def _complete(world: World, session: Json, payment_status: str) -> Json:
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    world.save(session)
    world.emit("checkout.session.completed", session)
    return session
