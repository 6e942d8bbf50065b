"""Mounted under /api/v1/. A provider's weeks and money lie under enterprises/, beside the rest of it."""

from audit.api.edge import router
from marketplace.api.views.agreements import Agreements, Payers
from marketplace.api.views.approvals import Approvals
from marketplace.api.views.bookings import BookedTimes, BookingMoves, Bookings, FreeTimes
from marketplace.api.views.briefs import BriefPayers, BriefQuestions, Briefs, EnterpriseWanted
from marketplace.api.views.changes import ChangeAnswers, Changes
from marketplace.api.views.counted import CouncilFigures, OfficerAnswers, OfficerQuestions, WantedNear
from marketplace.api.views.kept import KeptThings
from marketplace.api.views.leaving import CostsOfLeaving
from marketplace.api.views.needs import Needs, ToDo
from marketplace.api.views.offers import Choices, Offers
from marketplace.api.views.search import Search
from marketplace.api.views.shares import Shares
from marketplace.api.views.sizes import PricesBySize
from marketplace.api.views.statements import Statements
from marketplace.api.views.weeks import EnterpriseWeeks, Milestones, Visits

urlpatterns = router(
    search=Search,
    needs=Needs,
    to_do=ToDo,
    briefs=Briefs,
    brief_payers=BriefPayers,
    brief_questions=BriefQuestions,
    offers=Offers,
    choices=Choices,
    agreements=Agreements,
    payers=Payers,
    bookings=Bookings,
    booked_times=BookedTimes,
    booking_moves=BookingMoves,
    listings=FreeTimes,
    prices_by_size=PricesBySize,
    milestones=Milestones,
    visits=Visits,
    shares=Shares,
    approvals=Approvals,
    enterprises=EnterpriseWeeks,
    statements=Statements,
    changes=Changes,
    change_answers=ChangeAnswers,
)
urlpatterns += router(enterprises=EnterpriseWanted)
urlpatterns += router(memberships=CostsOfLeaving)
urlpatterns += router(kept=KeptThings)
urlpatterns += router(council_figures=CouncilFigures, wanted=WantedNear, officer_questions=OfficerQuestions, officer_answers=OfficerAnswers)
