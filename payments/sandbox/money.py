"""Balance transactions and balances: the sandbox's own books. Integers in pence, one way in."""

from payments.sandbox.errors import insufficient
from payments.sandbox.store import Json
from payments.sandbox.world import PLATFORM, World, timer

REPORTING = {
    "charge": "charge",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "topup": "topup",
    "topup_reversal": "topup_reversal",
    "adjustment": "dispute",
}


def card_fee(pence: int) -> int:
    """1.5% + 20p, half a penny rounding up: Stripe's list price for UK cards."""
    return (pence * 15 + 500) // 1000 + 20


def bank_transfer_fee(pence: int) -> int:
    """0.5%, at most £2.00, half a penny rounding up: our reading of Stripe's list price for bank transfers."""
    return min((pence * 5 + 500) // 1000, 200)


def bacs_fee(pence: int) -> int:
    """1%, at least 20p and at most £4.00, half a penny rounding up: our reading of Stripe's list price for Bacs Direct Debit."""
    return min(max((pence + 50) // 100, 20), 400)


# Pay by Bank has no list price that we could find: taken to cost what a card does.
FEES = {"card": card_fee, "pay_by_bank": card_fee, "customer_balance": bank_transfer_fee, "bacs_debit": bacs_fee}


def pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"


def post(
    world: World, kind: str, pence: int, source: str, *, account: str = PLATFORM, fee: int = 0, available_on: int = 0, description: str | None = None
) -> Json:
    """Writes one balance transaction (signed, in pence) and moves the balance by its net. Pending until `available_on`, which may be now."""
    now = world.now()
    pending = available_on > now
    line: Json = {
        "id": world.new_id("txn"),
        "object": "balance_transaction",
        "amount": pence,
        "available_on": max(available_on, now),
        "balance_type": "payments",
        "created": now,
        "currency": "gbp",
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{"amount": fee, "application": None, "currency": "gbp", "description": "Stripe processing fees", "type": "stripe_fee"}]
        if fee
        else [],
        "net": pence - fee,
        "reporting_category": REPORTING[kind],
        "source": source,
        "status": "pending" if pending else "available",
        "type": kind,
    }
    world.add(line, account)
    _move(world, account, line["status"], pence - fee)
    if pending:
        world.schedule(available_on, "becomes_available", line["id"])
    return line


def balance(world: World, account: str, bucket: str = "available") -> int:
    found = world.store.rows("SELECT pence FROM balances WHERE account = ? AND bucket = ?", account, bucket)
    return int(found[0][0]) if found else 0


def require(world: World, account: str, pence: int, message: str = "") -> None:
    """Raises Stripe's `balance_insufficient` when less than this is available."""
    if balance(world, account) < pence:
        raise insufficient(message)


def balance_object(world: World, account: str) -> Json:
    def lines(bucket: str) -> list[Json]:
        pence = balance(world, account, bucket)
        return [{"amount": pence, "currency": "gbp", "source_types": {"card": pence}}]

    return {"object": "balance", "available": lines("available"), "livemode": False, "pending": lines("pending")}


@timer
def becomes_available(world: World, line_id: str) -> None:
    """Pending money becomes available; refunds that waited for money are tried again."""
    line = world.get("balance_transaction", line_id)
    account = world.owner(line_id)
    world.save(line | {"status": "available"})
    _move(world, account, "pending", -line["net"])
    _move(world, account, "available", line["net"])
    world.schedule(world.now(), "balance_available", account)


@timer
def balance_available(world: World, account: str) -> None:
    """Announced once for everything that became available at the same moment."""
    world.store.run("DELETE FROM timers WHERE verb = 'balance_available' AND subject = ? AND at <= ?", account, world.now())
    world.emit("balance.available", balance_object(world, account), account)
    world.schedule(world.now(), "waiting_refunds", account)


def _move(world: World, account: str, bucket: str, pence: int) -> None:
    world.store.run(
        "INSERT INTO balances VALUES (?, ?, ?) ON CONFLICT (account, bucket) DO UPDATE SET pence = pence + excluded.pence", account, bucket, pence
    )
