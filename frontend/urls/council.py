"""For who plans for a council, and what of it everybody reads."""

from django.urls import path

from frontend.views import council, funder, wanted

urlpatterns = [
    path("council/", council.show, name="council"),
    path("council/asked.csv", council.as_csv, name="council-csv"),
    path("council/questions/", council.questions, name="council-questions"),
    path("council/ask/<slug:kind>/", council.ask, name="council-ask"),
    path("looking-after/<int:pk>/where/", funder.show, name="funder"),
    path("looking-after/<int:pk>/where/<slug:figure>/", funder.behind, name="funder-behind"),
    path("wanted/", wanted.wanted, name="wanted"),
    path("how-we-count/", wanted.how_we_count, name="how-we-count"),
    path("provider/demand/", wanted.near_provider, name="provider-demand"),
    path("asked/<int:pk>/", wanted.answer, name="officer-asks"),
]
