"""Budgets, groups, promises and held money: one file each."""

from pooling.models.budget_imports import BudgetImport, BudgetImportRow
from pooling.models.budgets import Budget, FundingMode, Mode, Portion, Route
from pooling.models.deciding import Ballot, Challenge, Enactment, Proposal, ProposalVersion
from pooling.models.goodbyes import EndReport, Removal
from pooling.models.groups import AdmissionAnswer, Charter, CharterSignature, Cluster, CostRule, DecisionRule, Membership
from pooling.models.holds import Hold, HoldMove, Withdrawal
from pooling.models.idle import IdleLook, IdleOffer
from pooling.models.interests import InCommon, Interest, Introduction
from pooling.models.leaving import (
    EndWhy,
    ExitTerm,
    Leaving,
    LeavingMove,
    Statement,
    StatementPart,
    StatementQuery,
)
from pooling.models.promises import Call, Earmark, Pledge
from pooling.models.wallets import WalletMove, WalletSlice
from pooling.models.weekly import WeeklyDay, WeeklyList, WeeklyListRow

__all__ = [
    "AdmissionAnswer",
    "Ballot",
    "Budget",
    "BudgetImport",
    "BudgetImportRow",
    "Call",
    "Challenge",
    "Charter",
    "CharterSignature",
    "Cluster",
    "CostRule",
    "DecisionRule",
    "Earmark",
    "Enactment",
    "EndReport",
    "EndWhy",
    "ExitTerm",
    "FundingMode",
    "Hold",
    "HoldMove",
    "IdleLook",
    "IdleOffer",
    "InCommon",
    "Interest",
    "Introduction",
    "Leaving",
    "LeavingMove",
    "Membership",
    "Mode",
    "Pledge",
    "Portion",
    "Proposal",
    "ProposalVersion",
    "Removal",
    "Route",
    "Statement",
    "StatementPart",
    "StatementQuery",
    "WalletMove",
    "WalletSlice",
    "WeeklyDay",
    "WeeklyList",
    "WeeklyListRow",
    "Withdrawal",
]
