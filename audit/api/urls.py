"""Mounted under /api/v1/."""

from audit.api.edge import router
from audit.api.views import Deliveries, Entries

urlpatterns = router(entries=Entries, deliveries=Deliveries)
