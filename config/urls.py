"""Every address starts here."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import demo_bank, demo_clock, health, metrics
from frontend.views import demo

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
# --- rooms add here: addresses that exist in the demo only ---
demo_urlpatterns = [
    path("clock/", demo_clock.move_clock, name="clock"),
    path("switch/", demo.switch, name="switch"),
    path("outbox/", demo.outbox, name="outbox"),
    path("bank/<uuid:pk>/", demo_bank.bank, name="bank"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include((demo_urlpatterns, "demo"))))

# --- rooms add here ---
urlpatterns += [
    path("accounts/", include("allauth.urls")),
    path("", include("payments.api.webhook_urls")),
    path("api/v1/", include("config.api")),
    path("", include("frontend.urls")),
]
handler404 = "config.problems.nowhere"
handler500 = "config.problems.fault"
