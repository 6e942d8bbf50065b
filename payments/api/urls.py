"""Mounted under /api/v1/. Stripe's own way in is `webhook_urls`."""

from audit.api.edge import router
from payments.api.closing import Books
from payments.api.views import Alarms, Floats, Operations, Payments, Refunds, Remittances, TopUps
from payments.api.watching import Disputes, Lots, ReconcileRuns, Recoveries, StripeEvents, StripeLines
from payments.api.ways import WaySwitches

urlpatterns = router(
    payments=Payments,
    top_ups=TopUps,
    floats=Floats,
    alarms=Alarms,
    remittances=Remittances,
    refunds=Refunds,
    operations=Operations,
    stripe_events=StripeEvents,
    stripe_lines=StripeLines,
    reconcile_runs=ReconcileRuns,
    disputes=Disputes,
    recoveries=Recoveries,
    lots=Lots,
    way_switches=WaySwitches,
    books=Books,
)
