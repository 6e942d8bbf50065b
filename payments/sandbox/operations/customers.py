"""Customers, and the cash balance that bank transfers arrive in."""

from payments.sandbox.errors import invalid
from payments.sandbox.operations import cash, paying
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import World


@operation("POST", "/v1/customers")
def create_customer(call: Call) -> Json:
    world = call.world
    customer_id = world.new_id("cus")
    customer = {
        "id": customer_id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": world.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": call.param("description"),
        "email": call.param("email"),
        "invoice_prefix": customer_id[-8:].upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
        "livemode": False,
        "metadata": call.metadata(),
        "name": call.param("name"),
        "phone": call.param("phone"),
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        "_cash": 0,
    }
    world.emit("customer.created", customer)
    return world.add(customer)


@operation("GET", "/v1/customers/{customer}")
def retrieve_customer(call: Call) -> Json:
    return call.world.get("customer", call.ids["customer"], call.account, param="customer")


@operation("GET", "/v1/customers")
def list_customers(call: Call) -> Json:
    return page_of(call, "customer", call.account)


@operation("GET", "/v1/customers/{customer}/cash_balance")
def cash_balance(call: Call) -> Json:
    customer = retrieve_customer(call)
    settings = {"reconciliation_mode": "automatic", "using_merchant_default": True}
    available = {"gbp": customer["_cash"]} if customer["_cash"] else None
    return {
        "object": "cash_balance",
        "available": available,
        "customer": customer["id"],
        "customer_account": None,
        "livemode": False,
        "settings": settings,
    }


@operation("GET", "/v1/customers/{customer}/cash_balance_transactions")
def list_cash_lines(call: Call) -> Json:
    return page_of(call, "customer_cash_balance_transaction", call.account, customer=call.ids["customer"])


@operation("POST", "/v1/test_helpers/customers/{customer}/fund_cash_balance")
def fund_cash_balance(call: Call) -> Json:
    call.pounds()
    return receive(call.world, retrieve_customer(call), call.amount(), call.param("reference"))


def receive(world: World, customer: Json, amount: int, reference: str | None) -> Json:
    """A bank transfer arrives: to what of this customer's waits (`paying.apply_cash`); the rest is kept for them."""
    bank = {
        "reference": reference,
        "type": "gb_bank_transfer",
        "gb_bank_transfer": {"account_number_last4": "6789", "sender_name": None, "sort_code": "108800"},
    }
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount")
    line = cash.move_cash(world, customer, amount, "funded", funded={"bank_transfer": bank})
    paying.apply_cash(world, customer["id"], reference)
    return line
