"""Our addresses as the demonstration has them."""

from django.urls import include, path

from config.urls import demo_urlpatterns
from config.urls import urlpatterns as ours

urlpatterns = [*ours, path("demo/", include((demo_urlpatterns, "demo")))]
