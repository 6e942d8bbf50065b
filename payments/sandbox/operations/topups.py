"""Top-ups: the platform's own money coming in from its bank."""

from payments.sandbox import money
from payments.sandbox.errors import invalid
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World, timer


@operation("POST", "/v1/topups")
def create_topup(call: Call) -> Json:
    if call.account != PLATFORM:
        raise invalid("Top-ups are made by the platform.")
    world = call.world
    call.pounds()
    topup_id, when = world.new_id("tu"), world.now() + world.option("topup_seconds")
    topup = {
        "id": topup_id,
        "object": "topup",
        "amount": call.amount(),
        "balance_transaction": money.post(world, "topup", call.amount(), topup_id, available_on=when)["id"],
        "created": world.now(),
        "currency": "gbp",
        "description": call.param("description"),
        "expected_availability_date": when,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": call.metadata(),
        "source": None,
        "statement_descriptor": None,
        "status": "pending",
        "transfer_group": call.param("transfer_group"),
    }
    world.add(topup)
    world.emit("topup.created", topup)
    world.schedule(when, "topup_arrives", topup_id)
    return topup


@timer
def topup_arrives(world: World, topup_id: str) -> None:
    topup = world.get("topup", topup_id)
    if topup["status"] == "pending":
        world.save(topup | {"status": "succeeded"})
        world.emit("topup.succeeded", topup | {"status": "succeeded"})


def fail(world: World, topup: Json, code: str) -> Json:
    """The bank does not send it after all (`failed`), or takes it back when it had come (`reversed`): a second line undoes the first."""
    if topup["status"] not in ("pending", "succeeded"):
        raise invalid(f"This top-up is {topup['status']} and cannot fail.")
    line = world.get("balance_transaction", topup["balance_transaction"])
    money.post(world, "topup_reversal", -topup["amount"], topup["id"], available_on=line["available_on"])
    status = "failed" if topup["status"] == "pending" else "reversed"
    topup |= {"status": status, "failure_code": code, "failure_message": "The bank did not send the money."}
    world.emit(f"topup.{status}", topup)
    return world.save(topup)


@operation("GET", "/v1/topups/{topup}")
def retrieve_topup(call: Call) -> Json:
    return call.world.get("topup", call.ids["topup"], call.account, param="topup")


@operation("GET", "/v1/topups")
def list_topups(call: Call) -> Json:
    return page_of(call, "topup", call.account)
