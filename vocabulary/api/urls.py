"""Mounted under /api/v1/."""

from audit.api.edge import router
from vocabulary.api.views import Terms

urlpatterns = router(terms=Terms)
