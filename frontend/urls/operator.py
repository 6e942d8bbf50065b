"""For who runs this installation."""

from django.urls import path

from frontend.views import operator, operator_books, operator_lists, operator_money, operator_ways

urlpatterns = [
    path("operator/", operator.overview, name="operator"),
    path("operator/papers/", operator.papers, name="operator-papers"),
    path("operator/papers/<int:pk>/", operator.paper, name="operator-paper"),
    path("operator/questions/", operator.questions, name="operator-questions"),
    path("operator/second/", operator.requests, name="operator-approvals"),
    path("operator/worries/", operator.concerns, name="operator-concerns"),
    path("operator/worries/<int:pk>/", operator.concern, name="operator-concern"),
    path("operator/people/", operator.people, name="operator-people"),
    path("operator/alarms/<int:pk>/", operator_money.alarm, name="operator-alarm"),
    path("operator/calls/<uuid:pk>/", operator_money.ask_stripe, name="operator-ask-stripe"),
    path("operator/payments/", operator_money.going, name="operator-going"),
    path("operator/payments/<int:pk>/", operator_money.stop, name="operator-stop"),
    path("operator/money/", operator_money.own_money, name="operator-float"),
    path("operator/ways/", operator_ways.choose, name="operator-ways"),
    path("operator/books/", operator_books.close, name="operator-books"),
    path("operator/check-now/", operator_lists.run_now, name="operator-run-now"),
    path("operator/lists/<slug:name>/", operator_lists.show, name="operator-list"),
    path("operator/lists/<slug:name>/<str:pk>/", operator_lists.thing, name="operator-thing"),
    path("operator/lists/<slug:name>/<str:pk>/once/", operator_lists.once, name="operator-once"),
]
