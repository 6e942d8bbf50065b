"""The operations the sandbox plays, one noun a file. Importing this package registers them all."""

from payments.sandbox.operations import (
    accounts,
    balances,
    charges,
    checkout,
    customers,
    debits,
    disputes,
    intents,
    links,
    methods,
    payouts,
    refunds,
    topups,
    transfers,
)

__all__ = [
    "accounts",
    "balances",
    "charges",
    "checkout",
    "customers",
    "debits",
    "disputes",
    "intents",
    "links",
    "methods",
    "payouts",
    "refunds",
    "topups",
    "transfers",
]
