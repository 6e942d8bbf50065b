"""Mounted under /api/v1/. Stripe's own way in is `webhook_urls`."""

from audit.api.edge import router
from payments.api.views import Alarms, Floats, Operations, Payments, Refunds, Remittances, TopUps

urlpatterns = router(payments=Payments, top_ups=TopUps, floats=Floats, alarms=Alarms, remittances=Remittances, refunds=Refunds, operations=Operations)
