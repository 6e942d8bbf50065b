"""Visits to me, saying that they happened, and talking about what was not right."""

from django.urls import path

from frontend.views import answers, questions, visits

urlpatterns = [
    path("visits/", visits.mine, name="visits"),
    path("visits/<int:pk>/away/<int:share>/", visits.away, name="visit-away"),
    path("weeks/<int:pk>/", answers.answer, name="share-answer"),
    path("weeks/<int:pk>/wrong/", answers.wrong, name="share-wrong"),
    path("questions/<int:pk>/", questions.show, name="question"),
    path("questions/<int:pk>/reply/", questions.reply, name="question-reply"),
    path("questions/<int:pk>/split/", questions.split, name="question-split"),
]
