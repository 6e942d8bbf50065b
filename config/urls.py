"""Every address starts here."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import demo_clock, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
# --- rooms add here: addresses that exist in the demo only ---
demo_urlpatterns = [path("clock/", demo_clock.move_clock, name="clock")]
if settings.DEMO:
    urlpatterns.append(path("demo/", include((demo_urlpatterns, "demo"))))

# --- rooms add here ---
urlpatterns += [
    path("accounts/", include("allauth.urls")),
    path("", include("payments.api.urls")),
    path("", include("frontend.urls")),
]
