"""Making one's own page."""

from django.urls import path

from frontend.views import join

urlpatterns = [
    path("join/", join.join, name="join"),
    path("join/helper/", join.helper, name="join-helper"),
]
