"""Questions a group decides, and how a group is stopped or ends."""

from django.urls import path

from frontend.views import deciding, endings

urlpatterns = [
    path("groups/<int:pk>/questions/", deciding.questions, name="group-questions"),
    path("groups/<int:pk>/questions/new/", deciding.new, name="group-question-new"),
    path("groups/questions/<int:pk>/", deciding.show, name="group-question"),
    path("groups/questions/<int:pk>/words/", deciding.reword, name="group-question-words"),
    path("groups/questions/<int:pk>/take-back/", deciding.take_back, name="group-question-take-back"),
    path("groups/questions/<int:pk>/not-right/", deciding.challenge, name="group-question-challenge"),
    path("groups/<int:pk>/give-up/", endings.give_up, name="group-give-up"),
    path("groups/<int:pk>/stop/", endings.stop, name="group-stop"),
    path("operator/groups/", endings.operators, name="operator-groups"),
    path("operator/groups/questions/<int:pk>/", deciding.judge, name="operator-judge"),
    path("looking-after/groups/", endings.looked_after, name="looking-after-groups"),
]
