"""Budgets, groups, promises and held money: one file each."""

from pooling.models.budgets import Budget, FundingMode, Mode, Portion, Route
from pooling.models.groups import AdmissionAnswer, Charter, CharterSignature, Cluster, CostRule, DecisionRule, Membership
from pooling.models.holds import Hold, HoldMove, Withdrawal
from pooling.models.idle import IdleLook, IdleOffer
from pooling.models.promises import Call, Earmark, Pledge
from pooling.models.wallets import WalletMove, WalletSlice

__all__ = [
    "AdmissionAnswer",
    "Budget",
    "Call",
    "Charter",
    "CharterSignature",
    "Cluster",
    "CostRule",
    "DecisionRule",
    "Earmark",
    "FundingMode",
    "Hold",
    "HoldMove",
    "IdleLook",
    "IdleOffer",
    "Membership",
    "Mode",
    "Pledge",
    "Portion",
    "Route",
    "WalletMove",
    "WalletSlice",
    "Withdrawal",
]
