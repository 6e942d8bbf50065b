"""The room's rows, one noun to a file."""

from marketplace.models.agreements import Agreement, Payer
from marketplace.models.briefs import Brief, BriefAmendment, BriefLot, BriefPayer, BriefQuestion
from marketplace.models.milestones import Milestone, MilestoneShare, ShareNotice
from marketplace.models.needs import Need, NeedJoin, PartOfWeek
from marketplace.models.visits import Visit, VisitPart

__all__ = [
    "Agreement",
    "Brief",
    "BriefAmendment",
    "BriefLot",
    "BriefPayer",
    "BriefQuestion",
    "Milestone",
    "MilestoneShare",
    "Need",
    "NeedJoin",
    "PartOfWeek",
    "Payer",
    "ShareNotice",
    "Visit",
    "VisitPart",
]
