"""Disputes: a cardholder's bank takes a payment back."""

from payments.sandbox import money
from payments.sandbox.errors import invalid
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, World

FEE = 2000


def start(world: World, charge: Json, pence: int) -> Json:
    """The money and a fee leave our balance at once."""
    if charge["disputed"] or charge["status"] != "succeeded":
        raise invalid("This charge cannot be disputed.")
    dispute_id = world.new_id("du")
    line = money.post(world, "adjustment", -pence, dispute_id, fee=FEE, description=f"Chargeback withdrawal for {charge['id']}")
    case = _dispute(world, dispute_id, charge, pence, line)
    world.save(charge | {"disputed": True})
    world.add(case)
    world.emit("charge.dispute.created", case)
    world.emit("charge.dispute.funds_withdrawn", case)
    return case


def _dispute(world: World, dispute_id: str, charge: Json, pence: int, line: Json) -> Json:
    details = {"due_by": world.now() + 14 * DAY, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False, "submission_count": 0}
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": pence,
        "balance_transactions": [line],
        "charge": charge["id"],
        "created": world.now(),
        "currency": "gbp",
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": details | {"submission_method": "not_submitted"},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "general",
        "status": "needs_response",
    }


def close(world: World, case: Json, *, won: bool) -> Json:
    if case["status"] != "needs_response":
        raise invalid(f"This dispute is {case['status']}.")
    case["status"] = "won" if won else "lost"
    if won:
        case["balance_transactions"].append(money.post(world, "adjustment", case["amount"], case["id"], description="Chargeback reversal"))
        world.save(world.get("charge", case["charge"]) | {"disputed": False})
        world.emit("charge.dispute.funds_reinstated", case)
    world.emit("charge.dispute.closed", case)
    return world.save(case)


@operation("GET", "/v1/disputes/{dispute}")
def retrieve_dispute(call: Call) -> Json:
    return call.world.get("dispute", call.ids["dispute"], call.account)


@operation("GET", "/v1/disputes")
def list_disputes(call: Call) -> Json:
    where = {name: call.params[name] for name in ("charge", "payment_intent") if name in call.params}
    return page_of(call, "dispute", call.account, **where)
