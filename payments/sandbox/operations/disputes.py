"""Disputes: a cardholder's bank takes a payment back."""

from payments.sandbox import money
from payments.sandbox.errors import invalid
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import DAY, World, timer

FEE = 2000
OPEN = ("needs_response", "under_review")
WARNINGS = ("warning_needs_response", "warning_under_review")
# What a Direct Debit is taken back for; all of it final. The first is also what a debit that failed too late looks like.
DEBIT_REASONS = ("insufficient_funds", "debit_not_authorized", "bank_cannot_process", "incorrect_account_details", "customer_initiated", "duplicate")
CARD_REASONS = ("general", "fraudulent", "product_not_received", "product_unacceptable", "duplicate", "unrecognized", "credit_not_processed")


def start(world: World, charge: Json, pence: int, reason: str = "") -> Json:
    """The money and a fee leave our balance at once. A card's bank may take all of a charge, also where part was refunded.

    A Direct Debit's dispute is lost when it begins; a payment made from one's own bank can't be disputed.
    """
    method = charge["payment_method_details"]["type"]
    if charge["disputed"] or charge["status"] != "succeeded" or method not in ("card", "bacs_debit"):
        raise invalid("This charge cannot be disputed.")
    reasons = CARD_REASONS if method == "card" else DEBIT_REASONS
    if not 1 <= pence <= charge["amount"] or (reason and reason not in reasons):
        raise invalid(f"A dispute is of 1 to {charge['amount']} pence, and its reason one of {', '.join(reasons)}.")
    case = _dispute(world, charge, pence, reason or ("general" if method == "card" else "debit_not_authorized"))
    world.save(charge | {"disputed": True})
    world.add(case)
    world.emit("charge.dispute.created", case)
    _withdraw(world, case)
    return case if method == "card" else close(world, case, won=False)


def ask(world: World, charge: Json, pence: int) -> Json:
    """A card's bank only asks, for now: no money moves until it is not content with the answer."""
    if charge["disputed"] or charge["status"] != "succeeded" or charge["payment_method_details"]["type"] != "card":
        raise invalid("Nobody can ask about this charge.")
    case = world.add(_dispute(world, charge, pence, "general") | {"status": "warning_needs_response", "is_charge_refundable": True})
    world.emit("charge.dispute.created", case)
    return case


def escalate(world: World, case: Json) -> Json:
    """The bank was not content: now it takes the money."""
    if case["status"] not in WARNINGS:
        raise invalid(f"This dispute is {case['status']}.")
    world.save(world.get("charge", case["charge"]) | {"disputed": True})
    case |= {"status": "needs_response", "is_charge_refundable": False}
    world.emit("charge.dispute.updated", case)
    _withdraw(world, case)
    return case


def _withdraw(world: World, case: Json) -> None:
    """The line of the money and the fee, and the day by which somebody must answer."""
    line = money.post(world, "adjustment", -case["amount"], case["id"], fee=FEE, description=f"Chargeback withdrawal for {case['charge']}")
    case["balance_transactions"].append(line)
    case["evidence_details"]["due_by"] = world.now() + 14 * DAY
    world.save(case)
    world.emit("charge.dispute.funds_withdrawn", case)
    world.schedule(case["evidence_details"]["due_by"], "evidence_is_late", case["id"])


def _dispute(world: World, charge: Json, pence: int, reason: str) -> Json:
    details = {"due_by": world.now() + 14 * DAY, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False, "submission_count": 0}
    return {
        "id": world.new_id("du"),
        "object": "dispute",
        "amount": pence,
        "balance_transactions": [],
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
        "reason": reason,
        "status": "needs_response",
    }


def close(world: World, case: Json, *, won: bool) -> Json:
    if case["status"] in WARNINGS and won:
        world.emit("charge.dispute.closed", case | {"status": "warning_closed"})
        return world.save(case | {"status": "warning_closed"})
    if case["status"] not in OPEN:
        raise invalid(f"This dispute is {case['status']}.")
    case["status"] = "won" if won else "lost"
    if won:
        case["balance_transactions"].append(money.post(world, "adjustment", case["amount"], case["id"], description="Chargeback reversal"))
        world.save(world.get("charge", case["charge"]) | {"disputed": False})
        world.emit("charge.dispute.funds_reinstated", case)
    world.emit("charge.dispute.closed", case)
    return world.save(case)


@timer
def evidence_is_late(world: World, dispute_id: str) -> None:
    """Nobody answered in time: lost."""
    case = world.get("dispute", dispute_id)
    if case["status"] == "needs_response":
        case["evidence_details"]["past_due"] = True
        close(world, case, won=False)


@operation("POST", "/v1/disputes/{dispute}")
def answer_dispute(call: Call) -> Json:
    """Evidence; once it is sent in, the dispute is under review until a bank decides."""
    world, case = call.world, retrieve_dispute(call)
    if case["status"] not in ("needs_response", "warning_needs_response"):
        raise invalid(f"This dispute is {case['status']}: no evidence can be given.")
    given = {name: value for name, value in call.param("evidence", {}).items() if isinstance(value, str)}
    case["evidence"] |= given
    case["metadata"] = call.metadata(case["metadata"])
    case["evidence_details"]["has_evidence"] |= bool(given)
    if call.param("submit", bool(given)):
        case["evidence_details"] |= {"submission_count": 1, "submission_method": "manual"}
        case["status"] = case["status"].replace("needs_response", "under_review")
    world.emit("charge.dispute.updated", case)
    return world.save(case)


@operation("POST", "/v1/disputes/{dispute}/close")
def give_in(call: Call) -> Json:
    """We do not contest it: lost, and nothing more is asked."""
    case = retrieve_dispute(call)
    if case["status"] != "needs_response":
        raise invalid(f"This dispute is {case['status']} and cannot be closed.")
    return close(call.world, case, won=False)


@operation("GET", "/v1/disputes/{dispute}")
def retrieve_dispute(call: Call) -> Json:
    return call.world.get("dispute", call.ids["dispute"], call.account)


@operation("GET", "/v1/disputes")
def list_disputes(call: Call) -> Json:
    where = {name: call.params[name] for name in ("charge", "payment_intent") if name in call.params}
    return page_of(call, "dispute", call.account, **where)
