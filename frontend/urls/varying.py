"""Changing visits that are on, stopping, and a week that is short."""

from django.urls import path

from frontend.views import varying

urlpatterns = [
    path("agreements/<int:pk>/change/", varying.change, name="agreement-change"),
    path("agreements/<int:pk>/stop/", varying.stop, name="agreement-stop"),
    path("agreements/<int:pk>/suspend/", varying.suspend, name="agreement-suspend"),
    path("agreements/<int:pk>/resume/", varying.resume, name="agreement-resume"),
    path("changes/<int:pk>/", varying.show, name="change"),
    path("changes/<int:pk>/yes/", varying.sign, name="change-yes"),
    path("changes/<int:pk>/no/", varying.refuse, name="change-no"),
    path("changes/<int:pk>/take-back/", varying.take_back, name="change-take-back"),
    path("weeks-short/<int:pk>/", varying.short, name="week-short"),
    path("weeks-short/<int:pk>/ask/", varying.ask_group, name="week-short-ask"),
    path("weeks-short/<int:pk>/again/", varying.again, name="share-again"),
]
