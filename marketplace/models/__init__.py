"""The room's rows, one noun to a file."""

from marketplace.models.agreements import Agreement, Payer
from marketplace.models.milestones import Milestone, MilestoneShare, ShareNotice
from marketplace.models.needs import Need
from marketplace.models.visits import Visit, VisitPart

__all__ = ["Agreement", "Milestone", "MilestoneShare", "Need", "Payer", "ShareNotice", "Visit", "VisitPart"]
