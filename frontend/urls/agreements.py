"""Choosing who comes, everybody's own yes, and what we both signed."""

from django.urls import path

from frontend.views import agreements

urlpatterns = [
    path("groups/<int:pk>/choose/", agreements.choose, name="agreement-choose"),
    path("groups/<int:pk>/choose/<int:listing>/", agreements.propose, name="agreement-propose"),
    path("agreements/<int:pk>/", agreements.show, name="agreement"),
    path("agreements/<int:pk>/yes/", agreements.sign, name="agreement-yes"),
    path("agreements/<int:pk>/not-this-time/", agreements.decline, name="agreement-no"),
    path("agreements/<int:pk>/family/", agreements.ask_exception, name="agreement-family"),
]
