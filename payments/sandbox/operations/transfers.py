"""Transfers to connected accounts, and their reversals."""

from typing import Any

from payments.sandbox import money
from payments.sandbox.errors import insufficient, invalid, missing
from payments.sandbox.operations import charges
from payments.sandbox.registry import Call, inline_list, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World

NO_CAPABILITY = (
    "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments"
)


def shown(world: World, transfer: Json) -> Json:
    """The transfer with its reversals, newest first."""
    reversals = world.store.find("transfer_reversal", transfer=transfer["id"], newest=True)
    return transfer | {"reversals": inline_list(reversals, f"/v1/transfers/{transfer['id']}/reversals")}


@operation("POST", "/v1/transfers")
def create_transfer(call: Call) -> Json:
    if call.account != PLATFORM:
        raise invalid("The sandbox plays transfers from the platform's own balance alone.")
    call.pounds()
    charge = _source(call)
    destination = _destination(call)
    pence = call.amount(default=charge["amount"] if charge else None)
    when = charges.available_on(call.world, charge) if charge else call.world.now()
    if charge:
        _must_fit(call.world, charge, pence)
    if when <= call.world.now():
        money.require(call.world, PLATFORM, pence)
    given = {name: call.param(name) for name in ("description", "source_transaction", "transfer_group")}
    if charge and not given["transfer_group"]:
        given["transfer_group"] = charge["transfer_group"] or f"group_{charge['payment_intent'] or charge['id']}"
    return make(call.world, destination, pence, when, metadata=call.metadata(), **given)


def make(world: World, destination: Json, pence: int, when: int, **given: Any) -> Json:
    """Moves the money: a line in the platform's books, and a payment with a line in the destination's."""
    transfer_id, payment_id = world.new_id("tr"), world.new_id("py")
    line = money.post(world, "transfer", -pence, transfer_id, available_on=when)
    transfer = {
        "id": transfer_id,
        "object": "transfer",
        "amount": pence,
        "amount_reversed": 0,
        "balance_transaction": line["id"],
        "created": world.now(),
        "currency": "gbp",
        "description": given.get("description"),
        "destination": destination["id"],
        "destination_payment": payment_id,
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "reversed": False,
        "source_transaction": given.get("source_transaction"),
        "source_type": "card",
        "transfer_group": given.get("transfer_group"),
    }
    world.add(transfer)
    payment = charges.blank_charge(world, payment_id, pence, "stripe_account") | {"source_transfer": transfer_id}
    payment_line = money.post(world, "payment", pence, payment_id, account=destination["id"], available_on=when)
    world.add(payment | {"balance_transaction": payment_line["id"]}, destination["id"])
    world.emit("transfer.created", shown(world, transfer))
    return shown(world, transfer)


def _source(call: Call) -> Json | None:
    source = call.param("source_transaction")
    if not source:
        return None
    charge = call.world.get("charge", source, call.account, param="source_transaction")
    if charge["status"] != "succeeded":
        raise invalid("The source_transaction has not succeeded.", param="source_transaction")
    return charge


def _destination(call: Call) -> Json:
    wanted = call.params["destination"]
    found = call.world.store.get(wanted)
    if found is None or found[0]["object"] != "account" or wanted == PLATFORM:
        raise invalid(f"No such destination: '{wanted}'", code="resource_missing", param="destination")
    if found[0]["capabilities"].get("transfers") != "active":
        raise invalid(NO_CAPABILITY, code="insufficient_capabilities_for_transfer")
    return found[0]


def _must_fit(world: World, charge: Json, pence: int) -> None:
    """What has been refunded, or transferred and not reversed, cannot be transferred again."""
    gone = sum(each["amount"] - each["amount_reversed"] for each in world.store.find("transfer", source_transaction=charge["id"]))
    left = charge["amount"] - charge["amount_refunded"] - gone
    if pence > left:
        message = f"Cannot create transfers totalling more than the charge's amount: {money.pounds(left)} of the charge is left."
        raise invalid(message, code="transfer_source_balance_parameters_mismatch", param="amount")


@operation("GET", "/v1/transfers")
def list_transfers(call: Call) -> Json:
    where = {name: call.params[name] for name in ("destination", "transfer_group") if name in call.params}
    page = page_of(call, "transfer", call.account, **where)
    return page | {"data": [shown(call.world, transfer) for transfer in page["data"]]}


@operation("GET", "/v1/transfers/{transfer}")
def retrieve_transfer(call: Call) -> Json:
    return shown(call.world, call.world.get("transfer", call.ids["transfer"], call.account))


@operation("POST", "/v1/transfers/{id}/reversals")
def create_reversal(call: Call) -> Json:
    world = call.world
    transfer = world.get("transfer", call.ids["id"], call.account)
    left = transfer["amount"] - transfer["amount_reversed"]
    if not left:
        raise invalid("Transfer has already been fully reversed.")
    pence = call.amount(default=left)
    if pence > left:
        raise invalid(
            f"Reversal amount ({money.pounds(pence)}) is greater than unreversed amount ({money.pounds(left)}) on the transfer", param="amount"
        )
    when = world.get("balance_transaction", transfer["balance_transaction"])["available_on"]
    if when <= world.now() and money.balance(world, transfer["destination"]) < pence:
        raise insufficient("Insufficient funds in the connected account to reverse this transfer.")
    return reverse(world, transfer, pence, when, call)


def reverse(world: World, transfer: Json, pence: int, when: int, call: Call) -> Json:
    """A reversal of a transfer whose money is still pending stays pending with it."""
    reversal_id, refund_id = world.new_id("trr"), world.new_id("pyr")
    reversal = {
        "id": reversal_id,
        "object": "transfer_reversal",
        "amount": pence,
        "balance_transaction": money.post(world, "transfer_refund", pence, reversal_id, available_on=when)["id"],
        "created": world.now(),
        "currency": "gbp",
        "destination_payment_refund": refund_id,
        "metadata": call.metadata(),
        "source_refund": None,
        "transfer": transfer["id"],
    }
    money.post(world, "payment_refund", -pence, refund_id, account=transfer["destination"], available_on=when)
    world.add(reversal)
    transfer["amount_reversed"] += pence
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    world.save(transfer)
    world.emit("transfer.reversed", shown(world, transfer))
    return reversal


@operation("GET", "/v1/transfers/{id}/reversals")
def list_reversals(call: Call) -> Json:
    call.world.get("transfer", call.ids["id"], call.account)
    return page_of(call, "transfer_reversal", call.account, transfer=call.ids["id"])


@operation("GET", "/v1/transfers/{transfer}/reversals/{id}")
def retrieve_reversal(call: Call) -> Json:
    reversal = call.world.get("transfer_reversal", call.ids["id"], call.account)
    if reversal["transfer"] != call.ids["transfer"]:
        raise missing("transfer reversal", call.ids["id"])
    return reversal
