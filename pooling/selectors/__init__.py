"""Reads that pages and other rooms need. Sums are in pence."""

from pooling.selectors.groups import (
    ClusterMoney,
    PublicCard,
    cluster_money,
    notice_days_for,
    places_of,
    public_cards,
    questions_for,
    rules_to_sign,
)
from pooling.selectors.holders import HolderList, calls_to_pay, holder_list
from pooling.selectors.money import Money, money_of
from pooling.selectors.owed import Owed, owed_by, owed_by_holder
from pooling.selectors.promises import free_of_debt, free_share, free_to_promise, has_something_on, mode_of, modes_in, money_in_group, paid_by_debit
from pooling.selectors.proof import proof

__all__ = [
    "ClusterMoney",
    "HolderList",
    "Money",
    "Owed",
    "PublicCard",
    "calls_to_pay",
    "cluster_money",
    "free_of_debt",
    "free_share",
    "free_to_promise",
    "has_something_on",
    "holder_list",
    "mode_of",
    "modes_in",
    "money_in_group",
    "money_of",
    "notice_days_for",
    "owed_by",
    "owed_by_holder",
    "paid_by_debit",
    "places_of",
    "proof",
    "public_cards",
    "questions_for",
    "rules_to_sign",
]
