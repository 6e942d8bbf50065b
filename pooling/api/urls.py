"""Mounted under /api/v1/."""

from audit.api.edge import router
from pooling.api.views.budget_imports import BudgetImports
from pooling.api.views.budgets import Budgets, FundingModes, Portions
from pooling.api.views.deciding import Ballots, Challenges, Proposals, StoppableGroups
from pooling.api.views.finding import Interests, Introductions, ThingsInCommon
from pooling.api.views.funder import FunderMoneys
from pooling.api.views.groups import Charters, Clusters, Memberships
from pooling.api.views.leaving import EndReports, Leavings, Removals, StatementQueries, Statements
from pooling.api.views.promises import Calls, Holders, Holds, IdleOffers, MyMoney, Pledges, Withdrawals
from pooling.api.views.wallets import WalletMoves, Wallets
from pooling.api.views.weekly import WeeklyLists

urlpatterns = router(
    budgets=Budgets,
    portions=Portions,
    budget_imports=BudgetImports,
    funding_modes=FundingModes,
    clusters=Clusters,
    charters=Charters,
    interests=Interests,
    introductions=Introductions,
    in_common=ThingsInCommon,
    memberships=Memberships,
    pledges=Pledges,
    calls=Calls,
    holders=Holders,
    money=MyMoney,
    holds=Holds,
    withdrawals=Withdrawals,
    wallets=Wallets,
    funder_money=FunderMoneys,
    wallet_moves=WalletMoves,
    weekly_lists=WeeklyLists,
    idle_offers=IdleOffers,
    leavings=Leavings,
    leaving_statements=Statements,
    statement_questions=StatementQueries,
    removals=Removals,
    end_reports=EndReports,
    proposals=Proposals,
    ballots=Ballots,
    challenges=Challenges,
    stoppable_groups=StoppableGroups,
)
