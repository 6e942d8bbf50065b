"""The operations the sandbox plays, one noun a file. Importing this package registers them all."""

from payments.sandbox.operations import (
    accounts,
    balances,
    charges,
    checkout,
    customers,
    disputes,
    intents,
    links,
    payouts,
    refunds,
    topups,
    transfers,
)

__all__ = ["accounts", "balances", "charges", "checkout", "customers", "disputes", "intents", "links", "payouts", "refunds", "topups", "transfers"]
