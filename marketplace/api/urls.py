"""Mounted under /api/v1/. A provider's weeks and money lie under enterprises/, beside the rest of it."""

from audit.api.edge import router
from marketplace.api.views.agreements import Agreements, Payers
from marketplace.api.views.approvals import Approvals
from marketplace.api.views.needs import Needs, ToDo
from marketplace.api.views.shares import Shares
from marketplace.api.views.statements import Statements
from marketplace.api.views.weeks import EnterpriseWeeks, Milestones, Visits

urlpatterns = router(
    needs=Needs,
    to_do=ToDo,
    agreements=Agreements,
    payers=Payers,
    milestones=Milestones,
    visits=Visits,
    shares=Shares,
    approvals=Approvals,
    enterprises=EnterpriseWeeks,
    statements=Statements,
)
