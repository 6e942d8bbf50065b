"""Goodbyes: leaving, the statement of what is left, being asked to leave, and somebody who is gone."""

from django.urls import path

from frontend.views import goodbyes, leaving

urlpatterns = [
    path("groups/<int:pk>/leave/", leaving.leave, name="group-leave"),
    path("groups/<int:pk>/stay/", leaving.stay, name="group-stay"),
    path("groups/<int:pk>/remove/", goodbyes.remove, name="group-remove"),
    path("groups/<int:pk>/gone/", goodbyes.gone, name="group-gone"),
    path("leaving/<int:pk>/", leaving.statement, name="leaving-statement"),
    path("leaving/<int:pk>/agree/", leaving.agree, name="leaving-agree"),
    path("leaving/<int:pk>/ask/", leaving.ask, name="leaving-ask"),
    path("leaving/asked/<int:pk>/", leaving.resolve, name="leaving-resolve"),
    path("removals/<int:pk>/", goodbyes.removal, name="removal"),
    path("removals/<int:pk>/reply/", goodbyes.reply, name="removal-reply"),
    path("removals/<int:pk>/appeal/", goodbyes.appeal, name="removal-appeal"),
    path("operator/goodbyes/", goodbyes.goodbyes, name="operator-goodbyes"),
    path("operator/goodbyes/<int:pk>/", goodbyes.answer_appeal, name="operator-appeal"),
    path("gone/", goodbyes.told, name="gone"),
    path("gone/<int:pk>/", goodbyes.end, name="gone-end"),
    path("gone/reports/<int:pk>/no/", goodbyes.dismiss, name="gone-no"),
]
