"""Mounted under /api/v1/."""

from audit.api.edge import router
from providers.api.views.checks import Checks
from providers.api.views.enterprises import Enterprises, Workers
from providers.api.views.hours import DaysOff, Hours, WorkersHours
from providers.api.views.invitations import Invitations
from providers.api.views.listings import Listings

urlpatterns = router(enterprises=Enterprises, workers=Workers, checks=Checks, listings=Listings, work_hours=Hours, days_off=DaysOff)
urlpatterns += router(workers=WorkersHours, invitations=Invitations)
