"""Mounted under /api/v1/."""

from audit.api.edge import router
from places.api.views import Outcodes

urlpatterns = router(outcodes=Outcodes)
