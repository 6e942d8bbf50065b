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
    topup = world.save(world.get("topup", topup_id) | {"status": "succeeded"})
    world.emit("topup.succeeded", topup)


@operation("GET", "/v1/topups/{topup}")
def retrieve_topup(call: Call) -> Json:
    return call.world.get("topup", call.ids["topup"], call.account, param="topup")


@operation("GET", "/v1/topups")
def list_topups(call: Call) -> Json:
    return page_of(call, "topup", call.account)
