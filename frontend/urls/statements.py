"""Statements, to read, print or take away."""

from django.urls import path

from frontend.views import statements

urlpatterns = [
    path("statements/", statements.own, name="statement"),
    path("statements/holder/<int:pk>/", statements.of_holder, name="statement-holder"),
    path("statements/provider/<int:pk>/", statements.of_provider, name="statement-provider"),
    path("statements/group/<int:pk>/", statements.of_group, name="statement-group"),
    path("statements/council/<slug:code>/", statements.of_council, name="statement-council"),
]
