"""What is near, one service, and what is missing."""

from django.urls import path

from frontend.views import keeping, near

urlpatterns = [
    path("near/", near.near, name="near"),
    path("near/missing/", near.missing, name="near-missing"),
    path("near/missing/told/", near.told, name="near-told"),
    path("near/map/", near.on_map, name="near-map"),
    path("near/compare/", near.compare, name="near-compare"),
    path("near/picked/", keeping.picked, name="near-picked"),
    path("start/kept/<int:pk>/let-go/", keeping.let_go, name="kept-let-go"),
    path("services/<int:pk>/", near.service, name="service"),
]
