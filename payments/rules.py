"""Payments' transition tables and sums. Pure: no Django, no clock, no network."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

# (state, event) -> state. A payment that we thought dead and that Stripe says is paid comes alive again: the money is there.
PAYMENT: dict[tuple[str, str], str] = {
    ("started", "open"): "open",
    ("started", "refuse"): "failed",
    ("started", "cancel"): "cancelled",
    ("started", "expire"): "expired",  # its answer was lost until the page had run out
    ("started", "pay"): "clearing",
    ("open", "pay"): "clearing",
    ("open", "expire"): "expired",
    ("open", "cancel"): "cancelled",
    ("open", "fail"): "failed",
    ("expired", "pay"): "clearing",
    ("cancelled", "pay"): "clearing",
    ("failed", "pay"): "clearing",
    ("cancelled", "fail"): "failed",  # a Direct Debit, refused by the bank before it was closed: its two lines are to be taken in
    ("clearing", "clear"): "available",
    ("clearing", "fail"): "failed",
    ("available", "take_back"): "failed",  # a top-up that its bank took back when it had come
}

REMITTANCE: dict[tuple[str, str], str] = {
    ("waiting", "plan"): "planned",
    ("waiting", "block"): "on_hold",
    ("planned", "block"): "on_hold",
    ("on_hold", "unblock"): "waiting",
    ("planned", "put_back"): "waiting",  # its payee's bank details changed before it went, or its payee owes since
    ("planned", "send"): "sent",
    ("sent", "refuse"): "planned",
    ("planned", "pay"): "paid",
    ("sent", "pay"): "paid",
    ("waiting", "give_up"): "cancelled",
    ("planned", "give_up"): "cancelled",
    ("cancelled", "unblock"): "waiting",  # two people let it go out after all
    ("waiting", "set_off"): "set_off",
    ("cancelled", "set_off"): "set_off",  # they owe as much: paid by hand instead, or asked back
    ("paid", "reverse"): "reversed",
}

REFUND: dict[tuple[str, str], str] = {
    ("approved", "send"): "sent",
    ("sent", "put_back"): "approved",  # planned, and its owner's bank took money back before Stripe was asked
    ("approved", "pay_debt"): "cancelled",  # stays, and pays that
    ("sent", "succeed"): "succeeded",
    ("sent", "fail"): "failed",
    ("succeeded", "fail"): "failed",  # banks send money back weeks after Stripe called the refund done
    ("failed", "reroute"): "rerouted",  # two people; by hand, because Stripe sends a refund nowhere but where it came from
    ("rerouted", "pay_by_hand"): "by_hand",
    ("failed", "keep"): "cancelled",
}

# A bank that asks, takes, loses, wins, and may change its mind. Stripe is asked each time, so events may come in any order.
DISPUTE: dict[tuple[str, str], str] = {
    ("inquiry", "withdraw"): "open",
    ("inquiry", "close"): "closed",
    ("closed", "withdraw"): "open",
    ("open", "win"): "won",
    ("open", "lose"): "lost",
    ("won", "lose"): "lost",
    ("lost", "win"): "won",
    ("lost", "clear"): "settled",
    ("settled", "win"): "won",
}

RECOVERY: dict[tuple[str, str], str] = {
    ("reversing", "reverse"): "recovered",
    ("reversing", "refuse"): "owed",
    ("owed", "come"): "owed",  # a part: set off, repaid
    ("owed", "come_whole"): "recovered",  # set off, repaid, or written off by two people
}

OPERATION: dict[tuple[str, str], str] = {
    ("planned", "send"): "sent",
    ("unknown", "send"): "sent",
    ("sent", "send"): "sent",
    ("sent", "lose_sight"): "unknown",
    ("planned", "succeed"): "succeeded",
    ("sent", "succeed"): "succeeded",
    ("unknown", "succeed"): "succeeded",
    ("planned", "refuse"): "refused",
    ("sent", "refuse"): "refused",
    ("refused", "try_again"): "planned",
}

BANK_GAVE_UP = frozenset({"won", "warning_closed", "prevented"})  # Stripe's words


def dispute_event(state: str, status: str, withdrawn_pence: int) -> str:
    """What Stripe's `status` means for a dispute of which so much is gone; "" while it goes on, or its money is still on the way back."""
    if status == "lost" and withdrawn_pence:
        return "lose"
    if status in BANK_GAVE_UP and not withdrawn_pence:
        return "close" if state == "inquiry" else "win"
    return ""


LEASE = timedelta(seconds=90)  # longer than the gateway's time-outs together: nobody else calls while one worker may still be calling
RETRY_WAITS = (5, 15, 60, 300, 900, 3600)  # seconds; the last one repeats
REFUSED_WAIT = timedelta(hours=1)
BANK_CHANGE_WORKING_DAYS = 5  # design paper money.md, section 5, 6
UNEXPLAINED_FREEZE_PENCE = 100
EVENT_TRIES = 10


class NoSuchStep(Exception):
    """The transition table has no such step: a bug, or two events crossing; never something a person typed."""


def step(table: dict[tuple[str, str], str], state: str, event: str) -> str:
    """The state after `event`. Raises NoSuchStep."""
    try:
        return table[state, event]
    except KeyError:
        raise NoSuchStep(f"{event!r} does not follow {state!r}") from None


def may_step(table: dict[tuple[str, str], str], state: str, event: str) -> bool:
    """True when `event` may follow `state`."""
    return (state, event) in table


def wait_after(tries: int) -> timedelta:
    """How long to wait after the nth try whose outcome we could not see."""
    return timedelta(seconds=RETRY_WAITS[min(max(tries, 1), len(RETRY_WAITS)) - 1])


def take_from(free: Sequence[int], pence: int) -> list[int]:
    """Takes `pence` from lots in the order given, as much as each has. Adds up to less than `pence` when they fall short."""
    parts: list[int] = []
    for has in free:
        part = min(max(has, 0), pence)
        parts.append(part)
        pence -= part
    return parts


def bank_is_settled(working_days_since: int) -> bool:
    """True when bank details changed at least five working days ago."""
    return working_days_since >= BANK_CHANGE_WORKING_DAYS


LIMIT_DAYS = 28  # every limit counts per payee and payer over so many days (abuse.md 16)


def room_under(ceiling_pence: int, counted_pence: int) -> int:
    """What may still go under a ceiling, never below zero."""
    return max(0, ceiling_pence - counted_pence)


def new_pair_goes_on(charged_on: date, *, is_within_ceiling: bool, risk_days: int, long_risk_days: int) -> date:
    """A new payer's card for a new payee (abuse.md 15): the day its money may go on; above the ceiling only after the long time."""
    return charged_on + timedelta(days=risk_days if is_within_ceiling else long_risk_days)


def spare_pence(held: Mapping[str, int]) -> int:
    """What the platform's own money could still stand in for, from the balances of one council's own accounts, each in its natural sign.

    What is owed to us covers nobody, and neither does what nobody can explain.
    """
    own = held.get("FLOAT", 0) + held.get("FEE_INCOME", 0) - held.get("FEE_COST", 0) - held.get("LOSS", 0)
    return own + min(held.get("SUSPENSE", 0), 0) - held.get("RECEIVABLE", 0)


# --- ways to pay ---


def pounds(pence: int) -> str:
    """£1,234.05"""
    return f"£{pence // 100:,}.{pence % 100:02d}"


WAYS_ON = {"card": True, "bank_transfer": True, "pay_by_bank": True, "bacs": False}
"""What a council takes that has not chosen. Direct Debit is off: it can be claimed back long after (docs/money.md, "Money in")."""
CLEARING_WORKING_DAYS = {"bank_transfer": 1, "pay_by_bank": 4, "card": 5, "bacs": 5}
"""From paying until the money is here, at the slowest usual: 3 to 7 days for a new card payer, four working days for a debit and one more."""
NEW_DEBIT_WORKING_DAYS = 8
"""The first collection after a Direct Debit was set up waits for the bank to know of it."""
WAY_LIMITS_PENCE = {"pay_by_bank": (50, 1_000_000)}

MANDATE: dict[tuple[str, str], str] = {
    ("started", "open"): "open",
    ("started", "fail"): "failed",
    ("open", "accept"): "active",
    ("open", "fail"): "failed",
    ("active", "end"): "ended",
}
