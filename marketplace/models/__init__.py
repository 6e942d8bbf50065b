"""The room's rows, one noun to a file."""

from marketplace.models.agreements import Agreement, Payer, SuspendedFor
from marketplace.models.asks import OfficerAnswer, OfficerQuestion
from marketplace.models.bookings import BookedTime, Booking, BookingMove, BookingMoveYes
from marketplace.models.briefs import Brief, BriefAmendment, BriefLot, BriefPayer, BriefQuestion
from marketplace.models.changes import Change, ChangeAnswer, ShortAnswer
from marketplace.models.counted import CountedCell, CountRun
from marketplace.models.kept import Kept
from marketplace.models.milestones import Milestone, MilestoneShare, ShareNotice
from marketplace.models.needs import Need, NeedJoin, PartOfWeek
from marketplace.models.offers import Conflict, Offer, OfferVersion, Score
from marketplace.models.visits import Visit, VisitPart, VisitShown

__all__ = [
    "Agreement",
    "BookedTime",
    "Booking",
    "BookingMove",
    "BookingMoveYes",
    "Brief",
    "BriefAmendment",
    "BriefLot",
    "BriefPayer",
    "BriefQuestion",
    "Change",
    "ChangeAnswer",
    "Conflict",
    "CountRun",
    "CountedCell",
    "Kept",
    "Milestone",
    "MilestoneShare",
    "Need",
    "NeedJoin",
    "Offer",
    "OfferVersion",
    "OfficerAnswer",
    "OfficerQuestion",
    "PartOfWeek",
    "Payer",
    "Score",
    "ShareNotice",
    "ShortAnswer",
    "SuspendedFor",
    "Visit",
    "VisitPart",
    "VisitShown",
]
