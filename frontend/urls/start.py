"""Each person's own start."""

from django.urls import path

from frontend.views import start

urlpatterns = [
    path("start/", start.start, name="start"),
    path("start/asked/<int:pk>/stop/", start.not_needed, name="need-stop"),
]
