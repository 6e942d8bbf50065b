"""My own page."""

from django.urls import path

from frontend.views import me

urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/reach/", me.reach, name="me-reach"),
    path("me/words/", me.own_words, name="me-words"),
    path("me/away/", me.away, name="me-away"),
    path("me/back/", me.back, name="me-back"),
    path("me/picture/", me.picture, name="me-picture"),
    path("me/helpers/<int:pk>/end/", me.end_help, name="me-helper-end"),
]
