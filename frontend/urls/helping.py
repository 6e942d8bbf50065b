"""For who helps groups, and for everybody who stands beside others: their own answer, a second yes, a question's end."""

from django.urls import path

from frontend.views import approvals, helping, standing_by

urlpatterns = [
    path("helping/", helping.desk, name="helping"),
    path("helping/people/<int:pk>/", helping.seen, name="person-seen"),
    path("helping/people/met/", helping.met, name="people-met"),
    path("helping/letters/<int:pk>/", helping.letter_seen, name="budget-seen"),
    path("weeks/<int:pk>/ask/", standing_by.ask, name="share-ask"),
    path("weeks/<int:pk>/second/", standing_by.second, name="share-second"),
    path("weeks/<int:pk>/wait/", standing_by.wait, name="share-wait"),
    path("weeks/<int:pk>/late/", standing_by.late_decide, name="late-decide"),
    path("questions/<int:pk>/decide/", standing_by.decide, name="question-decide"),
    path("second/<int:pk>/", approvals.answer, name="approval"),
]
