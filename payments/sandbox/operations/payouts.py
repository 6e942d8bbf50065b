"""Payouts from a balance at Stripe to a bank account."""

from payments.sandbox import money
from payments.sandbox.errors import invalid
from payments.sandbox.operations.accounts import announce, connected
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, World, timer


@operation("POST", "/v1/payouts")
def create_payout(call: Call) -> Json:
    account = connected(call.world, call.account)
    call.pounds()
    pence = call.amount()
    money.require(call.world, account["id"], pence, "You have insufficient funds in your Stripe account for this transfer.")
    return make(call.world, account, pence, automatic=False, call=call)


def make(world: World, account: Json, pence: int, *, automatic: bool, call: Call | None = None) -> Json:
    """Sends money to the account's bank; it arrives a day later."""
    banks = account["external_accounts"]["data"]
    if not banks or not account["payouts_enabled"]:
        raise invalid("Cannot create payouts: this account has no bank account that may be paid.", code="payouts_not_allowed")
    payout_id, arrival = world.new_id("po"), world.now() + world.option("payout_seconds")
    line = money.post(world, "payout", -pence, payout_id, account=account["id"])
    payout = {
        "id": payout_id,
        "object": "payout",
        "amount": pence,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival,
        "automatic": automatic,
        "balance_transaction": line["id"],
        "created": world.now(),
        "currency": "gbp",
        "description": "STRIPE PAYOUT" if automatic else (call.param("description") if call else None),
        "destination": banks[0]["id"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": call.metadata() if call else {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": None,
        "type": "bank_account",
    }
    world.add(payout, account["id"])
    if automatic:
        _mark_lines(world, account["id"], payout_id)
    world.emit("payout.created", payout, account["id"])
    world.schedule(arrival, "payout_arrives", payout_id)
    return payout


def _mark_lines(world: World, account: str, payout_id: str) -> None:
    """Which lines an automatic payout holds: everything available that no earlier one held."""
    more = "AND json_extract(body, '$._payout') IS NULL"
    for line in world.store.find("balance_transaction", account, more=more, status="available"):
        world.save(line | {"_payout": payout_id})


@timer
def payout_arrives(world: World, payout_id: str) -> None:
    payout = world.get("payout", payout_id)
    if payout["status"] != "in_transit":
        return
    payout["status"] = "paid"
    world.save(payout)
    world.emit("payout.paid", payout, world.owner(payout_id))


@timer
def daily_payouts(world: World, _: str) -> None:
    """Every midnight: each account whose payouts are daily sends what it has."""
    world.schedule(world.now() + DAY, "daily_payouts", "")
    for account in world.store.find("account"):
        pence = money.balance(world, account["id"])
        is_daily = account["settings"]["payouts"]["schedule"]["interval"] == "daily"
        if is_daily and pence > 0 and account["payouts_enabled"] and account["external_accounts"]["data"]:
            make(world, account, pence, automatic=True)


def fail(world: World, payout: Json, code: str) -> Json:
    """The bank sends a payout back, perhaps after it was said to be paid. The money is in the balance again and the bank account is out of use."""
    if payout["status"] not in ("pending", "in_transit", "paid"):
        raise invalid(f"This payout is {payout['status']} and cannot fail.")
    owner = world.owner(payout["id"])
    line = money.post(world, "payout_failure", payout["amount"], payout["id"], account=owner)
    payout |= {
        "status": "failed",
        "failure_code": code,
        "failure_message": "The bank account could not be paid.",
        "failure_balance_transaction": line["id"],
    }
    world.save(payout)
    account = connected(world, owner)
    for bank in account["external_accounts"]["data"]:
        bank["status"] = "errored"
    account["payouts_enabled"] = False
    world.emit("payout.failed", payout, owner)
    announce(world, account, {"payouts_enabled": True})
    return payout


@operation("GET", "/v1/payouts/{payout}")
def retrieve_payout(call: Call) -> Json:
    return call.world.get("payout", call.ids["payout"], call.account, param="payout")


@operation("GET", "/v1/payouts")
def list_payouts(call: Call) -> Json:
    where = {name: call.params[name] for name in ("status", "destination") if name in call.params}
    return page_of(call, "payout", call.account, **where)
