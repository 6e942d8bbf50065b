"""The balance, its transactions and the events."""

from payments.sandbox import money
from payments.sandbox.registry import Call, operation, page_of
from payments.sandbox.store import Json
from payments.sandbox.world import World


@operation("GET", "/v1/balance")
def retrieve_balance(call: Call) -> Json:
    return money.balance_object(call.world, call.account)


@operation("GET", "/v1/balance_transactions")
def list_lines(call: Call) -> Json:
    where = {name: call.params[name] for name in ("source", "type", "currency") if name in call.params}
    if "payout" in call.params:
        where["_payout"] = call.params["payout"]
    return page_of(call, "balance_transaction", call.account, **where)


@operation("GET", "/v1/balance_transactions/{id}")
def retrieve_line(call: Call) -> Json:
    return call.world.get("balance_transaction", call.ids["id"], call.account)


@operation("GET", "/v1/events")
def list_events(call: Call) -> Json:
    wanted = call.param("types") or ([call.params["type"]] if "type" in call.params else [])
    if not wanted:
        return page_of(call, "event", call.account)
    marks = ", ".join("?" for _ in wanted)
    return page_of(call, "event", call.account, more=f"AND json_extract(body, '$.type') IN ({marks})", values=tuple(wanted))


@operation("GET", "/v1/events/{id}")
def retrieve_event(call: Call) -> Json:
    return call.world.get("event", call.ids["id"], call.account)


def dump(world: World) -> Json:
    """All the books: every line of every account, the balances, and whether each balance equals its lines."""
    lines = [{**line, "account": world.owner(line["id"])} for line in world.store.find("balance_transaction")]
    balances: dict[str, dict[str, int]] = {}
    for account, bucket, pence in world.store.rows("SELECT account, bucket, pence FROM balances ORDER BY account, bucket"):
        balances.setdefault(account, {"available": 0, "pending": 0})[bucket] = pence
    sums: dict[str, dict[str, int]] = {account: {"available": 0, "pending": 0} for account in balances}
    for line in lines:
        sums[line["account"]][line["status"]] += line["net"]
    cash = {customer["id"]: customer["_cash"] for customer in world.store.find("customer") if customer["_cash"]}
    return {"balance_transactions": lines, "balances": balances, "sums": sums, "equal": sums == balances, "cash_balances": cash}
