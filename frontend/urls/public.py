"""Addresses of the pages. Names are what templates and tests use."""

from django.urls import path

from frontend.views import inviting, public

urlpatterns = [
    path("", public.home, name="home"),
    path("how-it-works/", public.how, name="how"),
    path("help/", public.help_page, name="help"),
    path("worried/", public.worried, name="worried"),
    path("worried/sent/", public.worried_sent, name="worried-sent"),
    path("paper/", public.paper, name="paper"),
    path("paper/<slug:name>/", public.paper_form, name="paper-form"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("privacy/", public.privacy, name="privacy"),
    path("easy-view/", public.easy_view, name="easy-view"),
    path("with/", inviting.type_code, name="invited-code"),
    path("with/<slug:code>/", inviting.invited, name="invited"),
    path("style/", public.style, name="style"),
]
