"""Mounted under /api/v1/."""

from django.urls import path

from people.api.views import TokenView

urlpatterns = [path("token/", TokenView.as_view(), name="token")]
