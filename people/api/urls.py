"""Mounted under /api/v1/."""

from django.urls import path

from audit.api.edge import router
from people.api.views.helping import Concerns, Supporters
from people.api.views.organisations import Councils, Organisations
from people.api.views.people import Me, People
from people.api.views.tokens import TokenView

urlpatterns = [
    path("token/", TokenView.as_view(), name="token"),
    path("me/", Me.as_view({"get": "retrieve", "patch": "partial_update"}), name="me"),
    *router(councils=Councils, organisations=Organisations, people=People, supporters=Supporters, concerns=Concerns),
]
