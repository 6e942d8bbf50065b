"""What is near, one service, and what is missing."""

from django.urls import path

from frontend.views import near

urlpatterns = [
    path("near/", near.near, name="near"),
    path("near/missing/", near.missing, name="near-missing"),
    path("near/missing/told/", near.told, name="near-told"),
    path("services/<int:pk>/", near.service, name="service"),
]
