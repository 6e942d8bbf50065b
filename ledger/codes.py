"""The account codes: what kind each is, how low it may go, who may post it. One table, the same as in docs/money.md.

`ledger/sql/*/ledger_terms.sql` says the same to the database; a test compares the two. Imports no Django.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an account is to an accountant; it decides which side makes its balance grow."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    CONTRA = "contra"
    EITHER = "either"

    @property
    def grows_by_debit(self) -> bool:
        """True where a debit makes the natural balance larger."""
        return self in {Kind.ASSET, Kind.EXPENSE, Kind.CONTRA}


@dataclass(frozen=True, slots=True)
class Terms:
    """`floor` is in the account's unit and natural sign; None: no floor. `owner` says whose account it is."""

    kind: Kind
    floor: int | None
    owner: str
    posted_by: str
    meaning: str


CODES: dict[str, Terms] = {
    "BANK": Terms(Kind.ASSET, None, "platform", "payments", "Stripe's available balance"),
    "CLEAR": Terms(Kind.ASSET, None, "platform", "payments", "taken by Stripe, not yet available"),
    "OUT": Terms(Kind.ASSET, None, "platform", "payments", "sent, not yet confirmed: below zero while money is on its way"),
    "RECEIVABLE": Terms(Kind.ASSET, None, "member or enterprise", "payments", "owed to us, by a chargeback or an overpayment"),
    "PENDING": Terms(Kind.LIABILITY, 0, "member, portion", "payments", "the mirror of CLEAR; never spendable"),
    "DUE": Terms(Kind.LIABILITY, 0, "enterprise", "payments", "released, not yet sent"),
    "REFUND": Terms(Kind.LIABILITY, 0, "member, portion", "payments", "refund approved, not yet sent"),
    "FLOAT": Terms(Kind.EQUITY, 0, "platform", "payments", "the platform's own money at Stripe; pays Stripe's fees"),
    "FEE_INCOME": Terms(Kind.INCOME, None, "platform", "payments", "the platform's fee, if any"),
    "FEE_COST": Terms(Kind.EXPENSE, None, "platform", "payments", "Stripe's fees, until FLOAT pays them"),
    "LOSS": Terms(Kind.EXPENSE, None, "platform", "payments", "money the platform lost"),
    "SUSPENSE": Terms(Kind.EITHER, None, "platform", "payments", "a Stripe line nobody can explain: alarm"),
    "WALLET": Terms(Kind.LIABILITY, 0, "holder or portion", "pooling", "paid in for a portion, in no cluster yet"),
    "SHARE": Terms(Kind.LIABILITY, 0, "cluster, member, portion", "pooling", "a member's own uncommitted money in a cluster"),
    "RESERVE": Terms(Kind.LIABILITY, 0, "decision, member, portion", "pooling", "money already in, set aside by its owner's yes"),
    "HOLD": Terms(Kind.LIABILITY, 0, "hold, member, portion", "pooling", "held payment"),
    "DISPUTE": Terms(Kind.LIABILITY, 0, "hold, member, portion", "pooling", "the part of a hold that is questioned"),
    "LEAVING": Terms(Kind.LIABILITY, 0, "cluster, member, portion", "pooling", "owed to somebody who left"),
    "TIME_ISSUED": Terms(Kind.CONTRA, None, "council", "pooling", "time credits in being, the other side of TIME"),
    "TIME": Terms(Kind.LIABILITY, 0, "person or group", "pooling", "time credits, in minutes"),
}


def natural(code: str, credit_positive: int) -> int:
    """Turns a stored balance (credits less debits) into the sign people expect for that code."""
    return -credit_positive if CODES[code].kind.grows_by_debit else credit_positive
