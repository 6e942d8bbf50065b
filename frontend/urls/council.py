"""For who plans for a council."""

from django.urls import path

from frontend.views import council

urlpatterns = [
    path("council/", council.show, name="council"),
    path("council/asked.csv", council.as_csv, name="council-csv"),
]
